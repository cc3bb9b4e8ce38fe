"""The merchant's plan over the API."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.errors import PlanRefused
from commissions.plans.selectors import current_plan, plan_as_dict
from commissions.plans.services import change_plan
from mall.api.permissions import StaffMay
from mall.staff.rights import EDIT_PLAN, SEE_COMMISSIONS


class OverrideSchema(serializers.Serializer):
    """Rates of one category, product or SKU: either order_levels_bps or order_levels_fen."""

    scope = serializers.ChoiceField(choices=["category", "product", "sku"])
    id = serializers.CharField()
    order_levels_bps = serializers.ListField(child=serializers.IntegerField(), required=False, allow_null=True)
    order_levels_fen = serializers.ListField(child=serializers.IntegerField(), required=False, allow_null=True)


class PlanSchema(serializers.Serializer):
    """For the schema only: commissions.plans.checks reads the input, so that one place says what a plan may be."""

    order_levels_bps = serializers.ListField(child=serializers.IntegerField(), required=False)
    click_fen = serializers.IntegerField(required=False)
    registration_fen = serializers.IntegerField(required=False)
    budget_month_fen = serializers.IntegerField(required=False, allow_null=True)
    click_cap_day_fen = serializers.IntegerField(required=False, allow_null=True)
    registration_cap_day_fen = serializers.IntegerField(required=False, allow_null=True)
    ceiling_bps = serializers.IntegerField(required=False)
    hold_days = serializers.IntegerField(required=False)
    attribution = serializers.ChoiceField(choices=["last_click", "bound_first"], required=False)
    attribution_window_days = serializers.IntegerField(required=False)
    click_pays = serializers.ChoiceField(choices=["new", "all"], required=False)
    self_purchase_earns = serializers.BooleanField(required=False)
    count_staff_visits = serializers.BooleanField(required=False)
    include_freight = serializers.BooleanField(required=False)
    overrides = OverrideSchema(many=True, required=False)
    version = serializers.IntegerField(read_only=True)
    valid_from = serializers.DateTimeField(read_only=True)


class MerchantPlan(APIView):
    """The plan in force; PUT makes a new version, and absent fields keep their value."""

    def get_permissions(self):
        right = SEE_COMMISSIONS if self.request.method in {"GET", "HEAD", "OPTIONS"} else EDIT_PLAN
        return [StaffMay(right)()]

    @extend_schema(responses=PlanSchema)
    def get(self, request) -> Response:
        return Response(plan_as_dict(current_plan()))

    @extend_schema(request=PlanSchema, responses=PlanSchema)
    def put(self, request) -> Response:
        if not isinstance(request.data, dict):
            raise PlanRefused(_("方案是一个 JSON 对象。"))
        return Response(plan_as_dict(change_plan(author=request.user.user, changes=request.data)))
