"""Invoices (发票): asked for by the buyer, issued outside, marked here. Nothing here moves money."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from mall import clock
from mall.inputs import checked_line
from mall.invoices.errors import BadInvoice, InvoiceDecided, NothingToInvoice
from mall.invoices.models import InvoiceRequest
from mall.orders.models import Order
from mall.orders.services import lock_order
from mall.staff.audit import log
from mall.staff.models import StaffMember

EMAIL_MAX = 254
# 15 to 20 letters and digits: 统一社会信用代码 has 18, older numbers 15, 17 or 20.
_TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")


def request_invoice(*, order: Order, title: str, tax_number: str = "", email: str = "") -> InvoiceRequest:
    """Ask for the invoice of a paid order, or change what was asked until it is issued. One per order.

    A company's title goes with its tax number, a person's needs none. Locks the order. Raises BadInvoice,
    NothingToInvoice, InvoiceDecided.
    """
    checked = {
        "title": checked_line("title", title, 100, least=1, refuse=BadInvoice),
        "tax_number": _checked_tax_number(tax_number),
        "email": _checked_email(email),
    }
    order = lock_order(order)
    if order.paid_at is None or order.refunded_fen >= order.total_fen:
        raise NothingToInvoice
    there = InvoiceRequest.objects.filter(order=order).first()
    if there is None:
        return InvoiceRequest.objects.create(order=order, **checked)
    if there.status == InvoiceRequest.Status.ISSUED:
        raise InvoiceDecided
    for name, value in checked.items():
        setattr(there, name, value)
    there.status, there.note, there.decided_at = InvoiceRequest.Status.REQUESTED, "", None
    there.requested_at = clock.now()
    there.save(update_fields=[*checked, "status", "note", "decided_at", "requested_at"])
    return there


def issue_invoice(*, invoice: InvoiceRequest, number: str, actor: StaffMember) -> InvoiceRequest:
    """Mark an invoice as issued under its number. Locks its order. Raises BadInvoice, InvoiceDecided."""
    number = checked_line("number", number, 40, least=1, refuse=BadInvoice)
    return _decide(invoice, InvoiceRequest.Status.ISSUED, actor, number=number, note="")


def refuse_invoice(*, invoice: InvoiceRequest, reason: str, actor: StaffMember) -> InvoiceRequest:
    """Say no, with the reason the buyer reads; he may correct and ask again. Locks its order.

    Raises BadInvoice, InvoiceDecided.
    """
    reason = checked_line("reason", reason, 200, least=1, refuse=BadInvoice)
    return _decide(invoice, InvoiceRequest.Status.REFUSED, actor, note=reason)


def _decide(invoice: InvoiceRequest, status: str, actor: StaffMember, **columns: str) -> InvoiceRequest:
    # The order is what a request and a decision both lock, so that neither overwrites the other unseen.
    lock_order(invoice.order)
    invoice.refresh_from_db()
    if invoice.status != InvoiceRequest.Status.REQUESTED:
        raise InvoiceDecided(_("这张发票已处理过，请刷新后再看。"))
    invoice.status, invoice.decided_at = status, clock.now()
    for name, value in columns.items():
        setattr(invoice, name, value)
    invoice.save(update_fields=["status", "decided_at", *columns])
    log(action=f"invoice.{status}", actor=actor, subject=invoice)
    return invoice


def _checked_tax_number(tax_number: str) -> str:
    line = checked_line("tax_number", tax_number, 30, refuse=BadInvoice).replace(" ", "").upper()
    if line and not _TAX_NUMBER.fullmatch(line):
        raise BadInvoice(_("税号（tax_number）须为 15 到 20 位数字或大写字母；个人抬头请留空。"), field="tax_number")
    return line


def _checked_email(email: str) -> str:
    line = checked_line("email", email, EMAIL_MAX, refuse=BadInvoice)
    if line:
        try:
            validate_email(line)
        except ValidationError as error:
            raise BadInvoice(_("邮箱（email）格式不正确。"), field="email") from error
    return line
