"""How cases look in the API, to buyers and to staff."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mall.aftersales.case_models import Case
from mall.aftersales.evidence import evidence_id
from mall.api.fields import ChoiceTextField, FenField, StrictIntegerField, TextField
from mall.orders.placing import LINES_MAX, QUANTITY_MAX
from mall.orders.serializers import BuyerOfOrder


class CaseLineGiven(serializers.Serializer):
    """What of one line. amount_fen: for refund and return; quantity: pieces, for all but refund."""

    line = TextField(max_length=100)
    amount_fen = FenField(min_value=1, required=False)
    quantity = StrictIntegerField(min_value=0, max_value=QUANTITY_MAX, required=False)


class CaseGiven(serializers.Serializer):
    """What the buyer complains of, and what he wants."""

    kind = ChoiceTextField(choices=Case.Kind.choices)
    lines = CaseLineGiven(many=True, min_length=1, max_length=LINES_MAX)
    reason = TextField(max_length=200)


class Parcel(serializers.Serializer):
    """With whom goods travel."""

    carrier = TextField(max_length=40)
    number = TextField(max_length=40)


class CaseApproval(serializers.Serializer):
    """return_to: where the goods go, the mall's own address without one; evidence: of a bank transfer's refund."""

    return_to = TextField(max_length=300, required=False, allow_blank=True)
    evidence = TextField(max_length=200, required=False, allow_blank=True)


class CaseReceipt(serializers.Serializer):
    """evidence: how the money of a bank transfer went back."""

    evidence = TextField(max_length=200, required=False, allow_blank=True)


class CaseRejection(serializers.Serializer):
    """Why not; the buyer reads it."""

    reason = TextField(max_length=200)


class CaseQuery(serializers.Serializer):
    """Which cases."""

    status = serializers.ChoiceField(choices=Case.Status.choices, required=False)
    kind = serializers.ChoiceField(choices=Case.Kind.choices, required=False)
    overdue = serializers.BooleanField(required=False, help_text="Only those whose time the merchant let pass.")


class CaseLineShown(serializers.Serializer):
    """The part of a case that falls on one line. amount_fen: null where no money is claimed."""

    line = serializers.UUIDField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    amount_fen = serializers.IntegerField(allow_null=True)


class CasePictureShown(serializers.Serializer):
    """One piece of evidence; the address answers its buyer, or staff, with their token only."""

    id = serializers.UUIDField()
    url = serializers.CharField()


class CaseShown(serializers.ModelSerializer):
    """A case. deadline_at: until when the next step must be taken; refund: the claim on money, if it has one."""

    id = serializers.UUIDField(source="public_id")
    order = serializers.UUIDField(source="order.public_id")
    refund = serializers.UUIDField(source="refund.public_id", allow_null=True, default=None)
    amount_fen = serializers.IntegerField(source="refund.amount_fen", allow_null=True, default=None)
    lines = serializers.SerializerMethodField()
    pictures = serializers.SerializerMethodField()
    picture_address = "api:case-picture"

    class Meta:
        model = Case
        fields = (
            "id", "number", "order", "kind", "status", "reason", "decision_note", "amount_fen", "refund", "lines",
            "pictures", "return_to", "return_carrier", "return_number", "resend_carrier", "resend_number",
            "deadline_at", "created_at", "closed_at",
        )  # fmt: skip

    @extend_schema_field(CaseLineShown(many=True))
    def get_lines(self, case: Case) -> list[dict[str, Any]]:
        """In the order they were named."""
        claimed = {part.line_id: part.amount_fen for part in case.refund.lines.all()} if case.refund else {}
        return [
            {
                "line": str(part.line.public_id),
                "name": part.line.name,
                "quantity": part.quantity,
                "amount_fen": claimed.get(part.line_id),
            }
            for part in case.lines.all()
        ]

    @extend_schema_field(CasePictureShown(many=True))
    def get_pictures(self, case: Case) -> list[dict[str, str]]:
        """In the order they came."""
        ids = [evidence_id(picture) for picture in case.pictures.all()]
        return [{"id": one, "url": reverse(self.picture_address, args=[one])} for one in ids]


class MerchantCase(CaseShown):
    """A case as staff see it. overdue: the merchant let his time pass."""

    buyer = BuyerOfOrder(source="order.buyer")
    overdue = serializers.SerializerMethodField()
    picture_address = "api:merchant-case-picture"

    class Meta(CaseShown.Meta):
        fields = (*CaseShown.Meta.fields, "buyer", "overdue")

    def get_overdue(self, case: Case) -> bool:
        """Without a deadline in the merchant's turn."""
        return case.is_overdue
