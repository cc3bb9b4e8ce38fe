"""Coupons: what a mall gives away, to whom, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Category, Product
from mall.orders.models import Order
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class CouponTemplate(MallModel):
    """A kind of coupon: how much off, from what amount, for what goods, how long, how many."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("满减券")
        PERCENT = "percent", _("折扣券")

    public_id = PublicIdField()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    off_fen = models.BigIntegerField(null=True, blank=True)
    off_bps = models.PositiveIntegerField(null=True, blank=True, help_text="1000 is 10 % off")
    off_max_fen = models.BigIntegerField(null=True, blank=True, help_text="the most a percentage takes")
    threshold_fen = models.BigIntegerField(default=0)
    category = MallForeignKey(Category, null=True, blank=True)
    product = MallForeignKey(Product, null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True, help_text="after taking")
    per_person = models.PositiveIntegerField(default=1)
    total_count = models.PositiveIntegerField(null=True, blank=True)
    taken_count = models.PositiveIntegerField(default=0)
    is_public = models.BooleanField(default=True, help_text="buyers take it themselves")
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_coupon_template_public_id_once"),
            models.CheckConstraint(
                condition=Q(kind="fixed", off_fen__gt=0, off_bps__isnull=True)
                | Q(kind="percent", off_bps__gt=0, off_bps__lte=10_000, off_fen__isnull=True),
                name="mall_coupon_template_amount",
            ),
            models.CheckConstraint(
                condition=Q(valid_days__isnull=False, valid_until__isnull=True)
                | Q(valid_days__isnull=True, valid_until__isnull=False),
                name="mall_coupon_template_ends",
            ),
            models.CheckConstraint(
                condition=Q(total_count__isnull=True) | Q(taken_count__lte=F("total_count")),
                name="mall_coupon_template_total",
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(product__isnull=True), name="mall_coupon_template_one_scope"
            ),
        ]


class Coupon(MallModel):
    """One coupon in one buyer's wallet. Used by at most one order, given back when that order comes to nothing."""

    public_id = PublicIdField()
    template = MallForeignKey(CouponTemplate)
    buyer = MallForeignKey(Buyer, db_index=False)
    taken_at = models.DateTimeField(default=clock.now)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    order = MallForeignKey(Order, null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_coupon_public_id_once"),
            models.CheckConstraint(
                condition=Q(order__isnull=True, used_at__isnull=True) | Q(order__isnull=False, used_at__isnull=False),
                name="mall_coupon_used_by_order",
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "buyer", "expires_at"], name="mall_coupon_wallet"),
            # Whether a kind has one that may still be used, however many are spent.
            models.Index(
                fields=["mall", "template", "expires_at"], condition=Q(order__isnull=True), name="mall_coupon_unused"
            ),
        ]
