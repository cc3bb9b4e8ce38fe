"""How a quote is asked for and how it looks in the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mall.api.fields import TextField
from mall.orders.quoting import Quote, QuotedLine
from mall.orders.serializers import AddressGiven, OrderGiven

BEST = "best"


class QuoteGiven(OrderGiven):
    """An order as it would be placed. Without an address, freight is left out."""

    # Who brought the buyer changes no price.
    visitor = None
    address = AddressGiven(required=False, allow_null=True)
    coupon = TextField(
        max_length=64,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text='The id of a coupon, or "best" for the one that makes the order cheapest.',
    )

    def validate_coupon(self, coupon: str | None) -> UUID | str | None:
        """Its public id, or "best"."""
        return BEST if coupon == BEST else super().validate_coupon(coupon)


class StepShown(serializers.Serializer):
    """What one step of the price pipeline took off a line."""

    step = serializers.ChoiceField(choices=["limited", "member", "threshold", "coupon"])
    amount_fen = serializers.IntegerField()
    label = serializers.CharField()


class LimitedShown(serializers.Serializer):
    """The limited-time price a line is sold at. left: pieces, null without a bound."""

    id = serializers.UUIDField(source="public_id")
    ends_at = serializers.DateTimeField()
    left = serializers.IntegerField(allow_null=True)


class QuotedLineShown(serializers.Serializer):
    """One line. list_fen and price_fen are of one piece, before and after; the others of the whole line."""

    sku = serializers.UUIDField(source="sku.public_id")
    product = serializers.UUIDField(source="sku.product.public_id")
    name = serializers.CharField(source="sku.product.name")
    specs = serializers.DictField(source="sku.specs", child=serializers.CharField())
    quantity = serializers.IntegerField()
    list_fen = serializers.IntegerField()
    price_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    freight_fen = serializers.IntegerField()
    deliverable = serializers.BooleanField(source="is_deliverable")
    limited = serializers.SerializerMethodField()
    steps = StepShown(many=True)

    @extend_schema_field(LimitedShown(allow_null=True))
    def get_limited(self, line: QuotedLine) -> dict[str, Any] | None:
        """Its end is the server's; see server_now."""
        if line.limited is None:
            return None
        line.limited.left = line.limited_left
        return dict(LimitedShown(line.limited).data)


class CouponOfferShown(serializers.Serializer):
    """A coupon of the wallet. taken_fen: what it would take; missing_fen: how much is missing to its threshold."""

    id = serializers.UUIDField(source="coupon.public_id")
    name = serializers.CharField(source="coupon.template.name")
    expires_at = serializers.DateTimeField(source="coupon.expires_at")
    fits = serializers.BooleanField()
    taken_fen = serializers.IntegerField(allow_null=True)
    missing_fen = serializers.IntegerField(allow_null=True)


class QuoteShown(serializers.Serializer):
    """What an order would cost. Send total_fen back as expected_total_fen to be sure of it."""

    goods_fen = serializers.IntegerField()
    discount_fen = serializers.IntegerField()
    freight_fen = serializers.IntegerField()
    freight_known = serializers.BooleanField(help_text="false: no address yet, freight is left out")
    total_fen = serializers.IntegerField()
    deliverable = serializers.BooleanField(source="is_deliverable")
    coupon = serializers.UUIDField(source="coupon.public_id", default=None, allow_null=True)
    coupon_taken_fen = serializers.IntegerField()
    coupon_lost_fen = serializers.IntegerField(help_text="what a limited-time price on its floor kept the coupon from")
    best_coupon = serializers.UUIDField(source="best.public_id", default=None, allow_null=True)
    server_now = serializers.DateTimeField(source="at")
    lines = QuotedLineShown(many=True)
    coupons = CouponOfferShown(many=True)


def quote_as_json(quote: Quote) -> dict[str, Any]:
    """The quote as the API answers it, and as a refusal carries it."""
    return dict(QuoteShown(quote).data)
