"""Invoices by the API: asked for by buyers, marked by staff."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.invoices import services
from mall.invoices.models import InvoiceRequest
from mall.invoices.selectors import invoice_of, invoices_of_mall
from mall.orders.selectors import orders_of
from mall.staff.rights import CONFIRM_PAYMENTS, SEE_ORDERS

A_COMPANY = {"title": "杭州示例科技有限公司", "tax_number": "91330100MA2EXAMPLE", "email": "invoice@example.com"}


class InvoiceGiven(serializers.Serializer):
    """What stands on the invoice. A person's needs no tax number."""

    title = TextField(max_length=100)
    tax_number = TextField(max_length=30, required=False, allow_blank=True)
    email = TextField(max_length=254, required=False, allow_blank=True)


class InvoiceShown(serializers.ModelSerializer):
    """An invoice as it was asked for. number: once it is issued; note: why it was not."""

    id = serializers.UUIDField(source="public_id")
    order = serializers.UUIDField(source="order.public_id")
    email = serializers.CharField(help_text="May be empty. A host may be one of Chinese characters.")
    status = serializers.ChoiceField(choices=InvoiceRequest.Status.choices)

    class Meta:
        model = InvoiceRequest
        fields = (
            "id", "order", "title", "tax_number", "email", "status", "number", "note", "requested_at", "decided_at",
        )  # fmt: skip


class MerchantInvoice(InvoiceShown):
    """An invoice as staff see it."""

    order_number = serializers.CharField(source="order.number")
    total_fen = serializers.IntegerField(source="order.total_fen")
    refunded_fen = serializers.IntegerField(source="order.refunded_fen")

    class Meta(InvoiceShown.Meta):
        fields = (*InvoiceShown.Meta.fields, "order_number", "total_fen", "refunded_fen")


class InvoiceQuery(serializers.Serializer):
    """Which of the mall's invoices."""

    status = serializers.ChoiceField(choices=InvoiceRequest.Status.choices, required=False)
    number = TextField(max_length=32, required=False, allow_blank=True, help_text="of the order")


class Issued(serializers.Serializer):
    """Under which number it was issued."""

    number = TextField(max_length=40)


class Refused(serializers.Serializer):
    """Why it was not."""

    reason = TextField(max_length=200)


class OrderInvoice(APIView):
    """The invoice of one of the caller's orders."""

    @extend_schema(responses=InvoiceShown)
    def get(self, request: Request, order_id: str) -> Response:
        """What was asked for, and whether it is issued; 404 before anything was asked for."""
        found = invoice_of(get_or_404(orders_of(request.user), order_id))
        if found is None:
            raise Http404
        return Response(InvoiceShown(found).data)

    @extend_schema(
        request=InvoiceGiven,
        responses=InvoiceShown,
        examples=[OpenApiExample("a company", A_COMPANY, request_only=True)],
    )
    def put(self, request: Request, order_id: str) -> Response:
        """Ask for the invoice of a paid order, or change what was asked until it is issued."""
        order = get_or_404(orders_of(request.user), order_id)
        given = InvoiceGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(InvoiceShown(services.request_invoice(order=order, **given.validated_data)).data)


class MerchantInvoices(GenericAPIView):
    """The mall's invoices."""

    permission_classes = (StaffMay(SEE_ORDERS),)
    serializer_class = MerchantInvoice

    def get_queryset(self) -> QuerySet[InvoiceRequest]:
        """Those asked for."""
        asked = InvoiceQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return invoices_of_mall(**asked.validated_data)

    @extend_schema(
        operation_id="merchant_invoices_list", parameters=[InvoiceQuery], responses=MerchantInvoice(many=True)
    )
    def get(self, request: Request) -> Response:
        """A page of the mall's invoices, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MerchantInvoice(page, many=True).data)


class Issuing(APIView):
    """An invoice was issued."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    @extend_schema(request=Issued, responses=MerchantInvoice)
    def post(self, request: Request, invoice_id: str) -> Response:
        """Mark it as issued, with its number."""
        found = get_or_404(invoices_of_mall(), invoice_id)
        given = Issued(data=request.data)
        given.is_valid(raise_exception=True)
        done = services.issue_invoice(invoice=found, actor=request.user, **given.validated_data)
        return Response(MerchantInvoice(done).data)


class Refusing(APIView):
    """An invoice is not issued."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    @extend_schema(request=Refused, responses=MerchantInvoice)
    def post(self, request: Request, invoice_id: str) -> Response:
        """Say no, with the reason the buyer reads."""
        found = get_or_404(invoices_of_mall(), invoice_id)
        given = Refused(data=request.data)
        given.is_valid(raise_exception=True)
        done = services.refuse_invoice(invoice=found, actor=request.user, **given.validated_data)
        return Response(MerchantInvoice(done).data)
