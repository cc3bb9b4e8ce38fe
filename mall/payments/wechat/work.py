"""What is asked of WeChat without a buyer waiting: pending payments, refunds to send and to follow.

A round claims rows in one transaction (their next time is written first), calls WeChat outside of any, and acts
on each answer in a transaction of its own: no lock is held while somebody else's server thinks.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from mall import clock
from mall.malls.selectors import base_url, primary_host
from mall.orders.models import Order, OrderStatus
from mall.payments.models import Payment
from mall.payments.wechat import outcomes
from mall.payments.wechat.accounts import Account, current_account
from mall.payments.wechat.client import Client, Refused, Silent
from mall.payments.wechat.models import WeChatRefund, WeChatTrade
from mall.payments.wechat.ways import REFUND_PATH
from mall.tenancy.context import mall_scope

logger = logging.getLogger(__name__)

BATCH = 20
FIRST_SECONDS, LONGEST_SECONDS = 15, 3600


def ask_wechat(mall_id: int) -> int:
    """One round for a mall: how many rows were asked about. Opens its own transactions; needs none."""
    with mall_scope(mall_id):
        account = current_account()
        trades = _claim(WeChatTrade) if account else []
        refunds = _claim(WeChatRefund) if account else []
    if account is None or not trades + refunds:
        return 0
    with Client(account) as client:
        for trade_id in trades:
            _ask_trade(mall_id, account, client, trade_id)
        for refund_id in refunds:
            _ask_refund(mall_id, account, client, refund_id)
    return len(trades) + len(refunds)


def _claim(model: type[WeChatTrade | WeChatRefund]) -> list[int]:
    at = clock.now()
    rows = list(
        model.objects.select_for_update(no_key=True, skip_locked=True).filter(due_at__lte=at).order_by("id")[:BATCH]
    )
    for row in rows:
        row.due_at = at + timedelta(seconds=min(FIRST_SECONDS * 2 ** min(row.times_asked, 10), LONGEST_SECONDS))
        row.times_asked += 1
        row.save(update_fields=["due_at", "times_asked"])
    return [row.pk for row in rows]


def _ask_trade(mall_id: int, account: Account, client: Client, trade_id: int) -> None:
    with mall_scope(mall_id):
        payment = Payment.objects.select_related("order").get(pk=WeChatTrade.objects.get(pk=trade_id).payment_id)
    try:
        told = client.query(payment.number)
        if told.get("trade_state") == "NOTPAY" and not _is_payable(payment):
            client.close(payment.number)
            told = {**told, "trade_state": "CLOSED"}
    except Silent as error:
        logger.info("WeChat does not say what became of payment %s: %s", payment.number, error)
        return
    except Refused as error:
        # It never heard of the payment: a call that was lost, to be made again with the same number, or never.
        if error.code not in {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"} or _is_payable(payment):
            return
        told = None
    with mall_scope(mall_id):
        if told is None:
            WeChatTrade.objects.filter(pk=trade_id).update(due_at=None, state="ABSENT")
            Payment.objects.filter(pk=payment.pk, status=Payment.Status.PENDING).update(status=Payment.Status.FAILED)
        else:
            _apply(outcomes.apply_trade, account, told, payment.number)


def _is_payable(payment: Payment) -> bool:
    order: Order = payment.order
    return (
        payment.status == Payment.Status.PENDING
        and order.status == OrderStatus.AWAITING_PAYMENT
        and order.expires_at > clock.now()
    )


def _ask_refund(mall_id: int, account: Account, client: Client, refund_id: int) -> None:
    with mall_scope(mall_id):
        row = WeChatRefund.objects.select_related("payment", "refund").get(pk=refund_id)
        asked = _refund_asked(row)
    try:
        is_new = row.status == WeChatRefund.Status.WAITING
        told = client.refund(asked) if is_new else client.query_refund(row.number)
    except Silent as error:
        logger.info("WeChat does not say what became of refund %s: %s", row.number, error)
        return
    except Refused as error:
        # The money is owed all the same: it is tried again, ever more rarely, and shown with WeChat's reason.
        logger.warning("WeChat refuses refund %s of mall %s: %s", row.number, mall_id, error)
        with mall_scope(mall_id):
            WeChatRefund.objects.filter(pk=refund_id).update(error=str(error)[:200])
        return
    with mall_scope(mall_id):
        _apply(outcomes.apply_refund, account, told, row.number)


def _refund_asked(row: WeChatRefund) -> dict[str, Any]:
    return {
        "out_trade_no": row.payment.number,
        "out_refund_no": row.number,
        "reason": (row.refund.reason if row.refund else "重复付款")[:26],
        "notify_url": base_url(primary_host()) + REFUND_PATH,
        "amount": {"refund": row.amount_fen, "total": row.payment.amount_fen, "currency": "CNY"},
    }


def _apply(apply: Any, account: Account, told: dict[str, Any], number: str) -> None:
    try:
        apply(account, told)
    except (outcomes.Unknown, outcomes.Mismatch) as error:
        logger.warning("WeChat's answer about %s does not fit our books: %s", number, error)
