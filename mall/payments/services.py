"""Paying orders. Lock order: the order, then SKUs by id, then its payments."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from mall import clock
from mall.aftersales.late import owe_back
from mall.inputs import checked_line
from mall.malls.models import Mall
from mall.money import FEN_MAX, yuan
from mall.orders.actors import Actor
from mall.orders.models import Order, OrderStatus
from mall.orders.numbers import new_number
from mall.orders.services import hold_for_payment, lock_order, mark_paid, reopen_paid
from mall.payments import providers
from mall.payments.errors import (
    AlreadyPaid,
    BadConfirmation,
    NotPayable,
    NotPending,
    OrderExpired,
    ProofDecided,
    ReferenceUsed,
    SamePerson,
)
from mall.payments.models import Payment, TransferProof
from mall.payments.serials import canonical
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

logger = logging.getLogger(__name__)

_UNPAID = (OrderStatus.AWAITING_PAYMENT,)
_ENDED_UNPAID = (OrderStatus.CANCELLED, OrderStatus.CLOSED)


def start_payment(*, order: Order, provider: str, payer: providers.Payer = providers.NOBODY) -> Payment:
    """Begin to pay an order in one way; with one that answers at once it is paid when this returns.

    A payment of the same kind that is still pending is answered again; one at a server is begun there again with
    the same number. Locks the order. Raises UnknownProvider, ProviderUnavailable, AlreadyPaid, OrderExpired,
    NotPayable, and what the provider raises.
    """
    way = providers.provider(provider)
    order = lock_order(order)
    _require_payable(order)
    # Under the order's lock: nobody adds to them, and an order that awaits payment has none that succeeded.
    open_ones = list(Payment.objects.filter(order=order, status=Payment.Status.PENDING))
    pending = next((found for found in open_ones if found.provider == way.name), None)
    if pending is not None and not way.calls_out:
        return pending
    mall = Mall.objects.get(pk=require_mall_id("A payment"))
    payment = _attempt(order, way, mall, pending, payer)
    answer = way.start(payment, order, mall, payer)
    payment.instructions = answer.instructions
    if way.hold is not None:
        hold_for_payment(order=order, until=payment.created_at + way.hold)
    if answer.status == Payment.Status.SUCCEEDED:
        return _succeed(order, payment, actor=None, reference=answer.reference, has_others=bool(open_ones))
    payment.save()
    return payment


def _attempt(
    order: Order, way: providers.Provider, mall: Mall, pending: Payment | None, payer: providers.Payer
) -> Payment:
    """The pending payment where it serves this payer; else a new one, with its number written down first."""
    if pending is not None:
        if way.is_begun_for(pending, payer):
            return pending
        pending.status = Payment.Status.FAILED
        pending.save(update_fields=["status"])
    at = clock.now()
    payment = Payment(
        order=order,
        provider=way.name,
        amount_fen=order.total_fen,
        number=new_number("P", at, mall.timezone),
        created_at=at,
    )
    if way.calls_out:
        payment.save()
    return payment


def confirm_payment(
    *,
    payment: Payment,
    actor: StaffMember,
    reference: str = "",
    received_fen: int | None = None,
    proof: TransferProof | None = None,
) -> Payment:
    """Staff saw money of a bank transfer arrive: received_fen of it, or all that was still open.

    reference: the bank's number, else the proof's. What arrived in parts adds up; below the amount due the payment
    stays pending and its order open, above it the payment succeeds and the excess is noted. A proof that staff
    uploaded is confirmed by somebody else of the staff. Locks the order and the payment. Raises NotPending,
    ReferenceUsed, BadConfirmation, ProofDecided, SamePerson. Money for an order that ended meanwhile is not lost:
    see mark_succeeded.
    """
    reference = canonical(checked_line("reference", reference, 64, refuse=BadConfirmation))[:64]
    order, payment = lock_both(payment)
    _require_pending(order, payment)
    before = received_before(payment)
    if received_fen is None:
        received_fen = payment.amount_fen - before
    if not 0 < received_fen <= FEN_MAX:
        raise BadConfirmation(_("请填写实际到账金额（received_fen），须大于 0。"), field="received_fen")
    if proof is not None:
        proof = _decidable(payment, proof, actor)
        reference = reference or proof.serial
    if reference:
        _require_unused(reference, payment, proof)
    total = before + received_fen
    if proof is not None or total != payment.amount_fen or before:
        _note_arrival(payment, proof, actor, reference, received_fen, total)
    if total < payment.amount_fen:
        # The rest comes by another transfer, which takes as long as the first.
        hold_for_payment(order=order, until=clock.now() + (providers.provider(payment.provider).hold or timedelta()))
    else:
        payment = settle_locked(order=order, payment=payment, actor=actor, reference=reference)
    detail = {"order": order.pk, "amount_fen": payment.amount_fen}
    if proof is not None:
        detail["proof"] = proof.pk
    if total != payment.amount_fen:
        detail |= {"received_fen": received_fen, "difference_fen": total - payment.amount_fen}
    log(action="payment.confirmed", actor=actor, subject=payment, detail=detail)
    return payment


def received_before(payment: Payment) -> int:
    """Fen of a transfer that staff have seen so far."""
    accepted = TransferProof.objects.filter(payment=payment, status=TransferProof.Status.ACCEPTED)
    return accepted.aggregate(sum=Sum("received_fen"))["sum"] or 0


def _require_pending(order: Order, payment: Payment) -> None:
    if payment.provider != "bank_transfer":
        raise NotPending(_("这笔付款由支付平台通知确认，不能人工确认。"))
    if payment.status == Payment.Status.PENDING:
        return
    if payment.status == Payment.Status.FAILED and order.paid_at is not None:
        raise NotPending(_("订单已由另一笔付款付清。若确实又收到了这笔转账，请线下退回给买家。"))
    raise NotPending


def _decidable(payment: Payment, proof: TransferProof, actor: StaffMember) -> TransferProof:
    """The proof, if this member of staff may accept it now; the payment's lock keeps it as it is."""
    found = TransferProof.objects.filter(pk=proof.pk, payment=payment).first()
    if found is None:
        raise BadConfirmation(_("这份凭证不属于这笔付款。"), field="proof")
    if found.status != TransferProof.Status.WAITING:
        raise ProofDecided
    if found.uploaded_by == f"staff:{actor.user_id}":
        raise SamePerson
    return found


def _require_unused(reference: str, payment: Payment, proof: TransferProof | None) -> None:
    """One transfer pays one order: its number stands in no other proof that counts, and on no other payment."""
    others = TransferProof.objects.filter(serial=reference).exclude(status=TransferProof.Status.REFUSED)
    if proof is not None:
        others = others.exclude(pk=proof.pk)
    paid = Payment.objects.filter(provider=payment.provider, provider_reference=reference).exclude(pk=payment.pk)
    if others.exclude(payment=payment, status=TransferProof.Status.WAITING).exists() or paid.exists():
        raise _reference_used(reference)


def _reference_used(reference: str) -> ReferenceUsed:
    return ReferenceUsed(_("银行流水号 %(serial)s 已登记在另一笔付款上，请核对。") % {"serial": reference})


def _note_arrival(
    payment: Payment, proof: TransferProof | None, actor: StaffMember, reference: str, received_fen: int, total: int
) -> None:
    """What arrived, as an accepted proof; without one that was shown, staff's own word makes it."""
    row = proof or TransferProof(payment=payment, uploaded_by=f"staff:{actor.user_id}")
    # What the bank's statement says counts, not what the buyer has read there.
    row.serial = reference or row.serial
    difference = total - payment.amount_fen
    if difference < 0:
        row.note = _("部分到账，还差 ¥%(rest)s") % {"rest": yuan(-difference)}
    elif difference:
        row.note = _("多收 ¥%(excess)s，请与买家联系退回") % {"excess": yuan(difference)}
    row.status, row.received_fen = TransferProof.Status.ACCEPTED, received_fen
    row.decided_at, row.decided_by = clock.now(), actor.user
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ReferenceUsed(
            _("银行流水号 %(serial)s 已登记在另一笔付款上，请核对。") % {"serial": row.serial}
        ) from error


def mark_succeeded(*, payment: Payment, actor: Actor, reference: str = "", payer: str = "") -> Payment:
    """The money of a payment is there: its order is paid. Twice changes nothing.

    Money is never lost: an order that had expired is opened again if its goods can still be taken; otherwise,
    and for one the buyer cancelled, a refund of the whole amount is asked for at once. Locks the order, its
    SKUs, the payment. Raises ReferenceUsed, and AlreadyPaid when another payment paid the order before.
    """
    order, payment = lock_both(payment)
    if payment.status == Payment.Status.SUCCEEDED:
        return payment
    return settle_locked(order=order, payment=payment, actor=actor, reference=reference, payer=payer)


def lock_both(payment: Payment) -> tuple[Order, Payment]:
    """A payment and its order as they stand, both rows locked, the order first."""
    order = lock_order(payment.order)
    locked = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    locked.order = order
    return order, locked


def settle_locked(*, order: Order, payment: Payment, actor: Actor, reference: str = "", payer: str = "") -> Payment:
    """mark_succeeded, for whoever has locked both rows already and seen that the payment has not succeeded."""
    if Payment.objects.filter(order=order, status=Payment.Status.SUCCEEDED).exists():
        raise AlreadyPaid
    return _succeed(order, payment, actor=actor, reference=reference, payer=payer, has_others=True)


def _succeed(
    order: Order, payment: Payment, *, actor: Actor, reference: str, payer: str = "", has_others: bool
) -> Payment:
    """The payment and its order's step. has_others: whether other attempts may be open."""
    _record_success(payment, actor, reference, payer)
    if order.status in _UNPAID:
        mark_paid(order=order, actor=actor)
    elif (
        order.status == OrderStatus.CLOSED
        and order.paid_at is None
        and reopen_paid(order=order, actor=actor, note=_("付款在订单超时关闭后到账，已重新开启订单"))
    ):
        logger.info("order %s was opened again for payment %s", order.pk, payment.pk)
    else:
        owe_back(order=order, payment=payment)
    if has_others:
        _drop_other_attempts(order, payment)
    return payment


def _record_success(payment: Payment, actor: Actor, reference: str, payer: str) -> None:
    payment.status = Payment.Status.SUCCEEDED
    payment.succeeded_at = clock.now()
    payment.provider_reference = reference
    payment.payer = payer
    if isinstance(actor, StaffMember):
        payment.confirmed_by = actor.user
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError as error:
        raise _reference_used(reference) from error


def _drop_other_attempts(order: Order, paid: Payment) -> None:
    """Attempts that nobody needs any more leave the staff's list of transfers to expect."""
    Payment.objects.filter(order=order, status=Payment.Status.PENDING).exclude(pk=paid.pk).update(
        status=Payment.Status.FAILED
    )


def _require_payable(order: Order) -> None:
    if order.status in _ENDED_UNPAID and order.paid_at is None:
        raise NotPayable
    if order.status not in _UNPAID:
        raise AlreadyPaid
    if order.expires_at <= clock.now():
        raise OrderExpired
