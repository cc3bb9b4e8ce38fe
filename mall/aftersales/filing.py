"""Writing a refund down. Deciding it is services.py's."""

from __future__ import annotations

from collections.abc import Sequence

from mall import clock
from mall.aftersales.claims import Claim
from mall.aftersales.models import Refund, RefundLine
from mall.events.services import record
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.orders.numbers import new_number
from mall.tenancy.context import require_mall_id


def file_refund(*, order: Order, claims: Sequence[Claim], reason: str) -> Refund:
    """A refund in state requested, with its lines; tells of the open case. The order's row must be locked."""
    mall_id = require_mall_id("A refund")
    at = clock.now()
    timezone = Mall.objects.values_list("timezone", flat=True).get(pk=mall_id)
    refund = Refund.objects.create(
        order=order,
        amount_fen=sum(claim.amount_fen for claim in claims),
        reason=reason,
        number=new_number("R", at, timezone),
        requested_at=at,
    )
    RefundLine.objects.bulk_create(
        RefundLine(
            mall_id=mall_id, refund=refund, line=claim.line, amount_fen=claim.amount_fen, quantity=claim.quantity
        )
        for claim in claims
    )
    tell(order, "order.case_changed")
    return refund


def tell(order: Order, kind: str, payload: dict[str, int] | None = None) -> None:
    """Record an event of an order that was paid; above this floor an unpaid one has no after-sales."""
    if order.paid_at is not None:
        record(kind, order.pk, payload or {})
