"""The merchant's look into his books."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from commissions.ledger.audit import audit
from mall.api.permissions import StaffMay
from mall.staff.rights import SEE_COMMISSIONS
from mall.tenancy.context import require_mall_id


class AuditOutput(serializers.Serializer):
    balanced = serializers.BooleanField()
    journals = serializers.IntegerField()
    entries = serializers.IntegerField()
    sum_fen = serializers.IntegerField()
    findings = serializers.ListField(child=serializers.CharField())


class MerchantLedgerAudit(APIView):
    """The mall's books, computed again by other code."""

    permission_classes = [StaffMay(SEE_COMMISSIONS)]

    @extend_schema(responses=AuditOutput)
    def get(self, request) -> Response:
        result = audit(require_mall_id("The ledger"))
        return Response(
            {
                "balanced": result.balanced,
                "journals": result.journals,
                "entries": result.entries,
                "sum_fen": result.sum_fen,
                "findings": [f"{name}: {row}" for name, row in result.findings],
            }
        )
