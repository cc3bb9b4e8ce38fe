"""Today's commissions by the merchant API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.settlement.today import commissions_today, payouts_that_wait
from mall.api.permissions import StaffMay
from mall.dashboard.today import today_begins
from mall.staff.rights import SEE_COMMISSIONS


class PayoutsWaiting(serializers.Serializer):
    """Payouts that wait for somebody."""

    requested = serializers.IntegerField(help_text="To approve.")
    approved = serializers.IntegerField(help_text="To transfer.")


class CommissionsToday(serializers.Serializer):
    """Commissions since midnight, in the mall's time."""

    since = serializers.DateTimeField()
    commissions = serializers.IntegerField(source="count")
    promoters = serializers.IntegerField()
    amount_fen = serializers.IntegerField(source="fen", help_text="What stands after refunds.")
    payouts = PayoutsWaiting()


class TodayCommissions(APIView):
    """The day's commissions so far."""

    permission_classes = (StaffMay(SEE_COMMISSIONS),)

    @extend_schema(responses=CommissionsToday)
    def get(self, request: Request) -> Response:
        """What accrued since midnight and still stands, and the payouts that wait."""
        found = {"since": today_begins(request), **commissions_today(request), "payouts": payouts_that_wait()}
        return Response(CommissionsToday(found).data)
