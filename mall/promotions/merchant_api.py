"""Promotions by the merchant API."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.promotions import services
from mall.promotions.floors import floor_at
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.promotions.shapes import (
    EndGiven,
    LimitedPriceGiven,
    LimitedPriceOwned,
    PriceGiven,
    SimulationShown,
    ThresholdDiscountGiven,
    ThresholdDiscountOwned,
    limited_as_json,
    threshold_as_json,
)
from mall.staff.rights import EDIT_PRODUCTS


class MerchantLimitedPrices(GenericAPIView):
    """The mall's limited-time prices."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    serializer_class = LimitedPriceOwned

    def get_queryset(self) -> QuerySet[LimitedPrice]:
        """All of them, the past ones too."""
        return LimitedPrice.objects.select_related("sku__product")

    @extend_schema(operation_id="merchant_limited_prices_list", responses=LimitedPriceOwned(many=True))
    def get(self, request: Request) -> Response:
        """A page of limited-time prices, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(LimitedPriceOwned(page, many=True).data)

    @extend_schema(request=LimitedPriceGiven, responses={201: LimitedPriceOwned})
    def post(self, request: Request) -> Response:
        """Sell a SKU for less for a while; 400 `below_floor` carries the computation as `basis`."""
        given = LimitedPriceGiven(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        override = services.Override(fields.pop("reason", ""), fields.pop("is_clearance", False))
        limited = services.create_limited_price(actor=request.user, override=override, **fields)
        return Response(limited_as_json(limited), status=status.HTTP_201_CREATED)


class Simulation(APIView):
    """What a price would earn."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=PriceGiven, responses=SimulationShown)
    def post(self, request: Request) -> Response:
        """The floor of a SKU at a price under the live plan, and what one piece would earn; changes nothing."""
        given = PriceGiven(data=request.data)
        given.is_valid(raise_exception=True)
        floor = floor_at(given.validated_data["sku"], given.validated_data["price_fen"])
        earned = {"earned_fen": floor.price_fen - floor.break_even_fen, "allowed": floor.price_fen >= floor.floor_fen}
        return Response(SimulationShown({**floor.basis(), **earned}).data)


class MerchantLimitedPrice(APIView):
    """One limited-time price."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses=LimitedPriceOwned)
    def get(self, request: Request, price_id: str) -> Response:
        """The limited-time price, with what was sold at it."""
        return Response(limited_as_json(get_or_404(LimitedPrice.objects.all(), price_id)))


class LimitedPriceClosing(APIView):
    """The end of a limited-time price."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=None, responses=LimitedPriceOwned)
    def post(self, request: Request, price_id: str) -> Response:
        """End it now; it does not come back."""
        limited = get_or_404(LimitedPrice.objects.all(), price_id)
        return Response(limited_as_json(services.close_limited_price(limited=limited, actor=request.user)))


class LimitedPriceExtension(APIView):
    """A later end."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=EndGiven, responses=LimitedPriceOwned)
    def post(self, request: Request, price_id: str) -> Response:
        """Move the end, once."""
        limited = get_or_404(LimitedPrice.objects.select_related("sku"), price_id)
        given = EndGiven(data=request.data)
        given.is_valid(raise_exception=True)
        services.extend_limited_price(limited=limited, actor=request.user, **given.validated_data)
        return Response(limited_as_json(limited))


class LimitedPriceResumption(APIView):
    """After a pause."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=None, responses=LimitedPriceOwned)
    def post(self, request: Request, price_id: str) -> Response:
        """Let a paused price hold again, if it lies on today's floor."""
        limited = get_or_404(LimitedPrice.objects.select_related("sku"), price_id)
        return Response(limited_as_json(services.resume_limited_price(limited=limited, actor=request.user)))


class MerchantThresholdDiscounts(GenericAPIView):
    """The mall's threshold discounts."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    serializer_class = ThresholdDiscountOwned

    def get_queryset(self) -> QuerySet[ThresholdDiscount]:
        """All of them, the past ones too."""
        return ThresholdDiscount.objects.select_related("product", "category")

    @extend_schema(operation_id="merchant_threshold_discounts_list", responses=ThresholdDiscountOwned(many=True))
    def get(self, request: Request) -> Response:
        """A page of threshold discounts, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ThresholdDiscountOwned(page, many=True).data)

    @extend_schema(request=ThresholdDiscountGiven, responses={201: ThresholdDiscountOwned})
    def post(self, request: Request) -> Response:
        """Take so much off an order of so much; 400 `below_floor` when one of the goods would be sold at a loss.

        400 `sells_at_a_loss` when that happens only with a coupon on top, and no `loss_reason` says why. Both carry
        the computation of the worst SKU as `basis`.
        """
        given = ThresholdDiscountGiven(data=request.data)
        given.is_valid(raise_exception=True)
        discount = services.create_threshold_discount(actor=request.user, **given.validated_data)
        return Response(threshold_as_json(discount), status=status.HTTP_201_CREATED)


class ThresholdDiscountClosing(APIView):
    """The end of a threshold discount."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=None, responses=ThresholdDiscountOwned)
    def post(self, request: Request, discount_id: str) -> Response:
        """End it now; it does not come back."""
        discount = get_or_404(ThresholdDiscount.objects.all(), discount_id)
        services.close_threshold_discount(discount=discount, actor=request.user)
        return Response(threshold_as_json(discount))
