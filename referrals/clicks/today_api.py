"""Today's clicks by the merchant API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.permissions import StaffMay
from mall.dashboard.today import today_begins
from mall.staff.rights import SEE_COMMISSIONS
from referrals.clicks.dashboard import referrals_today


class ClicksToday(serializers.Serializer):
    """Clicks on share links; ratios come as their two integers."""

    all = serializers.IntegerField()
    valid = serializers.IntegerField()
    unjudged = serializers.IntegerField(help_text="Not looked at yet.")
    visitors = serializers.IntegerField()


class JoinedToday(serializers.Serializer):
    """New members."""

    all = serializers.IntegerField()
    brought = serializers.IntegerField(help_text="By a promoter.")


class ReferralsToday(serializers.Serializer):
    """What links brought since midnight, in the mall's time."""

    since = serializers.DateTimeField()
    clicks = ClicksToday()
    joined = JoinedToday()
    orders = serializers.IntegerField(help_text="Orders that a promoter brought.")


class TodayReferrals(APIView):
    """The day's clicks so far."""

    permission_classes = (StaffMay(SEE_COMMISSIONS),)

    @extend_schema(responses=ReferralsToday)
    def get(self, request: Request) -> Response:
        """Clicks, new members and orders that links brought since midnight."""
        return Response(ReferralsToday({"since": today_begins(request), **referrals_today(request)}).data)
