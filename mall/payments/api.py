"""Paying by the API, and staff's word that a transfer has arrived."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import FenField, TextField
from mall.api.lookup import get_or_404
from mall.api.network import client_address
from mall.api.permissions import StaffMay
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.orders.selectors import orders_of
from mall.payments import services
from mall.payments.models import Payment, TransferProof
from mall.payments.providers import Payer
from mall.payments.wechat.identity import openid_for
from mall.staff.rights import CONFIRM_PAYMENTS


class PaymentGiven(serializers.Serializer):
    """How the buyer wants to pay."""

    provider = TextField(max_length=20)
    openid = TextField(
        max_length=128, required=False, allow_blank=True, help_text="Who pays with wechat_jsapi, in the app named."
    )
    wechat_session = TextField(
        max_length=600, required=False, allow_blank=True, help_text="In place of openid: from /wechat/mini-sessions."
    )
    app = serializers.ChoiceField(choices=["web", "mini_program"], required=False, default="web")


class PaymentShown(serializers.ModelSerializer):
    """One attempt to pay. instructions: what the buyer does next, where he must do something."""

    id = serializers.UUIDField(source="public_id")
    order = serializers.UUIDField(source="order.public_id")
    instructions = serializers.DictField(allow_null=True)

    class Meta:
        model = Payment
        fields = (
            "id", "order", "provider", "status", "amount_fen", "number", "instructions", "created_at", "succeeded_at",
        )  # fmt: skip


class Confirmation(serializers.Serializer):
    """What staff saw in the bank's statement."""

    reference = TextField(max_length=64, required=False, allow_blank=True, help_text="The bank's number of it.")
    received_fen = FenField(min_value=1, required=False, help_text="What arrived; left out: all that is still open.")
    proof = serializers.CharField(max_length=36, required=False, help_text="Which of the proofs shown it confirms.")


class PaymentQuery(serializers.Serializer):
    """Which payments."""

    status = serializers.ChoiceField(choices=Payment.Status.choices, required=False)
    provider = TextField(max_length=20, required=False)


def _payer(request: Request, asked: dict[str, Any]) -> Payer:
    """Who pays: the openid named, else that of the session handle, else the one the caller is known by."""
    in_mini_program = asked["app"] == "mini_program"
    openid = asked.get("openid", "")
    if not openid and asked["provider"] == "wechat_jsapi":
        openid = openid_for(request.user, handle=asked.get("wechat_session", ""), in_mini_program=in_mini_program)
    return Payer(openid=openid, client_ip=client_address(request), in_mini_program=in_mini_program)


class OrderPayments(GenericAPIView):
    """The payments of one of the caller's orders."""

    serializer_class = PaymentShown

    @extend_schema(operation_id="order_payments_list", responses=PaymentShown(many=True))
    def get(self, request: Request, order_id: str) -> Response:
        """Every attempt to pay it, newest first."""
        order = get_or_404(orders_of(request.user), order_id)
        page = self.paginate_queryset(Payment.objects.select_related("order").filter(order=order))
        return self.get_paginated_response(PaymentShown(page, many=True).data)

    @extend_schema(parameters=[KEY_PARAMETER], request=PaymentGiven, responses={201: PaymentShown})
    @idempotent
    def post(self, request: Request, order_id: str) -> Response:
        """Pay the order, or begin to: a transfer is pending until staff have seen it."""
        order = get_or_404(orders_of(request.user), order_id)
        given = PaymentGiven(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        payer = _payer(request, asked)
        payment = services.start_payment(order=order, provider=asked["provider"], payer=payer)
        return Response(PaymentShown(payment).data, status=status.HTTP_201_CREATED)


class MerchantPayments(GenericAPIView):
    """The mall's payments."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)
    serializer_class = PaymentShown

    def get_queryset(self) -> QuerySet[Payment]:
        """Those asked for."""
        asked = PaymentQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return Payment.objects.select_related("order").filter(**asked.validated_data)

    @extend_schema(operation_id="merchant_payments_list", parameters=[PaymentQuery], responses=PaymentShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of payments, newest first; `?status=pending` are the transfers to expect."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(PaymentShown(page, many=True).data)


class PaymentConfirmation(APIView):
    """A transfer has arrived."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    @extend_schema(request=Confirmation, responses=PaymentShown)
    def post(self, request: Request, payment_id: str) -> Response:
        """The money is in the merchant's account: the order is paid.

        Without a body the amount due has arrived. With `received_fen` below it the payment stays pending until the
        rest is confirmed; above it the payment succeeds and the excess is noted. A `proof` that staff uploaded is
        confirmed by another member of staff, else 403 `same_person`.
        """
        payment = get_or_404(Payment.objects.select_related("order"), payment_id)
        given = Confirmation(data=request.data)
        given.is_valid(raise_exception=True)
        found = dict(given.validated_data)
        if "proof" in found:
            found["proof"] = get_or_404(TransferProof.objects.filter(payment=payment), found["proof"])
        payment = services.confirm_payment(payment=payment, actor=request.user, **found)
        return Response(PaymentShown(payment).data)
