"""Notifications: only WeChat's, for this mall, for what we asked for, once; and never an answer of 5xx."""

from __future__ import annotations

import json
import random
import secrets
from collections import Counter

import pytest
from django.test import Client

from mall.payments.models import Payment
from mall.payments.wechat.inbox import SAMPLES_A_DAY
from mall.payments.wechat.models import ForgedNotifications, Notification
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import host_of, make_mall
from tests.factories.trade import place
from tests.mall.payments.wechat.conftest import begin, open_account
from tests.wechat_fake.merchants import new_key


def statuses(order) -> list[str]:
    with mall_scope(order.mall_id):
        return list(Payment.objects.filter(order=order).order_by("id").values_list("status", flat=True))


@pytest.fixture
def paid(order, fake) -> Payment:
    """A payment that WeChat has, and we do not know of yet."""
    payment = begin(order)
    fake.books.pay(payment.number)
    return payment


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        ({"amount": {"total": 1_999, "currency": "CNY"}}, 400),
        ({"amount": {"total": 2_000, "currency": "USD"}}, 400),
        ({"amount": {"total": "2000", "currency": "CNY"}}, 400),
        ({"amount": {"total": True, "currency": "CNY"}}, 400),
        ({"amount": None}, 400),
        ({"mchid": "1900000000"}, 400),
        ({"appid": "wx0000"}, 400),
        ({"out_trade_no": "P20260101000000000000"}, 404),
        ({"out_trade_no": None}, 404),
        ({"out_trade_no": "\x00"}, 404),
        ({"transaction_id": ""}, 400),
        ({"transaction_id": "4" * 65}, 400),
        ({"transaction_id": 42}, 400),
    ],
    ids=str,
)
def test_what_does_not_fit_our_books_pays_nothing_and_is_kept_with_the_reason(paid, fake, post, order, tell, expected):
    assert post(fake.notify_payment(paid.number, tell=tell)) == expected
    assert statuses(order) == ["pending"]
    with mall_scope(order.mall_id):
        row = Notification.objects.get()
        assert (row.verified, row.processed_at, bool(row.error)) == (True, None, True)


@pytest.mark.parametrize("state", ["NOTPAY", "USERPAYING", "MADE-UP", "", None, 1])
def test_only_success_is_success(paid, fake, post, order, state):
    post(fake.notify_payment(paid.number, tell={"trade_state": state}))
    assert statuses(order) == ["pending"]


def test_a_notification_is_believed_with_the_certificate_of_old_too(paid, fake, post, merchant, order):
    assert post(fake.notify_payment(paid.number, serial=merchant.old_serial)) == 200
    assert statuses(order) == ["succeeded"]


@pytest.mark.parametrize("forgery", ["key", "age", "future", "serial", "body", "probe", "none", "empty"])
def test_a_forgery_is_401_counted_and_kept_as_a_sample(paid, fake, post, order, merchant, forgery):
    changes = {
        "key": {"key": new_key()},
        "age": {"age": 301},
        "future": {"age": -301},
        "serial": {"serial": "PUB_KEY_ID_0"},
    }.get(forgery, {})
    body, headers = fake.notify_payment(paid.number, **changes)
    if forgery == "body":
        body = body.replace("支付成功".encode(), "支付失败".encode())
    if forgery == "probe":
        headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    if forgery == "none":
        headers = {name: value for name, value in headers.items() if "Signature" not in name}
    if forgery == "empty":
        body, headers = b"", {}
    assert post((body, headers)) == 401
    assert statuses(order) == ["pending"]
    with mall_scope(order.mall_id):
        assert ForgedNotifications.objects.get().times == 1
        assert (Notification.objects.get().verified, Notification.objects.get().notify_id) == (False, "")
    assert post(fake.notify_payment(paid.number)) == 200


def test_who_guesses_an_id_does_not_keep_the_real_one_out(paid, fake, post, order):
    assert post(fake.notify_payment(paid.number, notify_id="EV-1", key=new_key())) == 401
    assert post(fake.notify_payment(paid.number, notify_id="EV-1")) == 200
    assert statuses(order) == ["succeeded"]


def test_a_resource_sealed_with_another_key_is_refused(paid, fake, post, order):
    assert post(fake.notify_payment(paid.number, api_v3_key="z" * 32)) == 400
    assert statuses(order) == ["pending"]
    assert post(fake.notify_payment(paid.number)) == 200


def test_one_that_failed_is_acted_on_when_it_comes_again(paid, fake, post, order):
    wrong = {"amount": {"total": 1, "currency": "CNY"}}
    assert post(fake.notify_payment(paid.number, notify_id="EV-2", tell=wrong)) == 400
    assert post(fake.notify_payment(paid.number, notify_id="EV-2")) == 200
    assert statuses(order) == ["succeeded"]


def test_one_that_comes_before_the_answer_is_unknown_and_welcome_later(order, fake, post):
    payment = begin(order)
    fake.books.pay(payment.number)
    told = fake.notify_payment(payment.number, tell={"out_trade_no": "P20270101000000000000"})
    assert post(told) == 404
    assert post(fake.notify_payment(payment.number)) == 200


def test_an_event_we_do_not_know_is_taken_and_left(fake, post, merchant, order):
    body = merchant.notification("PAYSCORE.USER_OPEN_SERVICE", {})
    assert post((body, merchant.signed(body, at=fake.books.now()))) == 200


def test_another_malls_notification_is_a_forgery_here(paid, fake, post, order, merchants, member):
    other = make_mall()
    open_account(other, merchants[1])
    assert post(fake.notify_payment(paid.number), to=other) == 401
    # And of the same merchant with a second mall: signed and sealed rightly, and for nothing there.
    second = make_mall()
    open_account(second, merchants[0])
    assert post(fake.notify_payment(paid.number), to=second) == 404
    assert statuses(order) == ["pending"]


def test_a_mall_without_an_account_believes_nobody(paid, fake, post):
    assert post(fake.notify_payment(paid.number), to=make_mall()) == 401


def test_a_body_is_read_up_to_64_kb_and_only_posts_are_taken(mall, post):
    assert post((b"x" * 70_000, {})) == 413
    assert Client(headers={"host": host_of(mall)}).get("/wechat/pay/notify").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_five_copies_at_once_pay_once(order, fake, paid):
    told = fake.notify_payment(paid.number)

    def send() -> int:
        body, headers = told
        browser = Client(headers={"host": host_of(order.mall)}, raise_request_exception=False)
        return browser.post("/wechat/pay/notify", body, content_type="application/json", headers=headers).status_code

    with mall_scope(order.mall_id):
        order.mall.slug  # noqa: B018 - loaded before the threads need it
    assert together([send] * 5) == [200] * 5
    assert statuses(order) == ["succeeded"]
    with mall_scope(order.mall_id):
        assert Notification.objects.filter(verified=True).count() == 1


def test_of_1000_false_ones_none_is_accepted_and_none_answered_5xx(
    order, fake, post, merchants, merchant, buyer, mall, record_property
):
    chance = random.Random(20261122)  # noqa: S311 - the same false ones each time
    payments = [begin(order)]
    payments += [begin(place(mall, buyer)) for _ in range(4)]
    for payment in payments:
        fake.books.pay(payment.number)
    stranger, key = merchants[1], new_key()
    good = [fake.notify_payment(payment.number) for payment in payments]
    answers: Counter[tuple[str, int]] = Counter()
    for number in range(1_000):
        kind = KINDS[number % len(KINDS)]
        told = false_one(kind, chance, fake, chance.choice(payments).number, stranger, key, chance.choice(good))
        answers[kind, post(told, kind=chance.choice(["pay", "refund"]))] += 1
    assert sum(answers.values()) == 1_000
    assert {status for _kind, status in answers} <= {400, 401, 404, 413}
    with mall_scope(mall.pk):
        assert set(Payment.objects.values_list("status", flat=True)) == {"pending"}
        forged = ForgedNotifications.objects.get().times
        assert forged == sum(times for (_kind, status), times in answers.items() if status == 401)
        samples = Notification.objects.filter(verified=False).exclude(error="no id")
        assert samples.count() == SAMPLES_A_DAY
    # The real ones still pay, each once, however often they come.
    for _time in range(2):
        assert [post(told) for told in good] == [200] * 5
    with mall_scope(mall.pk):
        assert set(Payment.objects.values_list("status", flat=True)) == {"succeeded"}
    record_property("figures", f"1,000 false notifications: 0 accepted, 0 answers 5xx, {forged} forged")


KINDS = (
    "foreign",
    "forged",
    "stale",
    "changed body",
    "changed header",
    "wrong amount",
    "wrong owner",
    "noise",
    "sealed",
)


def false_one(kind, chance, fake, number, stranger, key, good):  # noqa: PLR0911 - one line for each kind
    body, headers = good
    if kind == "foreign":
        return body, stranger.signed(body, at=fake.books.now())
    if kind == "forged":
        return fake.notify_payment(number, key=key)
    if kind == "stale":
        return fake.notify_payment(number, age=chance.choice([-86_400, -330, 301, 3_600, 86_400]))
    if kind == "changed body":
        at = chance.randrange(len(body))
        return body[:at] + bytes([body[at] ^ chance.randrange(1, 256)]) + body[at + 1 :], headers
    if kind == "changed header":
        name = chance.choice([name for name in headers if name.startswith("Wechatpay-") and "Type" not in name])
        value = chance.choice(["", "0", headers[name][::-1] + "x", "é", "A" * 9_000, "\x00", "1e400", "-1"])
        return body, {**headers, name: value}
    if kind == "wrong amount":
        total = chance.choice([0, 1, -2_000, 2**63, 10**40, "2000", None, 2_000.5, [], {}])
        return fake.notify_payment(number, tell={"amount": {"total": total, "currency": "CNY"}})
    if kind == "wrong owner":
        name = chance.choice(["mchid", "appid", "out_trade_no"])
        return fake.notify_payment(number, tell={name: chance.choice(["", None, 1, "x" * 99, "\x00", [], "P1"])})
    if kind == "sealed":
        return fake.notify_payment(number, api_v3_key=secrets.token_hex(16))
    noise = [b"", b"{}", b"[" * 20_000, b"\xff\xfe", json.dumps({"id": 1}).encode(), b"null", secrets.token_bytes(99)]
    merchant = next(iter(fake.books.merchants.values()))
    body = chance.choice(noise)
    return body, merchant.signed(body, at=fake.books.now())
