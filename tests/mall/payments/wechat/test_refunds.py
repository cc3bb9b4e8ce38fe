"""Money goes back through WeChat: written down first, sent after the transaction, followed until it has arrived."""

from __future__ import annotations

import pytest

from mall.aftersales.errors import AlreadyDecided
from mall.aftersales.models import Refund
from mall.aftersales.services import approve_refund
from mall.payments.models import Payment
from mall.payments.wechat.models import WeChatRefund
from mall.payments.wechat.work import ask_wechat
from mall.tenancy.context import mall_scope
from tests.factories.trade import ask_refund
from tests.mall.payments.wechat.conftest import begin


@pytest.fixture
def paid(order, fake, post) -> Payment:
    payment = begin(order)
    fake.books.pay(payment.number)
    assert post(fake.notify_payment(payment.number)) == 200
    return payment


@pytest.fixture
def approved(paid, order, owner) -> Refund:
    """A refund of ¥7 of the ¥20, approved and not yet sent."""
    asked = ask_refund(order, 700)
    with mall_scope(order.mall_id):
        return approve_refund(refund=asked, actor=owner)


def row(refund: Refund) -> WeChatRefund:
    with mall_scope(refund.mall_id):
        return WeChatRefund.objects.get(refund=refund)


def test_it_is_sent_after_the_approval_with_its_own_number(approved, fake, post, merchant):
    assert (row(approved).status, (merchant.mchid, approved.number) in fake.books.refunds) == ("waiting", False)
    ask_wechat(approved.mall_id)
    sent = fake.books.refunds[merchant.mchid, approved.number]["asked"]
    assert sent["amount"] == {"refund": 700, "total": 2_000, "currency": "CNY"}
    assert row(approved).status == "processing"
    fake.books.end_refund(approved.number)
    assert post(fake.notify_refund(approved.number), kind="refund") == 200
    done = row(approved)
    assert (done.status, done.due_at, done.succeeded_at is not None) == ("succeeded", None, True)


def test_without_a_notification_it_is_asked_for(approved, fake, later):
    ask_wechat(approved.mall_id)
    fake.books.end_refund(approved.number)
    later(60)
    ask_wechat(approved.mall_id)
    assert row(approved).status == "succeeded"
    later(7_200)
    assert ask_wechat(approved.mall_id) == 0


@pytest.mark.parametrize("fault", ["lost before", "lost after", "500", "429", "forged", "stale", "unsigned"])
def test_a_lost_answer_sends_the_same_refund_again_and_not_another(approved, fake, later, fault, merchant):
    fake.books.faults.append(fault)
    ask_wechat(approved.mall_id)
    assert row(approved).status == "waiting"
    later(60)
    ask_wechat(approved.mall_id)
    assert row(approved).status == "processing"
    sent = [key for key in fake.books.refunds if key[1] == approved.number]
    assert sent == [(merchant.mchid, approved.number)]


def test_an_empty_account_is_tried_again_and_says_so(approved, fake, later):
    fake.books.refund_ends = "NOT_ENOUGH"
    ask_wechat(approved.mall_id)
    assert (row(approved).status, "NOT_ENOUGH" in row(approved).error) == ("waiting", True)
    fake.books.refund_ends = "SUCCESS"
    later(60)
    ask_wechat(approved.mall_id)
    assert (row(approved).status, row(approved).error) == ("succeeded", "")


@pytest.mark.parametrize("state", ["ABNORMAL", "CLOSED"])
def test_one_that_does_not_arrive_is_shown_as_failed(approved, fake, post, state):
    ask_wechat(approved.mall_id)
    fake.books.end_refund(approved.number, state)
    assert post(fake.notify_refund(approved.number), kind="refund") == 200
    assert (row(approved).status, row(approved).error) == ("failed", state)
    # The merchant has mended it in WeChat's own pages.
    fake.books.end_refund(approved.number)
    assert post(fake.notify_refund(approved.number), kind="refund") == 200
    assert row(approved).status == "succeeded"


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        ({"amount": {"refund": 701, "total": 2_000}}, 400),
        ({"amount": {"refund": 700, "total": 1_999}}, 400),
        ({"out_trade_no": "P20260101000000000000"}, 400),
        ({"out_refund_no": "R20260101000000000000"}, 404),
        ({"mchid": "1900000000"}, 400),
        ({"mchid": None}, 400),
        ({"refund_status": "MADE-UP"}, 400),
    ],
    ids=str,
)
def test_what_does_not_fit_our_books_changes_nothing(approved, fake, post, tell, expected):
    ask_wechat(approved.mall_id)
    fake.books.end_refund(approved.number)
    assert post(fake.notify_refund(approved.number, tell=tell), kind="refund") == expected
    assert row(approved).status == "processing"


def test_the_word_of_a_refund_before_that_of_its_payment_waits(order, fake, post):
    payment = begin(order)
    fake.books.pay(payment.number)
    asked = {"out_trade_no": payment.number, "out_refund_no": "R20260101999999999999", "notify_url": "http://localhost",
             "amount": {"refund": 1, "total": 2_000, "currency": "CNY"}}  # fmt: skip
    fake.books.refund(fake.books.orders_of(payment.number), asked)
    fake.books.end_refund("R20260101999999999999")
    assert post(fake.notify_refund("R20260101999999999999"), kind="refund") == 404
    assert post(fake.notify_payment(payment.number)) == 200
    with mall_scope(order.mall_id):
        assert Payment.objects.get().status == "succeeded"


def test_what_has_arrived_stays_so(approved, fake, post):
    ask_wechat(approved.mall_id)
    fake.books.end_refund(approved.number)
    post(fake.notify_refund(approved.number), kind="refund")
    fake.books.end_refund(approved.number, "CLOSED")
    assert post(fake.notify_refund(approved.number), kind="refund") == 200
    assert row(approved).status == "succeeded"


def test_a_refund_that_was_rolled_back_never_reaches_wechat(paid, order, owner, fake):
    asked = ask_refund(order, 700)
    with pytest.raises(RuntimeError), mall_scope(order.mall_id):
        approve_refund(refund=asked, actor=owner)
        raise RuntimeError
    assert ask_wechat(order.mall_id) == 0
    assert not any(number == asked.number for _mchid, number in fake.books.refunds)


def test_it_is_approved_once(approved, owner):
    with mall_scope(approved.mall_id), pytest.raises(AlreadyDecided):
        approve_refund(refund=approved, actor=owner)
