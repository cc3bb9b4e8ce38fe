"""Orders by the API, for the buyer who placed them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.lookup import get_or_404
from mall.api.shapes import as_shown, checked
from mall.buyers.models import Buyer
from mall.buyers.ports import buyer_logged_in
from mall.orders import services
from mall.orders.errors import PriceChanged
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.orders.models import Order
from mall.orders.ports import visitor_of_request, visitor_of_token
from mall.orders.quote_shapes import QuoteGiven, QuoteShown, quote_as_json
from mall.orders.quoting import quote
from mall.orders.selectors import orders_of, with_address, with_lines
from mall.orders.serializers import OrderGiven, OrderQuery, OrderShown, OrderWithAddress
from mall.tenancy.front import FrontRequest


class Orders(GenericAPIView):
    """The caller's orders."""

    serializer_class = OrderShown

    def get_queryset(self) -> QuerySet[Order]:
        """His own, of the status asked for."""
        asked = OrderQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return with_lines(orders_of(self.request.user, **asked.validated_data))

    @extend_schema(operation_id="orders_list", parameters=[OrderQuery], responses=OrderShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of his orders, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(OrderShown(page, many=True).data)

    @extend_schema(parameters=[KEY_PARAMETER], request=OrderGiven, responses={201: OrderShown})
    @idempotent
    def post(self, request: Request) -> Response:
        """Place an order: stock is taken, prices are fixed, and there is until `expires_at` to pay."""
        try:
            order = place_as_asked(request, buyer=request.user)
        except PriceChanged as changed:
            changed.more = {"quote": quote_as_json(changed.quote)}
            raise
        return Response(as_shown(OrderShown, order), status=status.HTTP_201_CREATED)


def place_as_asked(request: Request | FrontRequest, *, buyer: Buyer) -> Order:
    """Place the order that the request's body describes. Raises ValidationError, and what place_order raises."""
    fields = checked(OrderGiven, request.data)
    signed = fields.get("visitor", "")
    order = services.place_order(
        buyer=buyer,
        lines=fields["lines"],
        address=fields["address"],
        visitor_key=visitor_of_token(signed) if signed else visitor_of_request(request),
        note=fields.get("note", ""),
        coupon=fields.get("coupon"),
        expected_total_fen=fields.get("expected_total_fen"),
    )
    buyer_logged_in(request, buyer.pk)
    return order


class Quoting(APIView):
    """What an order would cost."""

    @extend_schema(request=QuoteGiven, responses={200: QuoteShown})
    def post(self, request: Request) -> Response:
        """Price an order without placing it: lines with what each step takes, coupons that fit, freight, total."""
        fields = checked(QuoteGiven, request.data)
        found = quote(
            buyer=request.user,
            lines=fields["lines"],
            address=fields.get("address"),
            coupon=fields.get("coupon"),
        )
        return Response(quote_as_json(found))


class OneOrder(APIView):
    """One of the caller's orders."""

    @extend_schema(responses=OrderWithAddress)
    def get(self, request: Request, order_id: str) -> Response:
        """The order with where it goes."""
        found = get_or_404(with_address(with_lines(orders_of(request.user))), order_id)
        return Response(OrderWithAddress(found).data)


class Cancellation(APIView):
    """Calling an order off."""

    @extend_schema(request=None, responses=OrderShown)
    def post(self, request: Request, order_id: str) -> Response:
        """Cancel an order that is not paid; its goods are free again."""
        order = get_or_404(orders_of(request.user), order_id)
        return Response(shown(services.cancel_order(order=order, actor=request.user)))


class Receipt(APIView):
    """The goods have come."""

    @extend_schema(request=None, responses=OrderShown)
    def post(self, request: Request, order_id: str) -> Response:
        """Confirm receipt of a shipped order."""
        order = get_or_404(orders_of(request.user), order_id)
        return Response(shown(services.confirm_receipt(order=order, actor=request.user)))


def shown(order: Order) -> dict[str, object]:
    """An order as it stands now, with its lines."""
    return OrderShown(with_lines(Order.objects.all()).get(pk=order.pk)).data


# What an order writes lies behind the savepoint of its Idempotency-Key; another around it would undo nothing more.
orders = transaction.non_atomic_requests(Orders.as_view())
