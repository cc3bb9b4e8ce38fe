"""Reviews (买家秀): by who received the goods, and nobody else's to polish."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Product, Sku
from mall.orders.models import OrderLine
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Review(MallModel):
    """One review of one received order line. Hiding needs a reason, and the stars still count."""

    public_id = PublicIdField()
    line = MallForeignKey(OrderLine, db_index=False)
    buyer = MallForeignKey(Buyer)
    product = MallForeignKey(Product, db_index=False)
    sku = MallForeignKey(Sku)
    stars = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500, blank=True)
    is_anonymous = models.BooleanField(default=False)
    followup_text = models.CharField(max_length=500, blank=True)
    followup_at = models.DateTimeField(null=True, blank=True)
    reply = models.CharField(max_length=500, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=200, blank=True)
    hidden_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_review_public_id_once"),
            models.UniqueConstraint(fields=["mall", "line"], name="mall_review_line_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="mall_review_stars"),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""), name="mall_review_hidden_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["mall", "product", "-id"], name="mall_review_of_product")]


class ReviewPicture(MallModel):
    """One of up to nine pictures of a review."""

    review = MallForeignKey(Review, related_name="pictures", db_index=False)
    file = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "review", "position"], name="mall_review_picture_once"),
            models.CheckConstraint(condition=Q(position__lt=9), name="mall_review_nine_pictures"),
        ]
