"""The cart by the API, for a buyer with a token; what a guest's browser holds joins it when he logs in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import public_uuid
from mall.carts import services
from mall.carts.owners import CartOwner
from mall.carts.selectors import REASONS, Cart, cart_of
from mall.orders.placing import QUANTITY_MAX

AN_ITEM = {"sku": "0191d6a2-6f6e-7c8e-9a53-0d7a3c1b2f44", "quantity": 2}


class ItemGiven(serializers.Serializer):
    """Pieces of a SKU to put in."""

    sku = TextField(max_length=100)
    quantity = StrictIntegerField(min_value=1, max_value=QUANTITY_MAX)


class ItemChange(serializers.Serializer):
    """What is to change; what is absent stays."""

    quantity = StrictIntegerField(min_value=1, max_value=QUANTITY_MAX, required=False)
    selected = StrictBooleanField(required=False)


class Selection(serializers.Serializer):
    """Whether everything in the cart is to be ordered, or nothing."""

    selected = StrictBooleanField()


class ItemShown(serializers.Serializer):
    """One kind of goods. reason: why it cannot be ordered as it lies there; empty when it can."""

    sku = serializers.UUIDField(source="sku.public_id")
    product = serializers.UUIDField(source="sku.product.public_id")
    name = serializers.CharField(source="sku.product.name")
    specs = serializers.DictField(source="sku.specs", child=serializers.CharField())
    image = serializers.CharField(source="picture", allow_null=True)
    quantity = serializers.IntegerField(source="item.quantity")
    selected = serializers.BooleanField(source="item.is_selected")
    price_fen = serializers.IntegerField(source="sku.price_fen", help_text="of one piece, as listed now")
    price_change_fen = serializers.IntegerField(help_text="how much dearer one piece is than when it was put in")
    stock = serializers.IntegerField(source="sku.stock")
    reason = serializers.ChoiceField(choices=["", *REASONS])


class CartShown(serializers.Serializer):
    """The cart. goods_fen: what is selected and can be ordered, at list prices; a quote knows the rest."""

    items = ItemShown(many=True)
    pieces = serializers.IntegerField(help_text="selected pieces that can be ordered")
    goods_fen = serializers.IntegerField()


class OneCart(APIView):
    """The caller's cart."""

    @extend_schema(responses=CartShown)
    def get(self, request: Request) -> Response:
        """Everything in the cart, the newest first, with what can no longer be ordered and why."""
        return Response(shown(request))

    @extend_schema(request=Selection, responses=CartShown)
    def patch(self, request: Request) -> Response:
        """Select everything, or nothing."""
        given = Selection(data=request.data)
        given.is_valid(raise_exception=True)
        services.select_all(owner=CartOwner(request.user), is_selected=given.validated_data["selected"])
        return Response(shown(request))


class Items(APIView):
    """What lies in the cart."""

    @extend_schema(
        request=ItemGiven,
        responses={201: CartShown},
        examples=[OpenApiExample("two pieces", AN_ITEM, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Put pieces of a SKU in, beside those that lie there; the answer is the whole cart."""
        given = ItemGiven(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        services.add_item(owner=CartOwner(request.user), sku_id=public_uuid(fields["sku"]), quantity=fields["quantity"])
        return Response(shown(request), status=status.HTTP_201_CREATED)


class OneItem(APIView):
    """One kind of goods in the cart, by its SKU."""

    @extend_schema(request=ItemChange, responses=CartShown)
    def patch(self, request: Request, sku_id: str) -> Response:
        """Another quantity, or whether it will be ordered."""
        owner, sku = CartOwner(request.user), public_uuid(sku_id)
        given = ItemChange(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        services.change_item(
            owner=owner, sku_id=sku, quantity=fields.get("quantity"), is_selected=fields.get("selected")
        )
        return Response(shown(request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sku_id: str) -> Response:
        """Take it out."""
        services.remove_item(owner=CartOwner(request.user), sku_id=public_uuid(sku_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def shown(request: Request) -> dict[str, Any]:
    """The caller's cart as it stands now."""
    cart: Cart = cart_of(CartOwner(request.user))
    goods_fen = sum(sku.price_fen * quantity for sku, quantity in cart.lines)
    return CartShown({"items": cart.rows, "pieces": cart.pieces, "goods_fen": goods_fen}).data
