"""Balance, payees and payouts over the API; the merchant's steps beside them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.payouts import services
from commissions.payouts.models import Payee, Payout
from commissions.payouts.selectors import balance_of, payees_of, payouts_of, payouts_of_mall
from mall.api.fields import FenField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.staff.rights import APPROVE_PAYOUTS, SETTLE_PAYOUTS
from members.access import IsMember, member_of


class BalanceOutput(serializers.Serializer):
    pending_fen = serializers.IntegerField()
    available_fen = serializers.IntegerField()
    in_transit_fen = serializers.IntegerField()
    paid_out_fen = serializers.IntegerField()
    debt_fen = serializers.IntegerField()
    currency = serializers.CharField()


class PayeeInput(serializers.Serializer):
    method = serializers.ChoiceField(choices=["bank"])
    name = TextField(max_length=40)
    account = TextField(max_length=40, min_length=4)
    bank = TextField(max_length=60)


class PayeeOutput(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")

    class Meta:
        model = Payee
        fields = ("id", "method", "masked")


class PayeesOutput(serializers.Serializer):
    """The newest twenty: nobody has pages of them."""

    results = PayeeOutput(many=True)


class PayoutInput(serializers.Serializer):
    amount_fen = FenField(min_value=1)
    payee = serializers.CharField(max_length=36)


class PayoutOutput(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    payee = PayeeOutput()

    class Meta:
        model = Payout
        fields = ("id", "number", "status", "amount_fen", "payee", "reason", "evidence", "requested_at", "ended_at")


class EvidenceInput(serializers.Serializer):
    evidence = TextField(max_length=200)


class ReasonInput(serializers.Serializer):
    reason = TextField(max_length=200)


class Balance(APIView):
    """The caller's balance, read from the ledger."""

    permission_classes = [IsMember]

    @extend_schema(responses=BalanceOutput)
    def get(self, request) -> Response:
        return Response(balance_of(member_of(request).pk))


class Payees(APIView):
    """Where the caller wants his money."""

    permission_classes = [IsMember]

    @extend_schema(responses=PayeesOutput, operation_id="payees_list")
    def get(self, request) -> Response:
        return Response({"results": PayeeOutput(payees_of(member_of(request).pk)[:20], many=True).data})

    @extend_schema(request=PayeeInput, responses={201: PayeeOutput})
    def post(self, request) -> Response:
        data = PayeeInput(data=request.data)
        data.is_valid(raise_exception=True)
        payee = services.add_payee(member=member_of(request), **data.validated_data)
        return Response(PayeeOutput(payee).data, status=201)


class Payouts(ListAPIView):
    """The caller's payouts, newest first; POST asks for one and holds the money."""

    permission_classes = [IsMember]
    serializer_class = PayoutOutput

    def get_queryset(self):
        return payouts_of(member_of(self.request).pk)

    @extend_schema(parameters=[KEY_PARAMETER], request=PayoutInput, responses={201: PayoutOutput})
    @idempotent
    def post(self, request) -> Response:
        data = PayoutInput(data=request.data)
        data.is_valid(raise_exception=True)
        member = member_of(request)
        payee = get_or_404(payees_of(member.pk), data.validated_data["payee"])
        payout = services.request_payout(member=member, amount_fen=data.validated_data["amount_fen"], payee=payee)
        return Response(PayoutOutput(payout).data, status=201)


class MerchantPayouts(ListAPIView):
    """The mall's payouts, newest first."""

    permission_classes = [StaffMay(APPROVE_PAYOUTS)]
    serializer_class = PayoutOutput

    def get_queryset(self):
        return payouts_of_mall()


class MerchantPayoutApprove(APIView):
    """Let a payout go; the money stays held until it is settled."""

    permission_classes = [StaffMay(APPROVE_PAYOUTS)]

    @extend_schema(request=None, responses=PayoutOutput)
    def post(self, request, payout_id: str) -> Response:
        payout = services.approve_payout(payout=get_or_404(payouts_of_mall(), payout_id), staff=request.user)
        return Response(PayoutOutput(payout).data)


class MerchantPayoutSettle(APIView):
    """The transfer has been made: say how it is found again."""

    permission_classes = [StaffMay(SETTLE_PAYOUTS)]

    @extend_schema(request=EvidenceInput, responses=PayoutOutput)
    def post(self, request, payout_id: str) -> Response:
        payout = get_or_404(payouts_of_mall(), payout_id)
        data = EvidenceInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            PayoutOutput(services.settle_payout(payout=payout, staff=request.user, **data.validated_data)).data
        )


class MerchantPayoutReject(APIView):
    """Give the money back to the member, with the reason."""

    permission_classes = [StaffMay(APPROVE_PAYOUTS)]

    @extend_schema(request=ReasonInput, responses=PayoutOutput)
    def post(self, request, payout_id: str) -> Response:
        payout = get_or_404(payouts_of_mall(), payout_id)
        data = ReasonInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            PayoutOutput(services.reject_payout(payout=payout, staff=request.user, **data.validated_data)).data
        )
