"""The bill of a day against our books."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.payments.models import Payment
from mall.payments.wechat import bills
from mall.payments.wechat.models import Bill, BillDifference, WeChatRefund
from mall.payments.wechat.work import ask_wechat
from mall.tenancy.context import mall_scope
from tests.factories.trade import place, refund
from tests.mall.payments.wechat.conftest import begin

TITLES = "交易时间,微信订单号,商户订单号,交易状态,应结订单金额,微信退款单号,商户退款单号,退款金额,订单金额,申请退款金额"


def bill_of(*rows: str) -> bytes:
    return ("\ufeff" + "\r\n".join([TITLES, *rows, "总交易单数,应结订单总金额", "`1,`0.00"]) + "\r\n").encode()


def differences(mall) -> list[tuple]:
    with mall_scope(mall.pk):
        rows = BillDifference.objects.order_by("subject", "number")
        return [(row.subject, row.kind, row.number, row.ours_fen, row.theirs_fen) for row in rows]


def test_a_bill_is_read_by_its_titles_and_in_fen():
    lines = bills.parse(
        bill_of(
            "`2026-01-01 10:00:00,`4200,`P1,`SUCCESS,`0.29,`,`,`0.00,`0.29,`0.00",
            "`2026-01-01 11:00:00,`4200,`P1,`REFUND,`0.00,`5030,`R1,`1234567.8,`0.00,`1234567.8",
            "`2026-01-01 11:00:00,`4201,`P2,`SUCCESS,`7,`,`,`0.00,`,`0.00",
        )
    )
    assert {number: line.amount_fen for number, line in lines.payments.items()} == {"P1": 29, "P2": 700}
    assert lines.refunds["R1"] == bills.Line("R1", "5030", 123_456_780)


@pytest.mark.parametrize(
    "file",
    [b"", b"\xff\xfe", b"a,b\r\n`1,`2\r\n", bill_of("`t,`4200,`P1,`SUCCESS,`x,`,`,`0,`1.234,`0"),
     bill_of("`t,`4200,`P1,`MADE-UP,`1,`,`,`0,`1,`0"), bill_of("`t,`4200,`P1,`SUCCESS,`1,`,`,`0,`-1,`0")],
)  # fmt: skip
def test_what_is_no_bill_is_refused(file):
    with pytest.raises(bills.UnreadableBill):
        bills.parse(file)


def test_a_day_that_agrees_has_no_differences_and_is_fetched_once(order, mall, fake, post, later):
    payment = begin(order)
    fake.books.pay(payment.number)
    post(fake.notify_payment(payment.number))
    refund(order, 700)
    ask_wechat(mall.pk)
    day = clock.now().astimezone(bills.CHINA).date()
    bill = bills.compare_day(mall.pk, day)
    ours = [row for row in differences(mall) if row[2] == payment.number]
    assert ours == []
    assert (bill.payments >= 1, bill.refunded_fen >= 700) == (True, True)
    asked = len(fake.books.log)
    assert bills.compare_day(mall.pk, day).pk == bill.pk
    assert len(fake.books.log) == asked


def test_each_kind_of_difference_is_written_down(order, mall, fake, buyer):
    first, second = begin(order), begin(place(mall, buyer))
    noon = clock.now().astimezone(bills.CHINA).replace(hour=12) - timedelta(days=3)
    with mall_scope(mall.pk):
        for number, payment in enumerate((first, second)):
            Payment.objects.filter(pk=payment.pk).update(
                status="succeeded", provider_reference=f"42{number}", succeeded_at=noon
            )
        file = bill_of(
            f"`t,`420,`{first.number},`SUCCESS,`19.99,`,`,`0,`19.99,`0",
            "`t,`429,`PSTRANGE,`SUCCESS,`5.00,`,`,`0,`5.00,`0",
            f"`t,`420,`{first.number},`REFUND,`0,`5030,`RSTRANGE,`1.00,`0,`1.00",
        )
        bills.record_bill(day=noon.date(), file=file, lines=bills.parse(file))
    assert sorted(differences(mall)) == sorted(
        [
            ("payment", "amount_differs", first.number, 2_000, 1_999),
            ("payment", "theirs_missing", second.number, second.amount_fen, None),
            ("payment", "ours_missing", "PSTRANGE", None, 500),
            ("refund", "ours_missing", "RSTRANGE", None, 100),
        ]
    )


def test_each_kind_of_difference_of_refunds_is_written_down(order, mall, fake):
    payment = begin(order)
    noon = clock.now().astimezone(bills.CHINA).replace(hour=12) - timedelta(days=3)
    with mall_scope(mall.pk):
        for number, status in (("R1", "succeeded"), ("R2", "processing"), ("R3", "failed"), ("R4", "waiting")):
            row = WeChatRefund.objects.create(
                payment=payment,
                number=number,
                amount_fen=500,
                status=status,
                provider_reference="5030",
                created_at=noon,
            )
            assert row.created_at == noon
        file = bill_of(
            f"`t,`420,`{payment.number},`REFUND,`0,`5030,`R1,`5.00,`0,`5.00",
            f"`t,`420,`{payment.number},`REFUND,`0,`5030,`R2,`5.01,`0,`5.01",
            f"`t,`420,`{payment.number},`REFUND,`0,`5030,`R4,`5.00,`0,`5.00",
        )
        bills.record_bill(day=noon.date(), file=file, lines=bills.parse(file))
    assert differences(mall) == [
        ("refund", "amount_differs", "R2", 500, 501),
        ("refund", "theirs_missing", "R3", 500, None),
        # Nothing of ours had been sent under this number.
        ("refund", "ours_missing", "R4", None, 500),
    ]


@pytest.mark.parametrize("fault", ["lost before", "500", "forged", "unsigned"])
def test_a_bill_that_cannot_be_had_is_asked_for_again(order, mall, fake, fault):
    fake.books.faults.append(fault)
    day = clock.now().astimezone(bills.CHINA).date() - timedelta(days=2)
    assert bills.compare_day(mall.pk, day) is None
    with mall_scope(mall.pk):
        assert not Bill.objects.exists()


def test_a_day_without_trade_has_an_empty_bill(order, mall, fake):
    bill = bills.compare_day(mall.pk, clock.now().astimezone(bills.CHINA).date() - timedelta(days=200))
    assert (bill.payments, bill.paid_fen, differences(mall)) == (0, 0, [])
