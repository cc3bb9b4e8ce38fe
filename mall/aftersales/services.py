"""Refunds: asked for by buyers, decided by staff.

A refund that belongs to a case takes the case with it, so that the two never disagree.
Lock order: the order, the refund and its case, its lines and SKUs by id, the payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from mall import clock
from mall.aftersales.case_models import Case
from mall.aftersales.case_transitions import advance as advance_case
from mall.aftersales.claims import checked_claims
from mall.aftersales.errors import AlreadyDecided, BadRefund, NotRefundable, RefundFailed
from mall.aftersales.filing import file_refund, tell
from mall.aftersales.models import Refund, RefundLine
from mall.inputs import checked_line
from mall.orders import stock
from mall.orders.models import Order, OrderLine, OrderStatus
from mall.orders.services import lock_order
from mall.orders.transitions import advance
from mall.payments.models import Payment
from mall.payments.providers import provider
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

REFUNDABLE = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.RECEIVED)


def request_refund(*, order: Order, lines: Sequence[dict[str, Any]], reason: str) -> Refund:
    """Ask for money back, per line and partial, from payment until completion, before receipt too.

    lines: {"line": OrderLine, "amount_fen": fen of 1 and more, "quantity": pieces given up (optional)}. The sum
    of open and paid refunds of a line never exceeds what it paid and its share of the freight. Pieces in an
    open exchange or repair keep their money. Locks the order. Raises NotRefundable, BadRefund, LineMissing,
    MoreThanLeft, PiecesInCase.
    """
    reason = checked_line("reason", reason, 200, least=1, refuse=BadRefund)
    order = lock_order(order)
    if order.status not in REFUNDABLE:
        raise NotRefundable
    return file_refund(order=order, claims=checked_claims(order, lines), reason=reason)


def approve_refund(*, refund: Refund, actor: StaffMember, evidence: str = "") -> Refund:
    """Send the money back and take it off the order and its lines; records order.refunded.

    Pieces of an order that was not sent go back into stock; when nothing is left of it, it closes. evidence:
    how the money went, asked for by bank transfers. Locks the order, the refund, the SKUs, the payment. Raises
    AlreadyDecided, EvidenceRequired, RefundFailed.
    """
    evidence = checked_line("evidence", evidence, 200, refuse=BadRefund)
    # A savepoint: the provider speaks last, and its no must leave nothing behind.
    with transaction.atomic():
        order, refund, case = _lock(refund)
        _take_off(order, refund)
        is_over = order.status == OrderStatus.PAID and order.refunded_fen == order.total_fen
        if order.status == OrderStatus.PAID:
            stock.give_back(_rest(order, refund) if is_over else _pieces(refund))
        _send_back(order, refund, evidence)
        _decide(refund, Refund.Status.REFUNDED, actor, evidence)
        tell(order, "order.refunded", {"refund": refund.pk})
        if case is not None:
            advance_case(case, "refunded", actor=actor)
            tell(order, "order.case_changed")
        if is_over:
            advance(order, "unwind", actor=actor)
    _log("refund.approved", actor, refund)
    return refund


def reject_refund(*, refund: Refund, reason: str, actor: StaffMember) -> Refund:
    """Say no, with the reason the buyer reads; what was claimed is free again. Locks the order and the refund.

    Raises BadRefund without a reason, AlreadyDecided.
    """
    reason = checked_line("reason", reason, 200, least=1, refuse=BadRefund)
    order, refund, case = _lock(refund)
    _decide(refund, Refund.Status.REJECTED, actor, reason)
    if case is not None:
        advance_case(case, "refund_rejected", actor=actor, note=reason, decision_note=reason)
    tell(order, "order.case_changed")
    _log("refund.rejected", actor, refund)
    return refund


def withdraw_refund(*, refund: Refund, note: str) -> Refund:
    """End a claim that nobody upholds: the buyer took his case back, or let its time pass. Locks the refund.

    The order's row must be locked; the case is the caller's. Raises AlreadyDecided.
    """
    locked = _lock_requested(refund)
    _decide(locked, Refund.Status.REJECTED, None, note)
    return locked


def _lock(refund: Refund) -> tuple[Order, Refund, Case | None]:
    order = lock_order(refund.order)
    locked = _lock_requested(refund)
    return order, locked, Case.objects.select_for_update(no_key=True).filter(refund=refund).first()


def _lock_requested(refund: Refund) -> Refund:
    locked = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
    if locked.status != Refund.Status.REQUESTED:
        raise AlreadyDecided
    return locked


def _log(action: str, actor: StaffMember, refund: Refund) -> None:
    log(
        action=action,
        actor=actor,
        subject=refund,
        detail={"order": refund.order_id, "amount_fen": refund.amount_fen},
    )


def _decide(refund: Refund, status: str, actor: StaffMember | None, note: str) -> None:
    refund.status, refund.decision_note = status, note
    refund.decided_at, refund.decided_by = clock.now(), actor.user if actor is not None else None
    refund.save(update_fields=["status", "decision_note", "decided_at", "decided_by"])


_TAKE_OFF = """
UPDATE mall_orderline l SET refunded_fen = l.refunded_fen + part.amount_fen,
    refunded_quantity = l.refunded_quantity + part.quantity
FROM (
    SELECT k.id, r.amount_fen, r.quantity FROM mall_orderline k
    JOIN mall_refundline r ON r.mall_id = k.mall_id AND r.line_id = k.id
    WHERE k.mall_id = %s AND r.refund_id = %s ORDER BY k.id FOR NO KEY UPDATE OF k
) part
WHERE l.mall_id = %s AND l.id = part.id
"""


def _take_off(order: Order, refund: Refund) -> None:
    mall_id = require_mall_id("A refund")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OFF, [mall_id, refund.pk, mall_id])
    order.refunded_fen += refund.amount_fen
    order.save(update_fields=["refunded_fen"])


def _pieces(refund: Refund) -> dict[int, int]:
    """SKU id → pieces given up. A SKU stands in one line of an order only."""
    given_up = RefundLine.objects.filter(refund=refund, quantity__gt=0).values_list("line__sku_id", "quantity")
    return dict(given_up)


def _rest(order: Order, refund: Refund) -> dict[int, int]:
    """SKU id → pieces that nobody will be sent: given up by this refund, or left without any money behind them."""
    pieces = _pieces(refund)
    kept = list(OrderLine.objects.filter(order=order, refunded_quantity__lt=F("quantity")))
    for line in kept:
        pieces[line.sku_id] = pieces.get(line.sku_id, 0) + line.quantity - line.refunded_quantity
    if kept:
        OrderLine.objects.filter(pk__in=[line.pk for line in kept]).update(refunded_quantity=F("quantity"))
    return pieces


def _send_back(order: Order, refund: Refund, evidence: str) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(order=order, status=Payment.Status.SUCCEEDED)
    answer = provider(payment.provider).refund(refund, payment, evidence)
    # Pending: written down to be sent, and followed until it has arrived.
    if answer.status not in {"succeeded", "pending"}:
        raise RefundFailed
