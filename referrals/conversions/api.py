"""Conversions over the API: why something paid, or did not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.pagination import NewestFirstPagination
from mall.errors import BadInput
from members.access import IsMember, member_of
from members.naming import masked_nickname
from referrals.clicks.models import Reason
from referrals.conversions.models import Conversion, ConversionKind
from referrals.conversions.selectors import Outcome, conversions_of_promoter, outcomes


class ConversionLinkOutput(serializers.Serializer):
    """The link behind a conversion."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    kind = serializers.CharField()
    channel = serializers.CharField()


class ConversionCommissionOutput(serializers.Serializer):
    """What the caller earns by it, after refunds."""

    amount_fen = serializers.IntegerField()


class ConversionOutput(serializers.Serializer):
    """One click, registration or order the caller brought: its commission, or the reason why there is none.

    Neither of the two: nothing has fallen due yet, the order is not paid.
    """

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ConversionKind.choices)
    occurred_at = serializers.DateTimeField()
    rule = serializers.CharField(help_text="last_click, bound, direct, self or none")
    link = ConversionLinkOutput(allow_null=True)
    from_member = serializers.CharField(allow_null=True, help_text="Masked nickname, if it was a member.")
    commission = ConversionCommissionOutput(allow_null=True)
    reason = serializers.ChoiceField(choices=[value for value in Reason.values if value], allow_null=True)
    reason_text = serializers.CharField(allow_null=True)


class Conversions(APIView):
    """What the caller's links brought."""

    permission_classes = (IsMember,)
    pagination_class = NewestFirstPagination

    @extend_schema(
        operation_id="conversions_list",
        parameters=[OpenApiParameter("kind", enum=ConversionKind.values)],
        responses=ConversionOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Everything the caller's links brought, paid or not, newest first."""
        kind = request.query_params.get("kind")
        if kind and kind not in ConversionKind.values:
            raise BadInput(_("kind 只能是 click、registration 或 order。"), field="kind")
        pages = self.pagination_class()
        found = pages.paginate_queryset(conversions_of_promoter(member_of(request), kind=kind), request, view=self)
        came_to = outcomes(found)
        shown = [_shown(conversion, came_to[conversion.pk]) for conversion in found]
        return pages.get_paginated_response(ConversionOutput(shown, many=True).data)


def _shown(conversion: Conversion, outcome: Outcome) -> dict[str, Any]:
    link, customer = conversion.link, conversion.customer
    return {
        "id": conversion.public_id,
        "kind": conversion.kind,
        "occurred_at": conversion.occurred_at,
        "rule": conversion.rule,
        "link": link and {"id": link.public_id, "code": link.code, "kind": link.kind, "channel": link.channel.slug},
        "from_member": masked_nickname(customer.buyer.nickname) if customer else None,
        "commission": {"amount_fen": outcome.commission_fen} if outcome.commission_fen else None,
        "reason": outcome.reason or None,
        "reason_text": Reason(outcome.reason).label if outcome.reason else None,
    }
