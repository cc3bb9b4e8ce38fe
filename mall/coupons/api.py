"""Coupons by the API, for buyers."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall import clock
from mall.api.lookup import get_or_404
from mall.coupons.models import Coupon, CouponTemplate
from mall.coupons.selectors import open_templates, wallet
from mall.coupons.services import take_coupon
from mall.coupons.shapes import CouponShown, CouponTemplateShown, WalletQuery


class Coupons(GenericAPIView):
    """The caller's wallet."""

    serializer_class = CouponShown

    def get_queryset(self) -> QuerySet[Coupon]:
        """His own, of the kind asked for."""
        asked = WalletQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        tabs = wallet(self.request.user, clock.now())
        return tabs[asked.validated_data["status"]].select_related("order")

    @extend_schema(operation_id="coupons_list", parameters=[WalletQuery], responses=CouponShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of his coupons, newest first; usable ones unless `status` says otherwise."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CouponShown(page, many=True).data)


class CouponTemplates(GenericAPIView):
    """What there is to take."""

    permission_classes = (AllowAny,)
    serializer_class = CouponTemplateShown

    def get_queryset(self) -> QuerySet[CouponTemplate]:
        """Those that anybody may take now."""
        return open_templates(clock.now())

    @extend_schema(operation_id="coupon_templates_list", responses=CouponTemplateShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of the coupons that may be taken now, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CouponTemplateShown(page, many=True).data)


class Taking(APIView):
    """Taking a coupon."""

    @extend_schema(request=None, responses={201: CouponShown})
    def post(self, request: Request, template_id: str) -> Response:
        """Put one of these coupons into the caller's wallet; 409 when none is left or he has had his."""
        # One that staff give is not to be found here.
        template = get_or_404(CouponTemplate.objects.filter(is_public=True), template_id)
        coupon = take_coupon(template=template, buyer=request.user)
        found = Coupon.objects.select_related("template__product", "template__category").get(pk=coupon.pk)
        return Response(CouponShown(found).data, status=status.HTTP_201_CREATED)
