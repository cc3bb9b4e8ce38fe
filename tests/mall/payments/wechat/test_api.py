"""Beginning to pay by WeChat through the API."""

from __future__ import annotations

from mall.payments.models import Payment
from mall.tenancy.context import mall_scope


def start(api, order, key: str, **body):
    return api.post(f"orders/{order.public_id}/payments", body, HTTP_IDEMPOTENCY_KEY=key)


def test_it_names_its_payer_and_answers_what_the_cashier_needs(api, order, merchant, fake):
    answer = start(api, order, "key-wechat-1", provider="wechat_jsapi", openid="oMini", app="mini_program")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["status"], told["instructions"]["appId"]) == ("pending", merchant.mini_appid)
    asked = fake.books.order(merchant.mchid, told["number"])["asked"]
    assert (asked["payer"], asked["notify_url"].endswith("/wechat/pay/notify")) == ({"openid": "oMini"}, True)


def test_without_an_openid_it_is_400_and_nothing_is_left(api, order):
    answer = start(api, order, "key-wechat-2", provider="wechat_jsapi")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "openid_needed")
    with mall_scope(order.mall_id):
        assert not Payment.objects.exists()


def test_a_silent_wechat_is_409_and_the_next_attempt_goes_through(api, order, fake):
    fake.books.faults.append("lost before")
    answer = start(api, order, "key-wechat-3", provider="wechat_native")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "provider_silent")
    assert start(api, order, "key-wechat-4", provider="wechat_native").status_code == 201
    with mall_scope(order.mall_id):
        assert Payment.objects.get().status == "pending"
