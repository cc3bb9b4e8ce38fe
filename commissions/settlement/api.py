"""What a member earned, over the API."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.settlement.explaining import explanation
from commissions.settlement.models import Commission
from commissions.settlement.selectors import STATES, commissions_of_member
from mall.api.lookup import get_or_404
from mall.errors import BadInput
from members.access import IsMember, member_of
from members.naming import masked_nickname
from referrals.conversions.models import ConversionKind


class SourceOutput(serializers.Serializer):
    type = serializers.ChoiceField(choices=ConversionKind.choices)
    id = serializers.CharField()


class CommissionOutput(serializers.ModelSerializer):
    """A commission as its beneficiary sees it: no phone, no address, no goods."""

    id = serializers.CharField(source="public_id")
    amount_fen = serializers.IntegerField()
    state = serializers.ChoiceField(choices=sorted(STATES))
    source = serializers.SerializerMethodField()
    from_member = serializers.SerializerMethodField()

    class Meta:
        model = Commission
        fields = (
            "id", "kind", "level", "amount_fen", "accrued_fen", "reversed_fen", "base_fen", "rate_bps", "state",
            "source", "from_member", "occurred_at", "releases_at",
        )  # fmt: skip

    def get_source(self, commission: Commission) -> SourceOutput:
        conversion = commission.conversion
        subject = {"click": conversion.click, "registration": conversion.member, "order": conversion.order}
        return {"type": commission.kind, "id": str(subject[commission.kind].public_id)}  # type: ignore[return-value]  # a dict is rendered alike

    def get_from_member(self, commission: Commission) -> str | None:
        """Only the level that brought him sees who it was, and only a masked name."""
        customer = commission.conversion.customer
        if commission.level != 1 or customer is None:
            return None
        return masked_nickname(customer.buyer.nickname)


class ExplanationLine(serializers.Serializer):
    number = serializers.IntegerField()
    quantity = serializers.IntegerField()
    base_at_placement_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    base_fen = serializers.IntegerField()
    scope = serializers.CharField()
    rate_bps = serializers.IntegerField(allow_null=True)
    flat_fen = serializers.IntegerField(allow_null=True)
    amount_fen = serializers.IntegerField()


class ExplanationMovement(serializers.Serializer):
    type = serializers.CharField()
    at = serializers.DateTimeField()
    account = serializers.CharField()
    amount_fen = serializers.IntegerField()


class ExplanationOutput(serializers.Serializer):
    """The trace of a commission, in numbers that add up."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=ConversionKind.choices)
    level = serializers.IntegerField()
    state = serializers.ChoiceField(choices=sorted(STATES))
    amount_fen = serializers.IntegerField()
    accrued_fen = serializers.IntegerField()
    reversed_fen = serializers.IntegerField()
    base_fen = serializers.IntegerField()
    rate_bps = serializers.IntegerField(allow_null=True)
    link = inline_serializer(
        "ExplanationLink",
        {name: serializers.CharField() for name in ("id", "code", "kind", "channel")},
        allow_null=True,
    )
    attribution = inline_serializer(
        "ExplanationAttribution",
        {
            "rule": serializers.CharField(),
            "occurred_at": serializers.DateTimeField(),
            "policy": serializers.CharField(required=False),
            "window_days": serializers.IntegerField(required=False),
            "clicked_at": serializers.CharField(required=False, allow_null=True),
        },
    )
    plan_version = serializers.IntegerField()
    lines = ExplanationLine(many=True)
    caps = inline_serializer(
        "ExplanationCaps",
        {
            name: serializers.IntegerField(allow_null=True)
            for name in ("ceiling_bps", "cap_day_fen", "budget_month_fen", "flat_fen")
        },
    )
    release = inline_serializer(
        "ExplanationRelease",
        {
            "hold_days": serializers.IntegerField(),
            "activity_days": serializers.IntegerField(allow_null=True),
            "releases_at": serializers.DateTimeField(allow_null=True),
            "released_at": serializers.DateTimeField(allow_null=True),
            "held_reason": serializers.CharField(allow_null=True),
            "ended_reason": serializers.CharField(allow_null=True),
        },
    )
    refunded_fen = serializers.IntegerField()
    movements = ExplanationMovement(many=True)


class CommissionList(ListAPIView):
    """The caller's commissions, newest first; only what accrued more than 0."""

    permission_classes = [IsMember]
    serializer_class = CommissionOutput
    queryset = None

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", enum=ConversionKind.values),
            OpenApiParameter("state", enum=sorted(STATES)),
        ]
    )
    def get(self, request, *args, **kwargs) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        kind, state = self.request.query_params.get("kind"), self.request.query_params.get("state")
        if kind and kind not in ConversionKind.values:
            raise BadInput(_("kind 只能是 click、registration 或 order。"), field="kind")
        if state and state not in STATES:
            raise BadInput(_("state 只能是 pending、available、reversed 或 held。"), field="state")
        return commissions_of_member(member_id=member_of(self.request).pk, kind=kind, state=state)


class CommissionExplanation(APIView):
    """Why the caller got this commission: link, rule, base, rates, caps, release, refunds."""

    permission_classes = [IsMember]

    @extend_schema(responses=ExplanationOutput)
    def get(self, request, commission_id: str) -> Response:
        commission = get_or_404(commissions_of_member(member_id=member_of(request).pk), commission_id)
        return Response(ExplanationOutput(explanation(commission)).data)
