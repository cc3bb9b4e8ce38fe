"""Cases by the API, for the buyer who complains."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.aftersales import case_services as services
from mall.aftersales.api import with_lines
from mall.aftersales.case_models import Case, CasePicture
from mall.aftersales.case_serializers import CaseGiven, CaseQuery, CaseShown, Parcel
from mall.aftersales.evidence import add_evidence, evidence
from mall.aftersales.selectors import cases_of, with_case_parts
from mall.api.lookup import get_or_404
from mall.api.uploads import PICTURE_BODY, PictureParser, picture_of
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.orders.selectors import orders_of

_A_RETURN = OpenApiExample(
    "a return with its money",
    value={
        "kind": "return",
        "lines": [{"line": "5b0c4a3e-…", "amount_fen": 1999, "quantity": 1}],
        "reason": "商品有破损",
    },
    request_only=True,
)


class OrderCases(GenericAPIView):
    """The cases of one of the caller's orders."""

    serializer_class = CaseShown

    @extend_schema(operation_id="order_cases_list", responses=CaseShown(many=True))
    def get(self, request: Request, order_id: str) -> Response:
        """Everything complained of so far, newest first."""
        order = get_or_404(orders_of(request.user), order_id)
        page = self.paginate_queryset(with_case_parts(Case.objects.filter(order=order)))
        return self.get_paginated_response(CaseShown(page, many=True).data)

    @extend_schema(parameters=[KEY_PARAMETER], request=CaseGiven, responses={201: CaseShown}, examples=[_A_RETURN])
    @idempotent
    def post(self, request: Request, order_id: str) -> Response:
        """Complain: refund (money only), return (goods and money), exchange or repair, per line and partial.

        From payment until completion; before shipment only `refund`. Money claimed here and by `/refunds` together
        never exceeds what is left: 409 `more_than_left`. The order's commissions wait until the case is closed.
        """
        order = get_or_404(orders_of(request.user), order_id)
        given = CaseGiven(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        case = services.open_case(
            order=order,
            kind=fields["kind"],
            lines=with_lines(order, fields["lines"]),
            reason=fields["reason"],
            actor=request.user,
        )
        return Response(shown(case), status=status.HTTP_201_CREATED)


class Cases(GenericAPIView):
    """The caller's cases."""

    serializer_class = CaseShown

    def get_queryset(self) -> QuerySet[Case]:
        """His own, those asked for."""
        asked = CaseQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = {name: value for name, value in asked.validated_data.items() if name != "overdue"}
        return cases_of(self.request.user).filter(**wanted)

    @extend_schema(operation_id="cases_list", parameters=[CaseQuery], responses=CaseShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of his cases, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CaseShown(page, many=True).data)


class OneCase(APIView):
    """One of the caller's cases."""

    @extend_schema(responses=CaseShown)
    def get(self, request: Request, case_id: str) -> Response:
        """The case as it stands, with what has to be done until when."""
        return Response(CaseShown(get_or_404(cases_of(request.user), case_id)).data)


class CaseWithdrawal(APIView):
    """Taking a complaint back."""

    @extend_schema(request=None, responses=CaseShown)
    def post(self, request: Request, case_id: str) -> Response:
        """Possible until the goods are on their way; what was claimed is free again."""
        case = get_or_404(cases_of(request.user), case_id)
        return Response(shown(services.withdraw_case(case=case, actor=request.user)))


class CaseShipment(APIView):
    """Sending goods back."""

    @extend_schema(request=Parcel, responses=CaseShown)
    def post(self, request: Request, case_id: str) -> Response:
        """The goods of an approved case are on their way to `return_to`, with this carrier under this number."""
        case = get_or_404(cases_of(request.user), case_id)
        given = Parcel(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(shown(services.send_back(case=case, actor=request.user, **given.validated_data)))


class CaseConfirmation(APIView):
    """The new or mended goods have come."""

    @extend_schema(request=None, responses=CaseShown)
    def post(self, request: Request, case_id: str) -> Response:
        """The buyer has what he asked for; the case is done."""
        case = get_or_404(cases_of(request.user), case_id)
        return Response(shown(services.confirm_case(case=case, actor=request.user)))


class CasePictures(APIView):
    """Evidence."""

    parser_classes = (PictureParser,)

    @extend_schema(request=PICTURE_BODY, responses={201: CaseShown})
    def post(self, request: Request, case_id: str) -> Response:
        """One picture more, up to nine, while the case is open. The body is the file: JPEG, PNG or WebP, 10 MB."""
        case = get_or_404(cases_of(request.user), case_id)
        add_evidence(case=case, data=picture_of(request))
        return Response(shown(case), status=status.HTTP_201_CREATED)


class OneCasePicture(APIView):
    """One piece of evidence."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, picture_id: str) -> HttpResponse:
        """The picture itself, for whoever uploaded it."""
        return evidence(CasePicture.objects.filter(case__order__buyer=request.user), picture_id)


def shown(case: Case) -> dict[str, object]:
    """A case as it stands now, as its buyer sees it."""
    return CaseShown(with_case_parts(Case.objects.all()).get(pk=case.pk)).data
