"""What WeChat says has become of our payments and refunds, checked against our books and acted on once.

Both ways it says so, a notification and the answer to a question, end here. Lock order: the order, then the rest.
"""

from __future__ import annotations

import logging
from typing import Any

from mall import clock
from mall.orders.numbers import new_number
from mall.orders.services import lock_order
from mall.payments.errors import AlreadyPaid, ReferenceUsed
from mall.payments.models import Payment
from mall.payments.services import mark_succeeded
from mall.payments.wechat.accounts import Account
from mall.payments.wechat.models import WeChatRefund, WeChatTrade

logger = logging.getLogger(__name__)

# Once paid, a payment stays paid: a refund of it is another matter.
PAID_STATES = {"SUCCESS", "REFUND"}
ENDED_STATES = {"CLOSED", "REVOKED", "PAYERROR"}


class Unknown(LookupError):
    """It speaks of nothing we have asked for."""


class Mismatch(ValueError):
    """It does not say of our number what we know of it."""


def apply_trade(account: Account, told: dict[str, Any]) -> Payment:
    """Bring a payment to where WeChat says it stands. Twice changes nothing. Raises Unknown, Mismatch."""
    trade = (
        WeChatTrade.objects.select_related("payment__order").filter(payment__number=_word(told, "out_trade_no")).first()
    )
    if trade is None:
        raise Unknown("out_trade_no")
    payment, state = trade.payment, _word(told, "trade_state")
    _require(told.get("mchid") == trade.mchid == account.mchid, "mchid")
    _require(told.get("appid") == trade.appid, "appid")
    if state in PAID_STATES:
        _require_amount(told, "total", payment.amount_fen)
        payment = _paid(payment, told)
    elif state in ENDED_STATES:
        lock_order(payment.order)
        Payment.objects.filter(pk=payment.pk, status=Payment.Status.PENDING).update(status=Payment.Status.FAILED)
    over = {"due_at": None} if state in PAID_STATES | ENDED_STATES else {}
    WeChatTrade.objects.filter(pk=trade.pk).update(state=state[:20], **over)
    return payment


def apply_refund(account: Account, told: dict[str, Any]) -> WeChatRefund:
    """Bring a refund to where WeChat says it stands; what has succeeded stays so. Raises Unknown, Mismatch."""
    row = (
        WeChatRefund.objects.select_for_update(no_key=True, of=("self",))
        .select_related("payment")
        .filter(number=_word(told, "out_refund_no"))
        .first()
    )
    if row is None:
        raise Unknown("out_refund_no")
    # The answer to a question names no merchant; a notification does.
    _require(told.get("mchid", account.mchid) == account.mchid, "mchid")
    _require(told.get("out_trade_no") == row.payment.number, "out_trade_no")
    _require_amount(told, "refund", row.amount_fen)
    _require_amount(told, "total", row.payment.amount_fen)
    state = _word(told, "refund_status") or _word(told, "status")
    if row.status == WeChatRefund.Status.SUCCEEDED:
        return row
    row.provider_reference = _word(told, "refund_id")[:64]
    if state == "SUCCESS":
        row.status, row.succeeded_at, row.due_at, row.error = WeChatRefund.Status.SUCCEEDED, clock.now(), None, ""
    elif state in {"CLOSED", "ABNORMAL"}:
        logger.warning("refund %s of mall %s ended as %s", row.number, row.mall_id, state)
        row.status, row.due_at, row.error = WeChatRefund.Status.FAILED, None, state
    elif state == "PROCESSING":
        row.status = WeChatRefund.Status.PROCESSING
    else:
        raise Mismatch("status")
    row.save()
    return row


def _paid(payment: Payment, told: dict[str, Any]) -> Payment:
    reference, payer = _word(told, "transaction_id"), told.get("payer")
    _require(0 < len(reference) <= 64, "transaction_id")
    openid = _word(payer, "openid")[:128] if isinstance(payer, dict) else ""
    try:
        return mark_succeeded(payment=payment, actor=None, reference=reference, payer=openid)
    except AlreadyPaid:
        _return_second(payment, reference)
        return payment
    except ReferenceUsed as error:
        raise Mismatch("transaction_id") from error


def _return_second(payment: Payment, reference: str) -> None:
    """The order was paid in another way before: this money goes back at once, and nobody has to decide it."""
    order = lock_order(payment.order)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if WeChatRefund.objects.filter(payment=payment, refund=None).exists():
        return
    payment.status, payment.provider_reference = Payment.Status.FAILED, reference
    payment.save(update_fields=["status", "provider_reference"])
    at = clock.now()
    WeChatRefund.objects.create(
        payment=payment,
        number=new_number("D", at, order.mall.timezone),
        amount_fen=payment.amount_fen,
        due_at=at,
    )
    logger.warning("order %s was paid a second time by payment %s: sending it back", order.pk, payment.pk)


def _require_amount(told: dict[str, Any], name: str, fen: int) -> None:
    given = told.get("amount")
    value = given.get(name) if isinstance(given, dict) else None
    _require(not isinstance(value, bool) and isinstance(value, int) and value == fen, f"amount.{name}")
    _require(isinstance(given, dict) and given.get("currency", "CNY") == "CNY", "amount.currency")


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) and "\x00" not in value else ""


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise Mismatch(what)
