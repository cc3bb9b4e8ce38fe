"""Coupons by the merchant API."""

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
from mall.coupons import services
from mall.coupons.models import CouponTemplate
from mall.coupons.shapes import (
    CouponTemplateChanges,
    CouponTemplateGiven,
    CouponTemplateOwned,
    GiftGiven,
    GiftShown,
    template_as_json,
)
from mall.staff.rights import EDIT_PRODUCTS


class MerchantCouponTemplates(GenericAPIView):
    """The mall's kinds of coupons."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    serializer_class = CouponTemplateOwned

    def get_queryset(self) -> QuerySet[CouponTemplate]:
        """All of them, the closed ones too."""
        return CouponTemplate.objects.select_related("product", "category")

    @extend_schema(operation_id="merchant_coupon_templates_list", responses=CouponTemplateOwned(many=True))
    def get(self, request: Request) -> Response:
        """A page of the mall's kinds of coupons, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CouponTemplateOwned(page, many=True).data)

    @extend_schema(request=CouponTemplateGiven, responses={201: CouponTemplateOwned})
    def post(self, request: Request) -> Response:
        """Make a kind of coupon.

        400 `below_floor` when it is for one product and would sell it at a loss after fees and the largest
        commission; 400 `sells_at_a_loss` when it would do so to some of its goods, or together with a threshold
        discount, and no `loss_reason` says why. Both carry the computation of the worst SKU as `basis`.
        """
        given = CouponTemplateGiven(data=request.data)
        given.is_valid(raise_exception=True)
        template = services.create_coupon_template(actor=request.user, **given.validated_data)
        return Response(template_as_json(template), status=status.HTTP_201_CREATED)


class MerchantCouponTemplate(APIView):
    """One kind of coupon."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses=CouponTemplateOwned)
    def get(self, request: Request, template_id: str) -> Response:
        """The kind of coupon, with how many were taken."""
        return Response(template_as_json(get_or_404(CouponTemplate.objects.all(), template_id)))

    @extend_schema(request=CouponTemplateChanges, responses=CouponTemplateOwned)
    def patch(self, request: Request, template_id: str) -> Response:
        """Change its name, how many there are and who may take it; what it is worth stays."""
        template = get_or_404(CouponTemplate.objects.all(), template_id)
        given = CouponTemplateChanges(data=request.data)
        given.is_valid(raise_exception=True)
        services.change_coupon_template(template=template, changes=dict(given.validated_data), actor=request.user)
        return Response(template_as_json(template))


class MerchantCouponClosing(APIView):
    """No more of a coupon."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=None, responses=CouponTemplateOwned)
    def post(self, request: Request, template_id: str) -> Response:
        """Stop giving it away; what was taken may be used."""
        template = get_or_404(CouponTemplate.objects.all(), template_id)
        services.close_coupon_template(template=template, actor=request.user)
        return Response(template_as_json(template))


class MerchantGift(APIView):
    """Giving coupons."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=GiftGiven, responses={201: GiftShown})
    def post(self, request: Request, template_id: str) -> Response:
        """Give one to each of these buyers, or to none of them."""
        template = get_or_404(CouponTemplate.objects.all(), template_id)
        given = GiftGiven(data=request.data)
        given.is_valid(raise_exception=True)
        coupons = services.give_coupons(template=template, buyers=given.validated_data["to"], actor=request.user)
        return Response({"given": len(coupons)}, status=status.HTTP_201_CREATED)
