"""Orders by the merchant API."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.orders import services
from mall.orders.models import Order
from mall.orders.selectors import orders_of_mall, with_address, with_lines
from mall.orders.serializers import MerchantOrder, MerchantOrderQuery, ShipmentGiven
from mall.staff.rights import SEE_ORDERS, SHIP


class MerchantOrders(GenericAPIView):
    """The mall's orders."""

    permission_classes = (StaffMay(SEE_ORDERS),)
    serializer_class = MerchantOrder

    def get_queryset(self) -> QuerySet[Order]:
        """Those asked for."""
        asked = MerchantOrderQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return with_address(with_lines(orders_of_mall(**asked.validated_data)))

    @extend_schema(
        operation_id="merchant_orders_list", parameters=[MerchantOrderQuery], responses=MerchantOrder(many=True)
    )
    def get(self, request: Request) -> Response:
        """A page of the mall's orders, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MerchantOrder(page, many=True).data)


class OneMerchantOrder(APIView):
    """One order of the mall."""

    permission_classes = (StaffMay(SEE_ORDERS),)

    @extend_schema(responses=MerchantOrder)
    def get(self, request: Request, order_id: str) -> Response:
        """The order with its buyer and where it goes."""
        return Response(shown_to_staff(get_or_404(Order.objects.all(), order_id)))


class Shipping(APIView):
    """Sending an order off."""

    permission_classes = (StaffMay(SHIP),)

    @extend_schema(request=ShipmentGiven, responses=MerchantOrder)
    def post(self, request: Request, order_id: str) -> Response:
        """The goods of a paid order are on their way, with this carrier under this number."""
        order = get_or_404(Order.objects.all(), order_id)
        given = ShipmentGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(shown_to_staff(services.ship_order(order=order, actor=request.user, **given.validated_data)))


def shown_to_staff(order: Order) -> dict[str, object]:
    """An order as it stands now, as staff see it."""
    return MerchantOrder(with_address(with_lines(orders_of_mall())).get(pk=order.pk)).data
