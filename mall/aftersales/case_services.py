"""Cases (售后单): opened by buyers, answered by staff, closed by either or by the clock.

Lock order: the order, the refund and the case, its lines and SKUs by id, the payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mall import clock
from mall.aftersales.case_models import Case, CaseLine
from mall.aftersales.case_pieces import checked_pieces, require_free
from mall.aftersales.case_transitions import DEADLINES, advance, lock_case, note_step, require
from mall.aftersales.claims import Claim, checked_claims, left_of
from mall.aftersales.errors import BadCase, NothingToResend, NotRefundable, NotSentYet, ReturnAddressMissing
from mall.aftersales.filing import file_refund, tell
from mall.aftersales.models import Refund
from mall.aftersales.services import REFUNDABLE, approve_refund, reject_refund, withdraw_refund
from mall.buyers.models import Buyer
from mall.events.services import record
from mall.inputs import checked_line
from mall.malls.models import Mall
from mall.orders import stock
from mall.orders.actors import Actor
from mall.orders.models import Order, OrderStatus
from mall.orders.numbers import new_number
from mall.orders.services import lock_order
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

WITH_MONEY = (Case.Kind.REFUND, Case.Kind.RETURN)


def open_case(*, order: Order, kind: str, lines: Sequence[dict[str, Any]], reason: str, actor: Buyer) -> Case:
    """Complain about lines of an order, from payment until completion; before shipment only to get money back.

    lines: {"line": OrderLine, "amount_fen": fen (refund and return), "quantity": pieces (all but refund)}.
    A claim on money files its Refund with it, so that claims never exceed what is left. The order releases no
    commission from now on. Locks the order. Raises BadCase, BadRefund, LineMissing, NotRefundable, NotSentYet,
    MoreThanLeft.
    """
    if kind not in Case.Kind.values:
        raise BadCase(_("售后类型（kind）须为 refund、return、exchange 或 repair。"), field="kind")
    reason = checked_line("reason", reason, 200, least=1, refuse=BadCase)
    order = lock_order(order)
    if order.status not in REFUNDABLE:
        raise NotRefundable
    if order.status == OrderStatus.PAID and kind != Case.Kind.REFUND:
        raise NotSentYet
    refund = None
    if kind in WITH_MONEY:
        claims = checked_claims(order, lines)
        if kind == Case.Kind.RETURN:
            require_free(order, claims, left_of(order))
        refund = file_refund(order=order, claims=claims, reason=reason)
    else:
        claims = checked_pieces(order, lines)
        tell(order, "order.case_changed")
    return _write(order, kind, claims, refund, reason, actor)


def _write(order: Order, kind: str, claims: Sequence[Claim], refund: Refund | None, reason: str, actor: Buyer) -> Case:
    mall_id, at = require_mall_id("A case"), clock.now()
    timezone = Mall.objects.values_list("timezone", flat=True).get(pk=mall_id)
    case = Case.objects.create(
        order=order,
        number=new_number("C", at, timezone),
        kind=kind,
        refund=refund,
        reason=reason,
        deadline_at=at + DEADLINES[Case.Status.REQUESTED],
        created_at=at,
    )
    CaseLine.objects.bulk_create(
        CaseLine(mall_id=mall_id, case=case, line=claim.line, quantity=claim.quantity) for claim in claims
    )
    note_step(case, before="", actor=actor)
    record("case.opened", case.pk, {"order": order.pk})
    return case


def approve_case(*, case: Case, actor: StaffMember, return_to: str = "", evidence: str = "") -> Case:
    """Say yes: 仅退款 sends the money back and is done; every other kind waits for the goods at `return_to`.

    return_to: where the goods go, the mall's own address without one. evidence: how the money of a bank transfer
    went. Locks the order, the case and what approve_refund locks. Raises BadCase, WrongCaseState, ReturnAddressMissing
    and what approve_refund raises.
    """
    return_to = checked_line("return_to", return_to, 300, refuse=BadCase)
    with transaction.atomic():
        _order, case = lock_case(case)
        require(case, "approve")
        if case.kind == Case.Kind.REFUND:
            approve_refund(refund=case.refund, actor=actor, evidence=evidence)
        else:
            return_to = return_to or Mall.objects.values_list("returns_address", flat=True).get(pk=case.mall_id)
            if not return_to:
                raise ReturnAddressMissing
            advance(case, "approve", actor=actor, return_to=return_to)
    return _done("case.approved", actor, case)


def reject_case(*, case: Case, reason: str, actor: StaffMember) -> Case:
    """Say no, with the reason the buyer reads, before the goods come or once they were looked at.

    What was claimed is free again. Locks the order, the refund, the case. Raises BadCase, WrongCaseState.
    """
    reason = checked_line("reason", reason, 200, least=1, refuse=BadCase)
    order, case = lock_case(case)
    require(case, "reject")
    if case.refund is not None:
        reject_refund(refund=case.refund, reason=reason, actor=actor)
    else:
        advance(case, "reject", actor=actor, note=reason, decision_note=reason)
        tell(order, "order.case_changed")
    return _done("case.rejected", actor, case)


def withdraw_case(*, case: Case, actor: Actor, note: str = "") -> Case:
    """The buyer takes his complaint back before the goods are on their way; so does the clock (actor None).

    What was claimed is free again. Locks the order, the refund, the case. Raises WrongCaseState.
    """
    order, case = lock_case(case)
    note = note or _("买家撤销申请")
    advance(case, "withdraw", actor=actor, note=note)
    if case.refund is not None:
        withdraw_refund(refund=case.refund, note=note)
    tell(order, "order.case_changed")
    return case


def send_back(*, case: Case, carrier: str, number: str, actor: Buyer) -> Case:
    """The buyer has sent the goods, with this carrier under this number. Locks the order and the case.

    Raises BadCase, WrongCaseState.
    """
    carrier, number = _parcel(carrier, number)
    _order, case = lock_case(case)
    return advance(
        case,
        "send_back",
        actor=actor,
        note=f"{carrier} {number}",
        return_carrier=carrier,
        return_number=number,
    )


def receive_goods(*, case: Case, actor: StaffMember, evidence: str = "") -> Case:
    """The goods have come back: a return sends the money, an exchange or a repair goes on to the resending.

    The goods do not go into stock by themselves: nobody has looked at them yet. evidence: how the money of a
    bank transfer went. Locks the order, the case and what approve_refund locks. Raises WrongCaseState and what
    approve_refund raises.
    """
    with transaction.atomic():
        _order, case = lock_case(case)
        require(case, "receive")
        if case.refund is not None:
            approve_refund(refund=case.refund, actor=actor, evidence=evidence)
        else:
            advance(case, "receive", actor=actor)
    return _done("case.received", actor, case)


def resend(*, case: Case, carrier: str, number: str, actor: StaffMember) -> Case:
    """New or mended goods are on their way to the buyer. An exchange takes its pieces out of stock.

    Locks the order, the case, the SKUs by id. Raises BadCase, WrongCaseState, NothingToResend.
    """
    carrier, number = _parcel(carrier, number)
    with transaction.atomic():
        _order, case = lock_case(case)
        require(case, "resend")
        if case.kind == Case.Kind.EXCHANGE and not stock.take_all_or_nothing(_pieces(case)):
            raise NothingToResend
        advance(
            case,
            "resend",
            actor=actor,
            note=f"{carrier} {number}",
            resend_carrier=carrier,
            resend_number=number,
        )
    return _done("case.resent", actor, case)


def confirm_case(*, case: Case, actor: Actor, note: str = "") -> Case:
    """The buyer has what he asked for; so does the clock say in the end (actor None). Locks the order and the case.

    Raises WrongCaseState.
    """
    order, case = lock_case(case)
    advance(case, "confirm", actor=actor, note=note)
    tell(order, "order.case_changed")
    return case


def _pieces(case: Case) -> dict[int, int]:
    """SKU id → pieces of the case. A SKU stands in one line of an order only."""
    return dict(CaseLine.objects.filter(case=case).values_list("line__sku_id", "quantity"))


def _parcel(carrier: str, number: str) -> tuple[str, str]:
    return (
        checked_line("carrier", carrier, 40, least=1, refuse=BadCase),
        checked_line("number", number, 40, least=1, refuse=BadCase),
    )


def _done(action: str, actor: StaffMember, case: Case) -> Case:
    log(action=action, actor=actor, subject=case, detail={"order": case.order_id, "kind": case.kind})
    case.refresh_from_db()
    return case
