"""The mall's settings by the merchant API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import FenField, StrictBooleanField, StrictIntegerField, TextField
from mall.api.permissions import StaffMay
from mall.malls import services
from mall.malls.models import Mall, MallHost
from mall.staff.rights import MANAGE_STAFF


class SettingsShown(serializers.ModelSerializer):
    """What a merchant decides about his own mall."""

    hosts = serializers.SerializerMethodField()
    bank_instructions = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Mall
        fields = (
            "name", "notice", "service_phone", "service_wechat", "service_hours", "licence", "returns_promise",
            "returns_address", "payment_fee_bps", "promotion_margin_bps", "brand_color", "timezone",
            "phone_proof_required", "unpaid_close_minutes", "auto_receive_days", "after_sales_days", "payout_min_fen",
            "four_eyes_payouts", "bank_instructions", "hosts",
        )  # fmt: skip

    def get_hosts(self, _mall: Any) -> list[str]:
        """The mall's host names, the one in its links first."""
        return list(MallHost.objects.order_by("-is_primary", "id").values_list("host", flat=True))


class SettingsGiven(serializers.Serializer):
    """What is to change; what is left out stays. How far each may go, the mall's rules say."""

    name = TextField(max_length=60, required=False)
    notice = TextField(max_length=200, required=False, allow_blank=True)
    service_phone = TextField(max_length=20, required=False, allow_blank=True)
    service_wechat = TextField(max_length=40, required=False, allow_blank=True)
    service_hours = TextField(max_length=60, required=False, allow_blank=True)
    licence = TextField(max_length=120, required=False, allow_blank=True)
    returns_promise = TextField(max_length=200, required=False, allow_blank=True)
    returns_address = TextField(max_length=300, required=False, allow_blank=True)
    payment_fee_bps = StrictIntegerField(min_value=0, max_value=2_000, required=False)
    promotion_margin_bps = StrictIntegerField(min_value=0, max_value=9_000, required=False)
    brand_color = TextField(max_length=7, required=False, help_text="#07c160")
    timezone = TextField(max_length=40, required=False, help_text="Fixed once something has happened in the mall.")
    phone_proof_required = StrictBooleanField(required=False)
    unpaid_close_minutes = StrictIntegerField(min_value=1, max_value=10_080, required=False)
    auto_receive_days = StrictIntegerField(min_value=1, max_value=90, required=False)
    after_sales_days = StrictIntegerField(min_value=0, max_value=90, required=False)
    payout_min_fen = FenField(min_value=1, required=False)
    four_eyes_payouts = StrictBooleanField(required=False)
    bank_instructions = serializers.ListField(
        child=TextField(max_length=200), max_length=10, required=False, help_text="Empty: no bank transfers."
    )


class Settings(APIView):
    """The settings of the mall."""

    permission_classes = (StaffMay(MANAGE_STAFF),)

    @extend_schema(responses=SettingsShown)
    def get(self, request: Request) -> Response:
        """Every setting as it stands."""
        return Response(SettingsShown(Mall.objects.get()).data)

    @extend_schema(
        request=SettingsGiven,
        responses=SettingsShown,
        examples=[
            OpenApiExample(
                "Contacts",
                value={"service_phone": "400-000-0000", "service_hours": "9:00-21:00", "after_sales_days": 7},
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request) -> Response:
        """Change what is given; the record says who did. Orders that are placed keep their deadlines."""
        given = SettingsGiven(data=request.data)
        given.is_valid(raise_exception=True)
        mall = services.update_settings(actor=request.user.user, changes=dict(given.validated_data))
        return Response(SettingsShown(mall).data)
