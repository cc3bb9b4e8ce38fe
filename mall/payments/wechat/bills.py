"""WeChat's trade bill of a day against our books: what each has that the other has not, and amounts that differ.

A bill is CSV in UTF-8: a line of titles, rows with a backquote before each field, a second line of titles and a
row of sums. Amounts are yuan. Columns are found by their titles; WeChat has added some over the years.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mall import clock
from mall.malls.models import Mall
from mall.payments.models import Payment
from mall.payments.wechat.accounts import current_account
from mall.payments.wechat.client import Client, Refused, Silent
from mall.payments.wechat.models import Bill, BillDifference, WeChatRefund
from mall.payments.wechat.ways import H5, JsApi, Native
from mall.tenancy.context import mall_scope, require_mall_id

logger = logging.getLogger(__name__)

# WeChat's days and its hour, whatever the mall's.
CHINA = ZoneInfo("Asia/Shanghai")
READY_HOUR = 10
WAYS = (JsApi.name, H5.name, Native.name)

NUMBER, REFERENCE, STATE, TOTAL = "商户订单号", "微信订单号", "交易状态", "订单金额"
REFUND_NUMBER, REFUND_REFERENCE, REFUND_AMOUNT = "商户退款单号", "微信退款单号", "申请退款金额"
FALLBACK = {TOTAL: "应结订单金额", REFUND_AMOUNT: "退款金额"}
_YUAN = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?")


class UnreadableBill(ValueError):
    """It is no bill, or a new kind of one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One payment or refund of the bill."""

    number: str
    reference: str
    amount_fen: int


@dataclass(slots=True)
class Lines:
    """A bill by our numbers."""

    payments: dict[str, Line] = field(default_factory=dict)
    refunds: dict[str, Line] = field(default_factory=dict)


def parse(file: bytes) -> Lines:
    """Read a bill. Raises UnreadableBill."""
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableBill("no UTF-8") from error
    found = Lines()
    for row in _rows(text):
        state = row.get(STATE, "")
        if state in {"REFUND", "REVOKED"}:
            amount = _fen(row, REFUND_AMOUNT)
            line = Line(row.get(REFUND_NUMBER, ""), row.get(REFUND_REFERENCE, ""), amount)
            found.refunds[line.number] = line
        elif state == "SUCCESS":
            line = Line(row.get(NUMBER, ""), row.get(REFERENCE, ""), _fen(row, TOTAL))
            found.payments[line.number] = line
        else:
            raise UnreadableBill(f"a state {state!r}")
    return found


def compare_yesterday(mall_id: int) -> Bill | None:
    """Fetch and compare the newest day that a bill can exist for, once. Opens its own transactions; needs none."""
    at = clock.now().astimezone(CHINA)
    if at.hour < READY_HOUR:
        return None
    return compare_day(mall_id, at.date() - timedelta(days=1))


def compare_day(mall_id: int, day: date) -> Bill | None:
    """The bill of a day, compared; None when WeChat has none (yet). Nothing is asked twice."""
    with mall_scope(mall_id):
        known = Bill.objects.filter(day=day).first()
        account = current_account()
    if known is not None or account is None:
        return known
    try:
        with Client(account) as client:
            file = client.trade_bill(day)
        lines = parse(file)
    except Refused as error:
        if error.code != "NO_STATEMENT_EXIST":
            logger.info("no bill of %s for mall %s: %s", day, mall_id, error)
            return None
        # A day on which nobody paid has no bill; what our books hold of it is a difference.
        file, lines = b"", Lines()
    except (Silent, UnreadableBill) as error:
        logger.warning("the bill of %s of mall %s cannot be had: %s", day, mall_id, error)
        return None
    with mall_scope(mall_id):
        Mall.objects.select_for_update(no_key=True).get(pk=mall_id)
        return Bill.objects.filter(day=day).first() or record_bill(day=day, file=file, lines=lines)


def record_bill(*, day: date, file: bytes, lines: Lines) -> Bill:
    """Write a bill and its differences down."""
    bill = Bill.objects.create(
        day=day,
        payments=len(lines.payments),
        paid_fen=sum(line.amount_fen for line in lines.payments.values()),
        refunds=len(lines.refunds),
        refunded_fen=sum(line.amount_fen for line in lines.refunds.values()),
        digest=hashlib.sha1(file, usedforsecurity=False).hexdigest(),
    )
    start = datetime.combine(day, time(), CHINA)
    end = start + timedelta(days=1)
    theirs = list(lines.payments)
    payments = Payment.objects.filter(provider__in=WAYS).exclude(provider_reference="")
    ours = {row.number: row for row in payments.filter(number__in=theirs)}
    # Around midnight the two clocks may put a payment into different days: it is looked for in the next bill.
    settled = payments.filter(succeeded_at__gte=start + _MARGIN, succeeded_at__lt=end - _MARGIN)
    ours |= {row.number: row for row in settled}
    _differ(bill, "payment", {number: row.amount_fen for number, row in ours.items()}, lines.payments)
    sent = WeChatRefund.objects.exclude(status=WeChatRefund.Status.WAITING)
    back = {row.number: row.amount_fen for row in sent.filter(number__in=list(lines.refunds))}
    back |= {
        row.number: row.amount_fen
        for row in sent.filter(created_at__gte=start + _MARGIN, created_at__lt=end - _MARGIN)
        if row.provider_reference
    }
    _differ(bill, "refund", back, lines.refunds)
    return bill


_MARGIN = timedelta(minutes=10)


def _differ(bill: Bill, subject: str, ours: dict[str, int], theirs: dict[str, Line]) -> None:
    mall_id = require_mall_id("A bill")
    rows = []
    for number in sorted({*ours, *theirs}):
        own, line = ours.get(number), theirs.get(number)
        if own is not None and line is not None and own == line.amount_fen:
            continue
        kind = BillDifference.Kind.AMOUNT_DIFFERS
        if own is None:
            kind = BillDifference.Kind.OURS_MISSING
        elif line is None:
            kind = BillDifference.Kind.THEIRS_MISSING
        rows.append(
            BillDifference(
                mall_id=mall_id,
                bill=bill,
                kind=kind,
                subject=subject,
                number=number[:64],
                provider_reference=line.reference[:64] if line else "",
                ours_fen=own,
                theirs_fen=line.amount_fen if line else None,
            )
        )
    BillDifference.objects.bulk_create(rows)


def _rows(text: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(line for line in text.splitlines() if line.strip())
    titles = [title.strip() for title in next(reader, [])]
    if NUMBER not in titles or STATE not in titles:
        raise UnreadableBill("no titles")
    for fields in reader:
        # The second line of titles: sums follow, which we make ourselves.
        if not fields[0].startswith("`"):
            return
        yield dict(zip(titles, (value.strip().removeprefix("`") for value in fields), strict=False))


def _fen(row: dict[str, str], title: str) -> int:
    text = row.get(title) or row.get(FALLBACK[title], "")
    match = _YUAN.fullmatch(text)
    if match is None:
        raise UnreadableBill(f"{title} is {text!r}")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
