"""Promotions with a deadline and a floor: limited-time prices and threshold discounts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mall import clock
from mall.catalogue.models import Category, Product, Sku
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class LimitedPrice(MallModel):
    """A SKU's price for a while. It always ends, and it never lies below its floor without a reason."""

    public_id = PublicIdField()
    sku = MallForeignKey(Sku, db_index=False)
    name = models.CharField(max_length=60, blank=True)
    price_fen = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    quantity_limit = models.PositiveIntegerField(null=True, blank=True)
    sold_count = models.PositiveIntegerField(default=0)
    floor_fen = models.BigIntegerField()
    floor_basis = models.JSONField(default=dict, help_text="cost, fees, commission, margin: the computation")
    override_reason = models.CharField(max_length=200, blank=True)
    paused_reason = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_limited_public_id_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="mall_limited_ends"),
            models.CheckConstraint(condition=Q(price_fen__gte=0), name="mall_limited_price_not_negative"),
            models.CheckConstraint(
                condition=Q(price_fen__gte=F("floor_fen")) | ~Q(override_reason=""), name="mall_limited_floor"
            ),
        ]
        indexes = [models.Index(fields=["mall", "sku", "ends_at"], name="mall_limited_of_sku")]


class ThresholdDiscount(MallModel):
    """So much off for an order of so much (满减), for a while, everywhere or in one scope."""

    public_id = PublicIdField()
    name = models.CharField(max_length=60)
    threshold_fen = models.BigIntegerField()
    off_fen = models.BigIntegerField()
    category = MallForeignKey(Category, null=True, blank=True)
    product = MallForeignKey(Product, null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_threshold_public_id_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="mall_threshold_ends"),
            models.CheckConstraint(
                condition=Q(off_fen__gt=0, threshold_fen__gte=F("off_fen")), name="mall_threshold_amounts_sane"
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(product__isnull=True), name="mall_threshold_one_scope"
            ),
        ]
