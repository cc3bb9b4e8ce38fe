"""A payment through WeChat from the first call to the last word, and what may go wrong on the way."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from mall import clock
from mall.aftersales.models import Refund
from mall.catalogue.models import Sku
from mall.events.models import Event
from mall.orders.models import Order
from mall.orders.services import cancel_order
from mall.orders.timers import run_timers
from mall.payments import providers
from mall.payments.errors import AlreadyPaid, ProviderUnavailable
from mall.payments.models import Payment
from mall.payments.providers import Payer
from mall.payments.services import confirm_payment, start_payment
from mall.payments.wechat.models import Notification, WeChatAccount, WeChatRefund, WeChatTrade
from mall.payments.wechat.ways import OpenidNeeded, ProviderRefused, ProviderSilent
from mall.payments.wechat.work import ask_wechat
from mall.tenancy.context import mall_scope
from tests.mall.payments.wechat.conftest import begin

WAYS = ["wechat_jsapi", "wechat_h5", "wechat_native"]


def state(order: Order) -> tuple[str, list[str]]:
    with mall_scope(order.mall_id):
        order.refresh_from_db()
        return order.status, [row.status for row in Payment.objects.filter(order=order).order_by("id")]


def events(order: Order) -> list[str]:
    with mall_scope(order.mall_id):
        told = Event.objects.filter(subject_id=order.pk, kind__startswith="order.").order_by("id")
        return list(told.values_list("kind", flat=True))


def test_the_three_ways_are_offered_while_an_account_is_active(mall, merchant):
    with mall_scope(mall.pk):
        names = [way.name for way in providers.offered(mall)]
        assert names == ["sandbox", *WAYS, "bank_transfer"]
        WeChatAccount.objects.update(is_active=False)
        assert [way.name for way in providers.offered(mall)] == ["sandbox", "bank_transfer"]


@pytest.mark.parametrize("way", WAYS)
def test_a_payment_goes_from_the_first_call_to_the_notification(order, fake, post, way):
    payment = begin(order, way)
    asked = fake.books.order(fake.books.orders_of(payment.number), payment.number)["asked"]
    assert (payment.status, asked["amount"]["total"], asked["out_trade_no"]) == ("pending", 2_000, payment.number)
    assert (
        set(payment.instructions)
        == {
            "wechat_jsapi": {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"},
            "wechat_h5": {"h5_url"},
            "wechat_native": {"code_url"},
        }[way]
    )
    assert state(order) == ("awaiting_payment", ["pending"])
    paid = fake.books.pay(payment.number)
    assert post(fake.notify_payment(payment.number)) == 200
    assert state(order) == ("paid", ["succeeded"])
    with mall_scope(order.mall_id):
        payment.refresh_from_db()
        assert (payment.provider_reference, payment.payer) == (paid["transaction_id"], paid["payer"]["openid"])
        assert WeChatTrade.objects.get().due_at is None
    assert events(order) == ["order.placed", "order.paid"]


def test_the_cashier_inside_wechat_gets_a_signature_of_the_merchants(order, merchant):
    told = begin(order).instructions
    lines = f"{told['appId']}\n{told['timeStamp']}\n{told['nonceStr']}\n{told['package']}\n".encode()
    merchant.key.public_key().verify(base64.b64decode(told["paySign"]), lines, PKCS1v15(), hashes.SHA256())
    assert (told["appId"], told["signType"]) == (merchant.appid, "RSA")


def test_the_mini_program_has_an_appid_of_its_own(order, merchant, fake, post):
    with mall_scope(order.mall_id):
        payer = Payer(openid="oMini", in_mini_program=True)
        payment = start_payment(order=order, provider="wechat_jsapi", payer=payer)
    assert payment.instructions["appId"] == merchant.mini_appid
    fake.books.pay(payment.number)
    assert post(fake.notify_payment(payment.number, tell={"appid": merchant.appid})) == 400
    assert post(fake.notify_payment(payment.number)) == 200


def test_without_an_openid_there_is_no_cashier_inside_wechat(order, fake):
    with mall_scope(order.mall_id), pytest.raises(OpenidNeeded):
        start_payment(order=order, provider="wechat_jsapi")
    assert not any(key[1].startswith("P") and row["asked"]["description"].endswith(order.number)
                   for key, row in fake.books.orders.items())  # fmt: skip


def test_without_an_account_nothing_begins(order, mall):
    with mall_scope(mall.pk):
        WeChatAccount.objects.update(is_active=False)
        with pytest.raises(ProviderUnavailable):
            start_payment(order=order, provider="wechat_native")


def test_beginning_again_keeps_the_number(order, fake):
    first, again = begin(order, "wechat_native"), begin(order, "wechat_native")
    assert (first.pk, first.number) == (again.pk, again.number)


def test_another_person_pays_under_another_number(order, fake):
    first = begin(order)
    with mall_scope(order.mall_id):
        second = start_payment(order=order, provider="wechat_jsapi", payer=Payer(openid="oOther"))
    assert (first.number != second.number, state(order)[1]) == (True, ["failed", "pending"])


@pytest.mark.parametrize(
    "fault", ["lost before", "lost after", "500", "429", "forged", "stale", "unsigned", "probe", "unknown serial"]
)
def test_an_answer_that_cannot_be_believed_leaves_a_payment_that_can_be_begun_again(order, fake, post, fault):
    fake.books.faults.append(fault)
    with pytest.raises(ProviderSilent):
        begin(order, "wechat_native")
    assert state(order) == ("awaiting_payment", ["pending"])
    with mall_scope(order.mall_id):
        number = Payment.objects.get().number
    payment = begin(order, "wechat_native")
    assert (payment.number, "code_url" in payment.instructions) == (number, True)
    fake.books.pay(number)
    assert post(fake.notify_payment(number)) == 200
    assert state(order) == ("paid", ["succeeded"])


def test_a_number_wechat_has_closed_is_given_up_for_a_new_one(order, fake):
    first = begin(order, "wechat_native")
    fake.books.close(first.mall_id and fake.books.orders_of(first.number), first.number)
    with pytest.raises(ProviderRefused):
        begin(order, "wechat_native")
    second = begin(order, "wechat_native")
    assert (second.number != first.number, state(order)) == (True, ("awaiting_payment", ["failed", "pending"]))


def test_a_notification_that_never_came_is_made_up_by_asking(order, fake, later):
    payment = begin(order)
    fake.books.pay(payment.number)
    assert ask_wechat(order.mall_id) == 0
    later(16)
    assert ask_wechat(order.mall_id) == 1
    assert state(order) == ("paid", ["succeeded"])
    later(3600)
    assert ask_wechat(order.mall_id) == 0


def test_asking_survives_every_fault(order, fake, later):
    payment = begin(order)
    fake.books.pay(payment.number)
    for fault in ("lost before", "lost after", "500", "429", "forged", "stale", "unsigned", "probe"):
        fake.books.faults.append(fault)
        later(120 if fault != "lost before" else 16)
        ask_wechat(order.mall_id)
        fake.books.faults.clear()
        if state(order)[0] == "paid":
            pytest.fail(f"believed an answer with fault {fault}")
    later(4000)
    ask_wechat(order.mall_id)
    assert state(order)[1] == ["succeeded"]


def test_an_order_that_expired_is_closed_at_wechat_too(order, fake, later):
    payment = begin(order)
    later(31 * 60)
    run_timers(order.mall_id)
    ask_wechat(order.mall_id)
    assert fake.books.order(fake.books.orders_of(payment.number), payment.number)["state"] == "CLOSED"
    assert state(order) == ("closed", ["failed"])
    with mall_scope(order.mall_id):
        assert WeChatTrade.objects.get().due_at is None


def test_a_payment_that_wechat_never_heard_of_ends_with_its_order(order, fake, later):
    fake.books.faults.append("lost before")
    with pytest.raises(ProviderSilent):
        begin(order)
    later(31 * 60)
    run_timers(order.mall_id)
    ask_wechat(order.mall_id)
    assert state(order) == ("closed", ["failed"])


def test_late_money_opens_an_expired_order_again(order, fake, later, post):
    payment = begin(order)
    fake.books.pay(payment.number)
    later(31 * 60)
    run_timers(order.mall_id)
    assert state(order)[0] == "closed"
    assert post(fake.notify_payment(payment.number)) == 200
    assert state(order) == ("paid", ["succeeded"])


def test_late_money_for_a_cancelled_order_is_owed_back(order, fake, post, owner):
    payment = begin(order)
    fake.books.pay(payment.number)
    with mall_scope(order.mall_id):
        cancel_order(order=order, actor=order.buyer)
    assert post(fake.notify_payment(payment.number)) == 200
    with mall_scope(order.mall_id):
        assert Refund.objects.get().amount_fen == 2_000
    assert state(order) == ("cancelled", ["succeeded"])


def test_a_second_payment_of_an_order_goes_back_at_once(order, fake, post, owner, later):
    payment = begin(order)
    with mall_scope(order.mall_id):
        confirm_payment(payment=start_payment(order=order, provider="bank_transfer"), actor=owner)
    fake.books.pay(payment.number)
    for _time in range(2):
        assert post(fake.notify_payment(payment.number)) == 200
    assert state(order) == ("paid", ["failed", "succeeded"])
    ask_wechat(order.mall_id)
    with mall_scope(order.mall_id):
        back = WeChatRefund.objects.get()
    assert (back.amount_fen, back.status, back.refund_id) == (2_000, "processing", None)
    fake.books.end_refund(back.number)
    later(60)
    ask_wechat(order.mall_id)
    with mall_scope(order.mall_id):
        back.refresh_from_db()
        assert back.status == "succeeded"
        assert not Refund.objects.exists()


def test_paid_and_not_yet_told_is_not_paid_twice(order, fake):
    payment = begin(order)
    fake.books.pay(payment.number)
    with pytest.raises(ProviderSilent, match="正在确认"):
        begin(order)
    ask_wechat(order.mall_id)
    assert state(order) == ("paid", ["succeeded"])
    with pytest.raises(AlreadyPaid):
        begin(order)


def test_stock_and_events_move_once_for_five_copies(order, fake, post):
    payment = begin(order)
    fake.books.pay(payment.number)
    told = fake.notify_payment(payment.number)
    assert [post(told) for _time in range(5)] == [200] * 5
    with mall_scope(order.mall_id):
        assert Notification.objects.filter(verified=True).count() == 1
        assert Sku.objects.get().product.sold_count == 2
    assert events(order) == ["order.placed", "order.paid"]
    assert clock.now() is not None
