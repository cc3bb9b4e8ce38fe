"""How promotions look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from mall.api.fields import FenField, StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404
from mall.catalogue.models import Category, Product, Sku
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.promotions.services import QUANTITY_MAX


class FloorShown(serializers.Serializer):
    """The computation of a floor, in fen: floor = ceil((cost + fee + commission) × (1 + margin))."""

    price_fen = serializers.IntegerField()
    cost_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    commission_fen = serializers.IntegerField()
    fee_bps = serializers.IntegerField()
    margin_bps = serializers.IntegerField()
    break_even_fen = serializers.IntegerField()
    floor_fen = serializers.IntegerField()


class SimulationShown(FloorShown):
    """What one piece would earn at a price, by the largest commission."""

    earned_fen = serializers.IntegerField(help_text="price less cost, fee and commission; may be negative")
    allowed = serializers.BooleanField()


class LimitedPriceOwned(serializers.ModelSerializer):
    """A limited-time price as the merchant sees it."""

    id = serializers.UUIDField(source="public_id")
    sku = serializers.UUIDField(source="sku.public_id")
    product = serializers.UUIDField(source="sku.product.public_id")
    product_name = serializers.CharField(source="sku.product.name")
    list_fen = serializers.IntegerField(source="sku.price_fen")

    class Meta:
        model = LimitedPrice
        fields = (
            "id", "sku", "product", "product_name", "list_fen", "name", "price_fen", "starts_at", "ends_at",
            "quantity_limit", "sold_count", "floor_fen", "override_reason", "paused_reason", "closed_at", "created_at",
        )  # fmt: skip


class ThresholdDiscountOwned(serializers.ModelSerializer):
    """A threshold discount as the merchant sees it."""

    id = serializers.UUIDField(source="public_id")
    product = serializers.UUIDField(source="product.public_id", allow_null=True, default=None)
    category = serializers.UUIDField(source="category.public_id", allow_null=True, default=None)

    class Meta:
        model = ThresholdDiscount
        fields = (
            "id", "name", "threshold_fen", "off_fen", "product", "category", "starts_at", "ends_at", "closed_at",
            "created_at",
        )  # fmt: skip


class PriceGiven(serializers.Serializer):
    """A SKU and a price for it."""

    sku = TextField(max_length=36)
    price_fen = FenField()

    def validate_sku(self, public_id: str) -> Sku:
        """The SKU itself; another mall's is as missing as one that never was."""
        return get_or_404(Sku.objects.select_related("product"), public_id)


class LimitedPriceGiven(PriceGiven):
    """A limited-time price as the merchant wants it."""

    name = TextField(max_length=60, required=False, allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="Within 30 days of the start.")
    quantity_limit = StrictIntegerField(min_value=1, max_value=QUANTITY_MAX, required=False, allow_null=True)
    reason = TextField(
        max_length=200, required=False, allow_blank=True, help_text="Why it may lie below its floor; the owner's right."
    )
    is_clearance = StrictBooleanField(required=False)


class EndGiven(serializers.Serializer):
    """A later end."""

    ends_at = serializers.DateTimeField()


class ThresholdDiscountGiven(serializers.Serializer):
    """A threshold discount as the merchant wants it."""

    name = TextField(max_length=60)
    threshold_fen = FenField(min_value=1)
    off_fen = FenField(min_value=1)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="Within 30 days of the start.")
    product = TextField(max_length=36, required=False, allow_null=True)
    category = TextField(max_length=36, required=False, allow_null=True)
    loss_reason = TextField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Why it may sell at a loss together with a coupon; the owner's right, kept in the audit log.",
    )

    def validate_product(self, public_id: str | None) -> Product | None:
        """The product itself."""
        return get_or_404(Product.objects.all(), public_id) if public_id else None

    def validate_category(self, public_id: str | None) -> Category | None:
        """The category itself."""
        return get_or_404(Category.objects.all(), public_id) if public_id else None


def limited_as_json(limited: LimitedPrice) -> dict[str, Any]:
    """A limited-time price as it stands now."""
    return dict(LimitedPriceOwned(LimitedPrice.objects.select_related("sku__product").get(pk=limited.pk)).data)


def threshold_as_json(discount: ThresholdDiscount) -> dict[str, Any]:
    """A threshold discount as it stands now."""
    found = ThresholdDiscount.objects.select_related("product", "category").get(pk=discount.pk)
    return dict(ThresholdDiscountOwned(found).data)
