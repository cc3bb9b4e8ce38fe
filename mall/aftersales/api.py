"""Refunds by the API: asked for by the buyer, decided by staff."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.aftersales import services
from mall.aftersales.errors import LineMissing
from mall.aftersales.models import Refund
from mall.aftersales.selectors import refunds_of, refunds_of_mall
from mall.api.fields import FenField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.orders.models import Order, OrderLine
from mall.orders.placing import LINES_MAX, QUANTITY_MAX
from mall.orders.selectors import orders_of
from mall.staff.rights import DECIDE_REFUNDS


class RefundLineGiven(serializers.Serializer):
    """How much of one line should come back. quantity: the pieces given up."""

    line = TextField(max_length=100)
    amount_fen = FenField(min_value=1)
    quantity = StrictIntegerField(min_value=0, max_value=QUANTITY_MAX, required=False)


class RefundGiven(serializers.Serializer):
    """What the buyer asks for, and why."""

    lines = RefundLineGiven(many=True, min_length=1, max_length=LINES_MAX)
    reason = TextField(max_length=200)


class RefundLineShown(serializers.Serializer):
    """The part of a refund that falls on one line."""

    line = serializers.UUIDField(source="line.public_id")
    name = serializers.CharField(source="line.name")
    amount_fen = serializers.IntegerField()
    quantity = serializers.IntegerField()


class RefundShown(serializers.ModelSerializer):
    """A refund. decision_note: why it was rejected, or how the money went."""

    id = serializers.UUIDField(source="public_id")
    order = serializers.UUIDField(source="order.public_id")
    lines = RefundLineShown(many=True)

    class Meta:
        model = Refund
        fields = (
            "id", "number", "order", "status", "amount_fen", "reason", "decision_note", "requested_at", "decided_at",
            "lines",
        )  # fmt: skip


class RefundQuery(serializers.Serializer):
    """Which refunds."""

    status = serializers.ChoiceField(choices=Refund.Status.choices, required=False)


class Approval(serializers.Serializer):
    """How the money went, asked for where it went by hand."""

    evidence = TextField(max_length=200, required=False, allow_blank=True)


class Rejection(serializers.Serializer):
    """Why not; the buyer reads it."""

    reason = TextField(max_length=200)


class OrderRefunds(GenericAPIView):
    """The refunds of one of the caller's orders."""

    serializer_class = RefundShown

    @extend_schema(operation_id="order_refunds_list", responses=RefundShown(many=True))
    def get(self, request: Request, order_id: str) -> Response:
        """Everything asked for so far, newest first."""
        order = get_or_404(orders_of(request.user), order_id)
        page = self.paginate_queryset(refunds_of(order))
        return self.get_paginated_response(RefundShown(page, many=True).data)

    @extend_schema(parameters=[KEY_PARAMETER], request=RefundGiven, responses={201: RefundShown})
    @idempotent
    def post(self, request: Request, order_id: str) -> Response:
        """Ask for money back, per line and partial, from payment until completion.

        More than is left answers 409 `more_than_left`; what lies in an open exchange or repair, 409 `pieces_in_case`.
        """
        order = get_or_404(orders_of(request.user), order_id)
        given = RefundGiven(data=request.data)
        given.is_valid(raise_exception=True)
        lines = with_lines(order, given.validated_data["lines"])
        refund = services.request_refund(order=order, lines=lines, reason=given.validated_data["reason"])
        return Response(shown(refund), status=status.HTTP_201_CREATED)


class MerchantRefunds(GenericAPIView):
    """The mall's refunds."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)
    serializer_class = RefundShown

    def get_queryset(self) -> QuerySet[Refund]:
        """Those asked for."""
        asked = RefundQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return refunds_of_mall(**asked.validated_data)

    @extend_schema(operation_id="merchant_refunds_list", parameters=[RefundQuery], responses=RefundShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of refunds, newest first; `?status=requested` are those to decide."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(RefundShown(page, many=True).data)


class RefundApproval(APIView):
    """Sending money back."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)

    @extend_schema(request=Approval, responses=RefundShown)
    def post(self, request: Request, refund_id: str) -> Response:
        """The buyer gets his money; by bank transfer only with evidence."""
        refund = get_or_404(Refund.objects.select_related("order"), refund_id)
        given = Approval(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(shown(services.approve_refund(refund=refund, actor=request.user, **given.validated_data)))


class RefundRejection(APIView):
    """Saying no."""

    permission_classes = (StaffMay(DECIDE_REFUNDS),)

    @extend_schema(request=Rejection, responses=RefundShown)
    def post(self, request: Request, refund_id: str) -> Response:
        """Nothing goes back; the buyer reads why, and may ask again."""
        refund = get_or_404(Refund.objects.select_related("order"), refund_id)
        given = Rejection(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(shown(services.reject_refund(refund=refund, actor=request.user, **given.validated_data)))


def shown(refund: Refund) -> dict[str, object]:
    """A refund as it stands now, with its lines."""
    return RefundShown(refunds_of_mall().get(pk=refund.pk)).data


def with_lines(order: Order, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines themselves in place of their ids; another order's is as missing as a malformed one."""
    found = {str(line.public_id): line for line in OrderLine.objects.filter(order=order)}
    asked = []
    for line in lines:
        if line["line"].lower() not in found:
            raise LineMissing
        asked.append({**line, "line": found[line["line"].lower()]})
    return asked
