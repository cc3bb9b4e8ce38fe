"""Showing by the API that a transfer was made, and what staff make of it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import TextField
from mall.api.lookup import get_or_404
from mall.api.parsers import BoundedJSONParser
from mall.api.permissions import StaffMay
from mall.api.uploads import PICTURE_BODY, PictureParser
from mall.payments.models import Payment, TransferProof
from mall.payments.proofs import REASON_MAX, SERIAL_MAX, add_proof, picture_of, proofs_of, refuse_proof
from mall.staff.rights import CONFIRM_PAYMENTS


class ProofShown(serializers.ModelSerializer):
    """What was shown of a transfer. received_fen: what staff found of it; note: their word to the buyer."""

    id = serializers.UUIDField(source="public_id")
    has_picture = serializers.SerializerMethodField()

    class Meta:
        model = TransferProof
        fields = ("id", "serial", "has_picture", "status", "received_fen", "note", "uploaded_at", "decided_at")

    def get_has_picture(self, proof: TransferProof) -> bool:
        """Whether there is a picture to look at."""
        return bool(proof.file)


class ProofQuery(serializers.Serializer):
    """What stands beside the picture."""

    serial = TextField(
        max_length=SERIAL_MAX, required=False, allow_blank=True, help_text="The bank's serial number of the transfer."
    )


class Refusal(serializers.Serializer):
    """Why it does not count."""

    reason = TextField(max_length=REASON_MAX)


def picture_answer(proof: TransferProof) -> HttpResponse:
    """The picture itself, for nobody's cache. Raises Http404 where there is none."""
    picture = picture_of(proof)
    if picture is None:
        raise Http404
    return HttpResponse(
        picture,
        content_type="image/jpeg",
        headers={"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff"},
    )


class _Proofs(GenericAPIView):
    """Proofs of one payment, for whoever may see it."""

    serializer_class = ProofShown
    parser_classes = (PictureParser,)

    def payments(self) -> QuerySet[Payment]:
        """Those the caller may name."""
        raise NotImplementedError

    def page_of(self, payment_id: str) -> Response:
        """A page of proofs."""
        payment = get_or_404(self.payments(), payment_id)
        page = self.paginate_queryset(proofs_of(payment))
        return self.get_paginated_response(ProofShown(page, many=True).data)

    def add(self, request: Request, payment_id: str) -> Response:
        """One more."""
        payment = get_or_404(self.payments(), payment_id)
        asked = ProofQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        picture = request.data if isinstance(request.data, bytes) else b""
        proof = add_proof(
            payment=payment, by=request.user, picture=picture, serial=asked.validated_data.get("serial", "")
        )
        return Response(ProofShown(proof).data, status=status.HTTP_201_CREATED)


class BuyerProofs(_Proofs):
    """What the caller has shown of one of his transfers."""

    def payments(self) -> QuerySet[Payment]:
        return Payment.objects.select_related("order").filter(order__buyer=self.request.user)

    @extend_schema(operation_id="payment_proofs_list", responses=ProofShown(many=True))
    def get(self, request: Request, payment_id: str) -> Response:
        """What I have shown of this transfer, and what the merchant found of it, newest first."""
        return self.page_of(payment_id)

    @extend_schema(parameters=[ProofQuery], request=PICTURE_BODY, responses={201: ProofShown})
    def post(self, request: Request, payment_id: str) -> Response:
        """Show that a bank transfer was made: the body is the picture (up to 10 MB), `serial` the bank's number.

        One of the two will do. A serial that stands in another proof is refused with 409 `serial_used`.
        """
        return self.add(request, payment_id)


class MerchantProofs(_Proofs):
    """What was shown of a transfer of the mall."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    def payments(self) -> QuerySet[Payment]:
        return Payment.objects.select_related("order")

    @extend_schema(operation_id="merchant_payment_proofs_list", responses=ProofShown(many=True))
    def get(self, request: Request, payment_id: str) -> Response:
        """Everything shown of this transfer, newest first."""
        return self.page_of(payment_id)

    @extend_schema(parameters=[ProofQuery], request=PICTURE_BODY, responses={201: ProofShown})
    def post(self, request: Request, payment_id: str) -> Response:
        """Add a proof for the buyer; another member of staff than the caller has to confirm it."""
        return self.add(request, payment_id)


class ProofPicture(APIView):
    """The picture of one of the caller's proofs."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, proof_id: str) -> HttpResponse:
        """The picture as it was drawn anew, for the payer only."""
        mine = TransferProof.objects.filter(payment__order__buyer=request.user)
        return picture_answer(get_or_404(mine, proof_id))


class MerchantProofPicture(APIView):
    """The picture of a proof."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, proof_id: str) -> HttpResponse:
        """The picture, for staff who may confirm payments."""
        return picture_answer(get_or_404(TransferProof.objects.all(), proof_id))


class ProofRefusal(APIView):
    """Nothing of the kind arrived."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)
    parser_classes = (BoundedJSONParser,)

    @extend_schema(request=Refusal, responses=ProofShown)
    def post(self, request: Request, proof_id: str) -> Response:
        """Refuse a proof; the buyer reads the reason, and may show another."""
        proof = get_or_404(TransferProof.objects.select_related("payment__order"), proof_id)
        given = Refusal(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(ProofShown(refuse_proof(proof=proof, actor=request.user, **given.validated_data)).data)
