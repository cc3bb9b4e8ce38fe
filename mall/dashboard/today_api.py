"""概览 by the merchant API: the shop's day so far, and what waits."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.permissions import StaffMay
from mall.dashboard.home import trade_today, waiting
from mall.dashboard.today import today_begins
from mall.staff import rights


class WaitingShown(serializers.Serializer):
    """What waits for somebody; what the caller may not deal with is left out."""

    ship = serializers.IntegerField(required=False, help_text="Paid orders to send.")
    payments = serializers.IntegerField(required=False, help_text="Bank transfers to confirm.")
    cases = serializers.IntegerField(required=False, help_text="After-sales cases to decide.")
    refunds = serializers.IntegerField(required=False, help_text="Refunds asked for beside cases.")
    events = serializers.IntegerField(required=False, help_text="Parked events.")


class TodayShown(serializers.Serializer):
    """Figures since midnight, in the mall's time."""

    since = serializers.DateTimeField()
    placed = serializers.IntegerField(help_text="Orders placed.")
    paid = serializers.IntegerField(help_text="Of these, paid.")
    buyers = serializers.IntegerField(help_text="Who placed them.")
    payments = serializers.IntegerField(help_text="Payments that arrived, of orders of any day.")
    paid_fen = serializers.IntegerField()
    refunds = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    waiting = WaitingShown()


class Today(APIView):
    """The day so far."""

    permission_classes = (StaffMay(rights.SEE_ORDERS),)

    @extend_schema(
        responses=TodayShown,
        examples=[
            OpenApiExample(
                "A day",
                value={
                    "since": "2026-11-22T00:00:00+08:00",
                    "placed": 12, "paid": 9, "buyers": 10, "payments": 9, "paid_fen": 123400,
                    "refunds": 1, "refunded_fen": 9900,
                    "waiting": {"ship": 4, "payments": 1, "cases": 2, "refunds": 0, "events": 0},
                },
                response_only=True,
            )
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Orders, money and refunds since midnight, and what waits for the caller."""
        held = rights.RIGHTS.get(request.user.role, frozenset())
        found = {"since": today_begins(request), **trade_today(request), "waiting": waiting(held)}
        return Response(TodayShown(found).data)


api_urlpatterns = [path("merchant/today", Today.as_view(), name="merchant-today")]
