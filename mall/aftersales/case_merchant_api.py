"""Cases by the merchant API: each step that is staff's to take."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from mall.aftersales import case_services as services
from mall.aftersales.case_models import Case, CasePicture
from mall.aftersales.case_serializers import (
    CaseApproval,
    CaseQuery,
    CaseReceipt,
    CaseRejection,
    MerchantCase,
    Parcel,
)
from mall.aftersales.evidence import evidence
from mall.aftersales.selectors import cases_of_mall
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.staff.rights import DECIDE_REFUNDS


class MerchantCases(GenericAPIView):
    """The mall's cases."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)
    serializer_class = MerchantCase

    def get_queryset(self) -> QuerySet[Case]:
        """Those asked for."""
        asked = CaseQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return cases_of_mall(**asked.validated_data)

    @extend_schema(operation_id="merchant_cases_list", parameters=[CaseQuery], responses=MerchantCase(many=True))
    def get(self, request: Request) -> Response:
        """A page of cases, newest first; `?status=requested` and `?status=returning` are those to decide."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MerchantCase(page, many=True).data)


class OneMerchantCase(APIView):
    """One case of the mall."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)

    @extend_schema(responses=MerchantCase)
    def get(self, request: Request, case_id: str) -> Response:
        """The case with its buyer."""
        return Response(MerchantCase(get_or_404(cases_of_mall(), case_id)).data)


class _Step(APIView):
    """One step of staff; `given` says what it takes."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)

    def take(self, request: Request, case_id: str, given: type[Serializer[Any]], service: Any) -> Response:
        """Find, check, do, show."""
        case = get_or_404(Case.objects.select_related("order"), case_id)
        asked = given(data=request.data)
        asked.is_valid(raise_exception=True)
        service(case=case, actor=request.user, **asked.validated_data)
        return Response(MerchantCase(cases_of_mall().get(pk=case.pk)).data)


class CaseApprovals(_Step):
    """Saying yes."""

    @extend_schema(request=CaseApproval, responses=MerchantCase)
    def post(self, request: Request, case_id: str) -> Response:
        """`refund` sends the money back at once; every other kind waits for the goods at `return_to`."""
        return self.take(request, case_id, CaseApproval, services.approve_case)


class CaseRejections(_Step):
    """Saying no."""

    @extend_schema(request=CaseRejection, responses=MerchantCase)
    def post(self, request: Request, case_id: str) -> Response:
        """With the reason the buyer reads, before goods come or once they were looked at."""
        return self.take(request, case_id, CaseRejection, services.reject_case)


class CaseReceipts(_Step):
    """The goods have come back."""

    @extend_schema(request=CaseReceipt, responses=MerchantCase)
    def post(self, request: Request, case_id: str) -> Response:
        """A return sends the money back now; an exchange or a repair goes on to be resent."""
        return self.take(request, case_id, CaseReceipt, services.receive_goods)


class CaseResending(_Step):
    """New or mended goods go out."""

    @extend_schema(request=Parcel, responses=MerchantCase)
    def post(self, request: Request, case_id: str) -> Response:
        """On their way to the buyer; an exchange takes its pieces out of stock, 409 `out_of_stock` where none are."""
        return self.take(request, case_id, Parcel, services.resend)


class OneMerchantCasePicture(APIView):
    """One piece of evidence."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, picture_id: str) -> HttpResponse:
        """The picture itself."""
        return evidence(CasePicture.objects.all(), picture_id)
