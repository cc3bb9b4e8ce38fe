"""What arrives at once, in the wrong order, again, or for an order that has gone on: the money counts once."""

from __future__ import annotations

import time

import httpx
import pytest
from django.test import Client

from mall import clock
from mall.aftersales.models import Refund
from mall.errors import Conflict
from mall.events.models import Event
from mall.orders.models import Order
from mall.orders.services import cancel_order
from mall.orders.timers import run_timers
from mall.payments.models import Payment
from mall.payments.wechat import bills, client
from mall.payments.wechat.models import BillDifference, Notification, WeChatRefund, WeChatTrade
from mall.payments.wechat.ways import ProviderSilent
from mall.payments.wechat.work import ask_wechat
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import host_of
from tests.factories.trade import refund
from tests.mall.payments.wechat.conftest import begin
from tests.wechat_fake import server


def state(order: Order) -> tuple[str, list[str]]:
    with mall_scope(order.mall_id):
        order.refresh_from_db()
        return order.status, [row.status for row in Payment.objects.filter(order=order).order_by("id")]


def sold(order: Order) -> tuple[int, int]:
    """Stock and what was sold: each moves once."""
    with mall_scope(order.mall_id):
        sku = order.lines.select_related("sku__product").get().sku
        return sku.stock, sku.product.sold_count


def owed(order: Order) -> list[int]:
    """Fen that staff are asked to give back."""
    with mall_scope(order.mall_id):
        return list(Refund.objects.filter(order=order).values_list("amount_fen", flat=True))


def told_paid(order: Order) -> int:
    with mall_scope(order.mall_id):
        return Event.objects.filter(subject_id=order.pk, kind="order.paid").count()


def differences(order: Order) -> list[tuple]:
    with mall_scope(order.mall_id):
        rows = BillDifference.objects.order_by("subject", "number")
        return [(row.subject, row.kind, row.number, row.ours_fen, row.theirs_fen) for row in rows]


@pytest.fixture
def sender(order, fake):
    """Posts notifications from threads."""
    with mall_scope(order.mall_id):
        host = host_of(order.mall)

    def send(told: tuple[bytes, dict[str, str]], kind: str = "pay") -> int:
        body, headers = told
        browser = Client(headers={"host": host}, raise_request_exception=False)
        address = f"/wechat/{kind}/notify"
        return browser.post(address, body, content_type="application/json", headers=headers).status_code

    return send


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_the_notification_and_our_own_question_at_once_pay_once(order, fake, sender, later, round_number):
    payment = begin(order)
    fake.books.pay(payment.number)
    later(20)
    told = fake.notify_payment(payment.number)
    jobs = [lambda: sender(told), lambda: ask_wechat(order.mall_id)]
    answers = together(jobs * 2 if round_number % 2 else list(reversed(jobs * 2)))
    assert sorted(answers) in ([0, 1, 200, 200], [0, 0, 200, 200])
    assert (state(order), sold(order), told_paid(order)) == (("paid", ["succeeded"]), (8, 2), 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_paying_and_cancelling_at_once_loses_no_money(order, fake, sender, round_number):
    payment = begin(order)
    fake.books.pay(payment.number)
    told = fake.notify_payment(payment.number)

    def cancel() -> None:
        with mall_scope(order.mall_id):
            cancel_order(order=order, actor=order.buyer)

    with mall_scope(order.mall_id):
        order.buyer.nickname  # noqa: B018 - loaded before the threads need it
    jobs = [cancel, lambda: sender(told)]
    answers = together(jobs if round_number % 2 else list(reversed(jobs)), keep_errors=True)
    assert 200 in answers
    found = state(order)[0]
    if found == "paid":
        assert any(isinstance(answer, Conflict) for answer in answers)
        assert (owed(order), sold(order)) == ([], (8, 2))
    else:
        assert (found, owed(order), sold(order)[0]) == ("cancelled", [2_000], 10)
    assert state(order)[1] == ["succeeded"]


@pytest.mark.django_db(transaction=True)
def test_five_words_of_a_refund_and_our_question_at_once_count_it_once(order, fake, sender, later):
    payment = begin(order)
    fake.books.pay(payment.number)
    sender(fake.notify_payment(payment.number))
    asked = refund(order, 700)
    ask_wechat(order.mall_id)
    fake.books.end_refund(asked.number)
    later(60)
    told = fake.notify_refund(asked.number)
    answers = together([lambda: sender(told, "refund")] * 5 + [lambda: ask_wechat(order.mall_id)])
    assert answers[:5] == [200] * 5
    with mall_scope(order.mall_id):
        assert (WeChatRefund.objects.get().status, Order.objects.get().refunded_fen) == ("succeeded", 700)
        assert Event.objects.filter(kind="order.refunded").count() == 1


@pytest.mark.parametrize("ended", ["cancelled", "closed"])
def test_money_that_comes_between_our_question_and_our_closing(order, fake, later, ended):
    """WeChat says not paid, the buyer pays, WeChat refuses to close: the next question finds the money."""
    payment = begin(order)
    if ended == "cancelled":
        with mall_scope(order.mall_id):
            cancel_order(order=order, actor=order.buyer)
        later(20)
    else:
        later(31 * 60)
        run_timers(order.mall_id)
    fake.books.faults.extend(["", "paid first"])
    ask_wechat(order.mall_id)
    assert (state(order), sold(order)[0]) == ((ended, ["pending"]), 10)
    with mall_scope(order.mall_id):
        assert WeChatTrade.objects.get().due_at is not None
    later(120)
    ask_wechat(order.mall_id)
    if ended == "closed":
        assert (state(order), sold(order)[0], owed(order)) == (("paid", ["succeeded"]), 8, [])
    else:
        assert (state(order), sold(order)[0], owed(order)) == (("cancelled", ["succeeded"]), 10, [2_000])
    with mall_scope(order.mall_id):
        assert (
            Payment.objects.get().provider_reference
            == fake.books.told(fake.books.order(fake.books.orders_of(payment.number), payment.number))["transaction_id"]
        )


@pytest.mark.parametrize("fault", ["lost before", "lost after"])
def test_an_answer_that_takes_too_long_is_waited_for_no_longer(order, fake, later, monkeypatch, fault):
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(0.2))
    monkeypatch.setattr(server, "LOST_SECONDS", 1.0)
    fake.books.faults.append(fault)
    started = time.monotonic()
    with pytest.raises(ProviderSilent):
        begin(order, "wechat_native")
    assert time.monotonic() - started < 0.9
    later(20)
    # What it was about is asked again with the same number, and then paid.
    payment = begin(order, "wechat_native")
    with mall_scope(order.mall_id):
        assert Payment.objects.get().number == payment.number
    fake.books.pay(payment.number)
    later(20)
    ask_wechat(order.mall_id)
    assert state(order) == ("paid", ["succeeded"])


def test_an_order_paid_by_two_of_wechats_ways_gives_one_back(order, fake, post, later):
    first, second = begin(order, "wechat_jsapi"), begin(order, "wechat_native")
    for payment in (first, second):
        fake.books.pay(payment.number)
    assert [post(fake.notify_payment(payment.number)) for payment in (second, first)] == [200, 200]
    assert state(order) == ("paid", ["failed", "succeeded"])
    ask_wechat(order.mall_id)
    with mall_scope(order.mall_id):
        back = WeChatRefund.objects.get()
    assert (back.payment_id, back.amount_fen, back.status) == (first.pk, 2_000, "processing")
    assert (owed(order), sold(order)) == ([], (8, 2))
    # What both did stands in the day's bill, and in our books.
    bills.compare_day(order.mall_id, clock.now().astimezone(bills.CHINA).date())
    mine = {first.number, second.number, back.number}
    assert [row for row in differences(order) if row[2] in mine] == []


def test_what_was_told_is_told_again_after_the_refund_and_opens_nothing(order, fake, post):
    payment = begin(order)
    fake.books.pay(payment.number)
    told = fake.notify_payment(payment.number)
    assert post(told) == 200
    refund(order)
    assert state(order) == ("closed", ["succeeded"])
    # The same bytes, and the same word under a new id.
    assert [post(told), post(fake.notify_payment(payment.number))] == [200, 200]
    assert (state(order), sold(order)[0], told_paid(order)) == (("closed", ["succeeded"]), 10, 1)
    assert owed(order) == [2_000]


def test_a_notification_kept_for_later_is_too_old_to_be_believed(order, fake, post, later):
    payment = begin(order)
    fake.books.pay(payment.number)
    told = fake.notify_payment(payment.number)
    later(301)
    assert post(told) == 401
    assert state(order)[0] == "awaiting_payment"


@pytest.mark.parametrize("ended", ["CLOSED", "REVOKED", "PAYERROR", "NOTPAY", "USERPAYING"])
def test_a_word_that_was_overtaken_takes_no_payment_back(order, fake, post, ended):
    payment = begin(order)
    fake.books.pay(payment.number)
    assert post(fake.notify_payment(payment.number)) == 200
    assert post(fake.notify_payment(payment.number, tell={"trade_state": ended})) == 200
    assert state(order) == ("paid", ["succeeded"])


def test_money_of_another_amount_pays_nothing_and_stands_in_the_days_differences(order, fake, post, later):
    payment = begin(order)
    fake.books.order(fake.books.orders_of(payment.number), payment.number)["asked"]["amount"]["total"] = 1_999
    fake.books.pay(payment.number)
    assert post(fake.notify_payment(payment.number)) == 400
    later(20)
    ask_wechat(order.mall_id)
    assert state(order) == ("awaiting_payment", ["pending"])
    with mall_scope(order.mall_id):
        assert "amount.total" in Notification.objects.get().error
    bills.compare_day(order.mall_id, clock.now().astimezone(bills.CHINA).date())
    assert [row for row in differences(order) if row[2] == payment.number] == [
        ("payment", "ours_missing", payment.number, None, 1_999)
    ]
