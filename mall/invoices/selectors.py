"""Questions about invoices."""

from __future__ import annotations

from django.db.models import QuerySet

from mall.invoices.models import InvoiceRequest
from mall.orders.models import Order


def invoice_of(order: Order) -> InvoiceRequest | None:
    """What was asked for an order, if anything was."""
    return InvoiceRequest.objects.select_related("order").filter(order=order).first()


def invoices_of_mall(*, status: str = "", number: str = "") -> QuerySet[InvoiceRequest]:
    """The mall's requests with their orders and buyers, of one status or of one order's number."""
    found = InvoiceRequest.objects.select_related("order__buyer")
    if status:
        found = found.filter(status=status)
    return found.filter(order__number=number) if number else found
