"""How orders look in the API, to buyers and to staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mall.api.fields import FenField, StrictIntegerField, TextField
from mall.api.lookup import public_uuid
from mall.api.shapes import as_shown
from mall.coupons.errors import CouponMissing
from mall.orders.errors import SkuMissing
from mall.orders.models import Order, OrderLine, OrderStatus
from mall.orders.placing import LINES_MAX, QUANTITY_MAX


class LineGiven(serializers.Serializer):
    """What is ordered: a SKU and how many of it."""

    sku = TextField(max_length=100)
    quantity = StrictIntegerField(min_value=1, max_value=QUANTITY_MAX)


class AddressGiven(serializers.Serializer):
    """Where it goes. Regions by their full official names."""

    name = TextField(max_length=40)
    phone = TextField(max_length=20)
    province = TextField(max_length=40)
    city = TextField(max_length=40)
    district = TextField(max_length=40, allow_blank=True)
    detail = TextField(max_length=200)


class OrderGiven(serializers.Serializer):
    """An order as the buyer wants it."""

    lines = LineGiven(many=True, min_length=1, max_length=LINES_MAX)
    address = AddressGiven()
    visitor = TextField(max_length=400, required=False, allow_blank=True, help_text="From POST /clicks, for apps.")
    coupon = TextField(
        max_length=64, required=False, allow_blank=True, allow_null=True, help_text="Of GET /coupons: its id."
    )
    expected_total_fen = FenField(
        required=False, allow_null=True, help_text="What the buyer has seen; another total answers 409 price_changed."
    )
    note = TextField(max_length=200, required=False, allow_blank=True)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[tuple[Any, int]]:
        """SKUs by public id; a malformed one is as missing as one that never was."""
        found = [(public_uuid(line["sku"]), line["quantity"]) for line in lines]
        if any(sku is None for sku, _quantity in found):
            raise SkuMissing
        return found

    def validate_coupon(self, coupon: str | None) -> UUID | None:
        """Its public id; a malformed one is as missing as one that never was."""
        if not coupon:
            return None
        found = public_uuid(coupon)
        if found is None:
            raise CouponMissing
        return found


class OrderLineShown(serializers.ModelSerializer):
    """One line. paid_fen: what the whole line really cost, without freight."""

    id = serializers.UUIDField(source="public_id")
    sku = serializers.UUIDField(source="sku.public_id")
    product = serializers.UUIDField(source="product.public_id")
    specs = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = OrderLine
        fields = (
            "id", "sku", "product", "name", "specs", "quantity", "price_fen", "paid_fen", "freight_fen",
            "refunded_fen", "refunded_quantity",
        )  # fmt: skip


class Shipment(serializers.Serializer):
    """How it travels."""

    company = serializers.CharField(source="carrier")
    number = serializers.CharField(source="tracking_number")
    shipped_at = serializers.DateTimeField()


class OrderShown(serializers.ModelSerializer):
    """An order as its buyer sees it."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    shipment = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = (
            "id", "number", "status", "goods_fen", "discount_fen", "freight_fen", "total_fen", "refunded_fen",
            "note", "placed_at", "expires_at", "paid_at", "received_at", "completed_at", "ended_at", "shipment",
            "lines",
        )  # fmt: skip

    @extend_schema_field(OrderLineShown(many=True))
    def get_lines(self, order: Order) -> list[dict[str, Any]]:
        """In the order in which they were asked for."""
        lines = order.lines.all() if order.placed_lines is None else order.placed_lines
        return [as_shown(OrderLineShown, line) for line in lines]

    @extend_schema_field(Shipment(allow_null=True))
    def get_shipment(self, order: Order) -> dict[str, Any] | None:
        """Nothing before it was sent."""
        return dict(Shipment(order).data) if order.shipped_at else None


class AddressShown(serializers.Serializer):
    """Where it goes; empty once the buyer has closed his account."""

    name = serializers.CharField()
    phone = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    detail = serializers.CharField()


class OrderWithAddress(OrderShown):
    """One order, with where it goes."""

    address = serializers.SerializerMethodField()

    class Meta(OrderShown.Meta):
        fields = (*OrderShown.Meta.fields, "address")

    @extend_schema_field(AddressShown(allow_null=True))
    def get_address(self, order: Order) -> dict[str, Any] | None:
        """An order has one address."""
        address = next(iter(order.addresses.all()), None)
        return dict(AddressShown(address).data) if address else None


class BuyerOfOrder(serializers.Serializer):
    """Who ordered, as staff see him."""

    id = serializers.UUIDField(source="public_id")
    nickname = serializers.CharField()


class MerchantOrder(OrderWithAddress):
    """An order as staff see it."""

    buyer = BuyerOfOrder()

    class Meta(OrderWithAddress.Meta):
        fields = (*OrderWithAddress.Meta.fields, "buyer")


class ShipmentGiven(serializers.Serializer):
    """With whom an order was sent."""

    company = TextField(max_length=40)
    number = TextField(max_length=40)


class OrderQuery(serializers.Serializer):
    """Which of a buyer's orders."""

    status = serializers.ChoiceField(choices=OrderStatus.choices, required=False)


class MerchantOrderQuery(OrderQuery):
    """Which of a mall's orders."""

    number = TextField(max_length=32, required=False, allow_blank=True)
