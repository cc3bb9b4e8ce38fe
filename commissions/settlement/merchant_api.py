"""Commissions by the merchant API: whose, why, and how much."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.settlement.api import CommissionOutput, ExplanationOutput
from commissions.settlement.explaining import explanation
from commissions.settlement.models import Commission
from commissions.settlement.selectors import STATES, commissions_of_mall
from mall.api.fields import ChoiceTextField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.staff.rights import SEE_COMMISSIONS
from members.models import Member
from referrals.conversions.models import ConversionKind


class MerchantCommissionQuery(serializers.Serializer):
    """Which commissions."""

    kind = ChoiceTextField(choices=ConversionKind.choices, required=False)
    state = ChoiceTextField(choices=[(state, state) for state in sorted(STATES)], required=False)
    member = TextField(max_length=36, required=False, help_text="Whose: the member's id.")


class MerchantCommission(CommissionOutput):
    """A commission as the merchant sees it: the customer by his whole nickname."""

    member = serializers.UUIDField(source="beneficiary.public_id")
    nickname = serializers.CharField(source="beneficiary.buyer.nickname")

    class Meta(CommissionOutput.Meta):
        fields = (*CommissionOutput.Meta.fields, "member", "nickname")

    def get_from_member(self, commission: Commission) -> str | None:
        """The merchant sees all of his own mall."""
        customer = commission.conversion.customer
        return customer.buyer.nickname if customer else None


class MerchantCommissions(GenericAPIView):
    """The mall's commissions."""

    permission_classes = (StaffMay(SEE_COMMISSIONS),)
    serializer_class = MerchantCommission

    def get_queryset(self) -> QuerySet[Commission]:
        """Those asked for."""
        asked = MerchantCommissionQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(asked.validated_data)
        if member := wanted.pop("member", ""):
            wanted["member_id"] = get_or_404(Member.objects.all(), member).pk
        return commissions_of_mall(**wanted)

    @extend_schema(
        operation_id="merchant_commissions_list",
        parameters=[MerchantCommissionQuery],
        responses=MerchantCommission(many=True),
    )
    def get(self, request: Request) -> Response:
        """A page of commissions, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MerchantCommission(page, many=True).data)


class MerchantExplanation(APIView):
    """Why a commission is what it is."""

    permission_classes = (StaffMay(SEE_COMMISSIONS),)

    @extend_schema(responses=ExplanationOutput)
    def get(self, request: Request, commission_id: str) -> Response:
        """Link, rule, base, rates, caps, release, refunds and movements; the figures add up."""
        return Response(ExplanationOutput(explanation(get_or_404(commissions_of_mall(), commission_id))).data)
