"""A member's account by the merchant API: what he has, and debt that is given up."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.payouts.api import BalanceOutput
from commissions.payouts.selectors import balance_of
from commissions.payouts.services import write_off_debt
from mall.api.fields import FenField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.staff.rights import SEE_COMMISSIONS, WRITE_OFF
from members.models import Member


class WriteOffGiven(serializers.Serializer):
    """How much of a debt is given up, and why."""

    amount_fen = FenField(min_value=1)
    reason = TextField(max_length=200)


class MemberBalance(APIView):
    """What a member has."""

    permission_classes = (StaffMay(SEE_COMMISSIONS),)

    @extend_schema(responses=BalanceOutput)
    def get(self, request: Request, member_id: str) -> Response:
        """Pending, available, in transit, paid out and debt, read from the ledger."""
        return Response(balance_of(get_or_404(Member.objects.all(), member_id).pk))


class WriteOff(APIView):
    """Giving up a debt."""

    permission_classes = (StaffMay(WRITE_OFF),)

    @extend_schema(
        parameters=[KEY_PARAMETER],
        request=WriteOffGiven,
        responses=BalanceOutput,
        examples=[OpenApiExample("Part", value={"amount_fen": 1200, "reason": "cannot be claimed"}, request_only=True)],
    )
    @idempotent
    def post(self, request: Request, member_id: str) -> Response:
        """Give up a part of what a member owes; journalled to the mall's write-offs. 409 above the debt."""
        member = get_or_404(Member.objects.all(), member_id)
        given = WriteOffGiven(data=request.data)
        given.is_valid(raise_exception=True)
        write_off_debt(member=member, staff=request.user, **given.validated_data)
        return Response(balance_of(member.pk))
