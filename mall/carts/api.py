"""The cart by the API: a buyer's, or that of an app whose user has not said yet who he is.

Without a buyer's token the cart is the one of the header Cart-Token, which the first answer that puts something in
gives out. Sent with the registration or the log-in, what lies in it joins the buyer's cart.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import public_uuid
from mall.api.network import client_network
from mall.buyers.models import Buyer
from mall.carts import services
from mall.carts.owners import HEADER, CartOwner, guest_key_sent, new_guest_cart
from mall.carts.selectors import REASONS, Cart, cart_of
from mall.orders.placing import QUANTITY_MAX

AN_ITEM = {"sku": "0191d6a2-6f6e-7c8e-9a53-0d7a3c1b2f44", "quantity": 2}


CART_TOKEN = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="For callers without a buyer's token: `cart_token` of an earlier answer. An unknown one is none.",
)


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
    cart_token = serializers.CharField(
        allow_null=True,
        help_text="For callers without a buyer's token: send it as header Cart-Token, thirty days long; null for "
        "buyers, and until something has been put in.",
    )


class OneCart(APIView):
    """The caller's cart."""

    permission_classes = (AllowAny,)

    @extend_schema(parameters=[CART_TOKEN], responses=CartShown)
    def get(self, request: Request) -> Response:
        """Everything in the cart, the newest first, with what can no longer be ordered and why."""
        return Response(shown(owner_of_call(request), sent_token(request)))

    @extend_schema(parameters=[CART_TOKEN], request=Selection, responses=CartShown)
    def patch(self, request: Request) -> Response:
        """Select everything, or nothing."""
        given = Selection(data=request.data)
        given.is_valid(raise_exception=True)
        if owner := owner_of_call(request):
            services.select_all(owner=owner, is_selected=given.validated_data["selected"])
        return Response(shown(owner_of_call(request), sent_token(request)))


class Items(APIView):
    """What lies in the cart."""

    permission_classes = (AllowAny,)
    also_answers = ("429",)

    @extend_schema(
        parameters=[CART_TOKEN],
        request=ItemGiven,
        responses={201: CartShown},
        examples=[OpenApiExample("two pieces", AN_ITEM, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Put pieces of a SKU in, beside those there; the answer is the whole cart, with a guest's `cart_token`."""
        given = ItemGiven(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        owner, token = owner_of_call(request), ""
        if not owner:
            owner, token = new_guest_cart(client_network(request))
        services.add_item(owner=owner, sku_id=public_uuid(fields["sku"]), quantity=fields["quantity"])
        return Response(shown(owner, token or sent_token(request)), status=status.HTTP_201_CREATED)


class OneItem(APIView):
    """One kind of goods in the cart, by its SKU."""

    permission_classes = (AllowAny,)

    @extend_schema(parameters=[CART_TOKEN], request=ItemChange, responses=CartShown)
    def patch(self, request: Request, sku_id: str) -> Response:
        """Another quantity, or whether it will be ordered."""
        owner, sku = owner_of_call(request), public_uuid(sku_id)
        given = ItemChange(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        services.change_item(
            owner=owner, sku_id=sku, quantity=fields.get("quantity"), is_selected=fields.get("selected")
        )
        return Response(shown(owner_of_call(request), sent_token(request)))

    @extend_schema(parameters=[CART_TOKEN], responses={204: None})
    def delete(self, request: Request, sku_id: str) -> Response:
        """Take it out."""
        services.remove_item(owner=owner_of_call(request), sku_id=public_uuid(sku_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def owner_of_call(request: Request) -> CartOwner:
    """The caller's cart; falsy where he has none."""
    if isinstance(request.user, Buyer):
        return CartOwner(request.user)
    return CartOwner(guest_key=guest_key_sent(request))


def sent_token(request: Request) -> str:
    """The token a guest sent, if it opens a cart."""
    is_guest = not isinstance(request.user, Buyer) and guest_key_sent(request)
    return request.headers[HEADER] if is_guest else ""


def shown(owner: CartOwner, token: str) -> dict[str, Any]:
    """The cart as it stands now."""
    cart: Cart = cart_of(owner)
    goods_fen = sum(sku.price_fen * quantity for sku, quantity in cart.lines)
    facts = {"items": cart.rows, "pieces": cart.pieces, "goods_fen": goods_fen, "cart_token": token or None}
    return CartShown(facts).data
