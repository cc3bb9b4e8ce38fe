"""微信支付 at the cashier: the way that fits the browser, and the server's word for what became of it."""

from __future__ import annotations

import html
import json
from ipaddress import ip_address

import httpx
import pytest
from django.test import Client

from config.local.lan import own_address
from mall.buyers.models import BuyerToken
from mall.buyers.services import issue_token
from mall.buyers.sessions import COOKIE
from mall.payments.models import Payment
from mall.payments.wechat.models import WeChatIdentity, WeChatTrade
from mall.tenancy.context import mall_scope
from tests.factories.mall import host_of
from tests.mall.payments.wechat.test_identity import WECHAT, path_of, to_wechat
from tests.wechat_fake.people import openid_of
from tests.wechat_fake.server import Fake

PHONE = "Mozilla/5.0 (Linux; Android 15) Mobile Chrome/130"
DESK = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130"


@pytest.fixture
def cashier(mall, buyer, order):
    """A browser of the order's buyer, by its User-Agent."""

    def opened(agent: str) -> Client:
        client = Client(headers={"host": host_of(mall), "user-agent": agent}, raise_request_exception=False)
        with mall_scope(mall.pk):
            client.cookies[COOKIE] = issue_token(buyer=buyer, kind=BuyerToken.Kind.SESSION)[0]
        return client

    return opened


def at(order, page: str = "pay") -> str:
    return f"/orders/{order.public_id}/{page}"


def offered(client: Client, order) -> list[str]:
    return [way["key"] for way in client.get(at(order)).context["ways"] if way["key"].startswith("wechat")]


def the_payment(order) -> Payment:
    with mall_scope(order.mall_id):
        return Payment.objects.filter(order=order, provider__startswith="wechat").latest("id")


def pay(fake, order) -> None:
    """The buyer pays in WeChat; its notification gets lost."""
    fake.books.pay(the_payment(order).number)


@pytest.mark.parametrize(("agent", "way"), [(PHONE, "wechat_h5"), (DESK, "wechat_native")])
def test_a_browser_outside_of_wechat_is_offered_the_way_that_works_there(cashier, order, agent, way):
    assert offered(cashier(agent), order) == [way]


def test_a_mall_without_an_account_offers_none(mall, buyer, order, cashier):
    from mall.payments.wechat.models import WeChatAccount

    with mall_scope(mall.pk):
        WeChatAccount.objects.update(is_active=False)
    for agent in (PHONE, DESK, WECHAT):
        assert offered(cashier(agent), order) == []


class TestInsideWeChat:
    def test_the_cashier_fetches_the_openid_first_and_comes_back(self, cashier, order, merchant, buyer):
        client = cashier(WECHAT)
        away = client.get(at(order))
        assert (away.status_code, away["Location"].startswith("/wechat/oauth?next=")) == (302, True)
        back = client.get(path_of(to_wechat(client, "c1", f"{at(order)}?wx=1")))
        assert back["Location"] == f"{at(order)}?wx=1"
        assert offered(client, order) == ["wechat_jsapi"]

    def test_it_opens_wechats_own_cashier_with_what_the_server_signed(self, cashier, order, merchant, fake):
        client = cashier(WECHAT)
        client.get(path_of(to_wechat(client, "c2")))
        assert client.post(at(order), {"provider": "wechat_jsapi"})["Location"] == at(order, "wechat")
        text = client.get(at(order, "wechat")).content.decode()
        told = json.loads(html.unescape(text.partition('data-wechat-pay="')[2].partition('"')[0]))
        assert (told["appId"], told["signType"]) == (merchant.appid, "RSA")
        asked = fake.books.order(merchant.mchid, the_payment(order).number)["asked"]
        assert asked["payer"] == {"openid": openid_of(merchant.appid, "c2")}

    def test_who_comes_back_without_an_openid_is_asked_no_second_time_by_himself(self, cashier, order):
        client = cashier(WECHAT)
        shown = client.get(f"{at(order)}?wx=1")
        assert shown.status_code == 200
        answer = client.post(f"{at(order)}?wx=1", {"provider": "wechat_jsapi"})
        assert answer.status_code == 200
        assert "请在微信中打开" in answer.content.decode()
        with mall_scope(order.mall_id):
            assert not Payment.objects.exists()

    def test_a_known_buyer_needs_no_way_round(self, cashier, order, merchant, buyer):
        with mall_scope(order.mall_id):
            WeChatIdentity.objects.create(buyer=buyer, appid=merchant.appid, openid="oKnown")
        assert cashier(WECHAT).get(at(order)).status_code == 200


class TestPaying:
    def test_on_a_screen_a_code_is_shown_and_the_server_finds_the_payment(self, cashier, order, fake, merchant):
        client = cashier(DESK)
        client.post(at(order), {"provider": "wechat_native"})
        shown = client.get(at(order, "wechat"))
        assert "data:image/svg+xml" in shown.content.decode()
        assert "模拟" not in shown.content.decode()
        look = client.post(at(order, "wechat"))
        assert look["Location"] == at(order, "wechat")
        assert the_payment(order).status == "pending"
        pay(fake, order)
        assert client.post(at(order, "wechat"))["Location"] == at(order, "paid")
        assert the_payment(order).status == "succeeded"

    def test_on_a_phone_a_link_opens_wechat_and_leads_back(self, cashier, order):
        client = cashier(PHONE)
        client.post(at(order), {"provider": "wechat_h5"})
        text = client.get(at(order, "wechat")).content.decode()
        assert "https://wx.tenpay.com/" in text
        assert "redirect_url=http" in text

    def test_the_browsers_word_pays_nothing(self, cashier, order, fake):
        client = cashier(DESK)
        client.post(at(order), {"provider": "wechat_native"})
        for _ in range(3):
            client.post(at(order, "wechat"), {"status": "succeeded", "err_msg": "get_brand_wcpay_request:ok"})
        assert client.get(at(order, "paid")).status_code == 302
        assert the_payment(order).status == "pending"

    def test_the_page_leads_on_by_itself_once_the_notification_has_come(self, cashier, order, fake, post):
        client = cashier(DESK)
        client.post(at(order), {"provider": "wechat_native"})
        htmx = {"HX-Request": "true"}
        assert client.get(at(order, "wechat"), headers=htmx).headers.get("HX-Redirect") is None
        pay(fake, order)
        assert post(fake.notify_payment(the_payment(order).number)) == 200
        assert client.get(at(order, "wechat"), headers=htmx)["HX-Redirect"] == at(order, "paid")

    def test_a_silent_wechat_says_so_and_can_be_asked_again(self, cashier, order, fake):
        client = cashier(DESK)
        fake.books.faults.append("lost before")
        answer = client.post(at(order), {"provider": "wechat_native"})
        assert (answer.status_code, "微信支付暂时没有响应" in answer.content.decode()) == (200, True)
        number = the_payment(order).number
        assert client.post(at(order), {"provider": "wechat_native"}).status_code == 302
        assert the_payment(order).number == number
        fake.books.faults.append("lost before")
        assert client.post(at(order, "wechat")).status_code == 302

    def test_looking_is_limited(self, cashier, order, fake):
        client = cashier(DESK)
        client.post(at(order), {"provider": "wechat_native"})
        before = len(fake.books.log)
        for _ in range(20):
            assert client.post(at(order, "wechat")).status_code == 302
        assert len(fake.books.log) - before == 12

    def test_nothing_begun_leads_to_the_cashier(self, cashier, order):
        assert cashier(DESK).get(at(order, "wechat"))["Location"] == at(order)


def test_the_payers_openid_is_kept_for_who_judges_self_purchases(cashier, order, fake, merchant, buyer):
    client = cashier(WECHAT)
    client.get(path_of(to_wechat(client, "c9")))
    client.post(at(order), {"provider": "wechat_jsapi"})
    pay(fake, order)
    client.post(at(order, "wechat"))
    assert the_payment(order).payer == openid_of(merchant.appid, "c9")
    with mall_scope(order.mall_id):
        assert WeChatTrade.objects.get().openid == openid_of(merchant.appid, "c9")


def test_the_fakes_own_cashier_takes_a_persons_payment_and_leads_back():
    with Fake(has_cashier=True) as fake:
        merchant = fake.books.add_merchant()
        asked = {
            "appid": merchant.appid, "mchid": merchant.mchid, "description": "<b>", "out_trade_no": "P1000000",
            "notify_url": f"{fake.base}/nowhere", "amount": {"total": 1_250, "currency": "CNY"},
        }  # fmt: skip
        address = fake.books.prepay("native", asked)["code_url"]
        shown = httpx.get(address, trust_env=False).text
        assert ("¥12.50" in shown, "测试" in shown, "<b>" in shown) == (True, True, False)
        sent = {"prepay_id": address.rpartition("=")[2], "redirect_url": "http://mall.localhost/orders"}
        paid = httpx.post(address, data=sent, trust_env=False)
        assert (paid.status_code, paid.headers["Location"]) == (303, "http://mall.localhost/orders")
        assert fake.books.order(merchant.mchid, "P1000000")["state"] == "SUCCESS"


class TestPhonesNearby:
    """make demo LAN=1: the phone and its WeChat are real, and the merchant is not."""

    @pytest.fixture(autouse=True)
    def door(self, settings):
        settings.LAN_ORIGIN = "http://192.168.7.9:8001"

    @pytest.mark.parametrize("agent", [PHONE, WECHAT])
    def test_a_phone_is_led_to_a_page_that_it_can_open(self, cashier, order, fake, agent):
        client = cashier(f"{agent} Mobile")
        assert offered(client, order) == ["wechat_h5"]
        assert client.post(at(order), {"provider": "wechat_h5"})["Location"] == at(order, "wechat")
        number = the_payment(order).number
        asked = fake.books.order(fake.books.orders_of(number), number)["asked"]
        assert asked["notify_url"] == "http://192.168.7.9:8001/wechat/pay/notify"

    def test_nothing_changes_where_wechat_is_the_real_one(self, cashier, order, settings):
        settings.WECHAT_PAY_BASE_URL = "https://api.mch.weixin.qq.com"
        assert cashier(WECHAT).get(at(order))["Location"].startswith("/wechat/oauth?next=")


def test_neighbours_of_the_fake_see_its_pay_page_and_nothing_else():
    address = own_address()
    if ip_address(address).is_loopback:
        pytest.skip("this machine has no network to be seen from")
    with Fake(has_cashier=True, neighbours=address) as fake:
        door = f"http://{address}:{fake.server.server_port}"
        assert fake.books.cashier == f"{door}/_fake/cashier"
        with httpx.Client(trust_env=False) as phone:
            page = phone.get(f"{fake.books.cashier}?prepay_id=x")
            assert (page.status_code, "没有这笔订单" in page.text) == (404, True)
            for path in (
                "/_fake/log",
                "/_fake/merchant",
                "/_fake/pay",
                "/v3/certificates",
                "/connect/oauth2/authorize",
            ):
                for answer in (phone.get(door + path), phone.post(door + path, json={})):
                    assert (answer.status_code, "没有" in answer.text) == (404, False)
            assert phone.post(f"{fake.base}/_fake/log", json={}).status_code == 200
            assert fake.books.merchants == {}
