"""Paying orders. Lock order: the order, then SKUs by id, then its payments."""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mall import clock
from mall.aftersales.late import owe_back
from mall.inputs import checked_line
from mall.malls.models import Mall
from mall.orders.actors import Actor
from mall.orders.models import Order, OrderStatus
from mall.orders.numbers import new_number
from mall.orders.services import hold_for_payment, lock_order, mark_paid, reopen_paid
from mall.payments import providers
from mall.payments.errors import AlreadyPaid, BadConfirmation, NotPayable, NotPending, OrderExpired, ReferenceUsed
from mall.payments.models import Payment
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
    pending = Payment.objects.filter(order=order, provider=way.name, status=Payment.Status.PENDING).first()
    if pending is not None and not way.calls_out:
        return pending
    mall = Mall.objects.get(pk=require_mall_id("A payment"))
    payment = _attempt(order, way, mall, pending, payer)
    answer = way.start(payment, order, mall, payer)
    payment.instructions = answer.instructions
    payment.save()
    if way.hold is not None:
        hold_for_payment(order=order, until=payment.created_at + way.hold)
    if answer.status == Payment.Status.SUCCEEDED:
        return mark_succeeded(payment=payment, actor=None, reference=answer.reference)
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


def confirm_payment(*, payment: Payment, actor: StaffMember, reference: str = "") -> Payment:
    """Staff saw the money of a bank transfer arrive; `reference` is the bank's number of it.

    Locks the order and the payment. Raises NotPending, ReferenceUsed, BadConfirmation. Money for an order that
    ended meanwhile is not lost: see mark_succeeded.
    """
    reference = checked_line("reference", reference, 64, refuse=BadConfirmation)
    order = lock_order(payment.order)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if payment.status != Payment.Status.PENDING:
        if payment.status == Payment.Status.FAILED and order.paid_at is not None:
            raise NotPending(_("订单已由另一笔付款付清。若确实又收到了这笔转账，请线下退回给买家。"))
        raise NotPending
    payment = mark_succeeded(payment=payment, actor=actor, reference=reference)
    log(
        action="payment.confirmed",
        actor=actor,
        subject=payment,
        detail={"order": order.pk, "amount_fen": payment.amount_fen},
    )
    return payment


def mark_succeeded(*, payment: Payment, actor: Actor, reference: str = "", payer: str = "") -> Payment:
    """The money of a payment is there: its order is paid. Twice changes nothing.

    Money is never lost: an order that had expired is opened again if its goods can still be taken; otherwise,
    and for one the buyer cancelled, a refund of the whole amount is asked for at once. Locks the order, its
    SKUs, the payment. Raises ReferenceUsed, and AlreadyPaid when another payment paid the order before.
    """
    order = lock_order(payment.order)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if payment.status == Payment.Status.SUCCEEDED:
        return payment
    if Payment.objects.filter(order=order, status=Payment.Status.SUCCEEDED).exists():
        raise AlreadyPaid
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
        raise ReferenceUsed from error


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
