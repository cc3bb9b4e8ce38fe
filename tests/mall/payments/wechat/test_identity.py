"""Who somebody is in WeChat: codes, openids, and that no account ever changes hands over them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from mall.buyers.models import BuyerToken
from mall.buyers.services import register_buyer
from mall.payments.wechat import identity, oauth
from mall.payments.wechat.identity import BadWeChatCode, WeChatNotReady, WeChatSilent
from mall.payments.wechat.models import WeChatIdentity
from mall.tenancy.context import mall_scope
from tests.factories.http import Api
from tests.factories.mall import host_of, make_mall
from tests.factories.members import new_phone
from tests.factories.trade import make_sku, place
from tests.mall.payments.wechat.conftest import open_account
from tests.wechat_fake.people import new_code, openid_of

WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50"


def a_buyer(mall):
    with mall_scope(mall.pk):
        return register_buyer(phone=new_phone())


def browser(mall, buyer=None) -> Client:
    client = Client(headers={"host": host_of(mall), "user-agent": WECHAT}, raise_request_exception=False)
    if buyer is not None:
        from mall.buyers.services import issue_token
        from mall.buyers.sessions import COOKIE

        with mall_scope(mall.pk):
            client.cookies[COOKIE] = issue_token(buyer=buyer, kind=BuyerToken.Kind.SESSION)[0]
    return client


def to_wechat(client: Client, person: str, wanted: str = "/me") -> str:
    """The address WeChat sends the browser back to."""
    away = client.get("/wechat/oauth", {"next": wanted})
    assert away.status_code == 302
    assert away["Location"].endswith("#wechat_redirect")
    address = away["Location"].removesuffix("#wechat_redirect")
    answer = httpx.get(address, cookies={"fake_person": person}, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def linked(mall) -> list[tuple[int, str]]:
    with mall_scope(mall.pk):
        return list(WeChatIdentity.objects.order_by("id").values_list("buyer_id", "openid"))


class TestBrowser:
    def test_it_comes_back_with_an_openid_that_is_the_buyers_from_now_on(self, mall, merchant):
        buyer = a_buyer(mall)
        client = browser(mall, buyer)
        answer = client.get(path_of(to_wechat(client, "p1", "/orders?tab=paid")))
        assert (answer.status_code, answer["Location"]) == (302, "/orders?tab=paid")
        assert linked(mall) == [(buyer.pk, openid_of(merchant.appid, "p1"))]

    def test_a_stranger_gets_an_openid_to_pay_with_and_no_account(self, mall, merchant):
        client = browser(mall)
        client.get(path_of(to_wechat(client, "p2")))
        assert linked(mall) == []
        with mall_scope(mall.pk):
            known = identity.known_by_handle(client.cookies[oauth.HANDLE_COOKIE].value)
        assert known == identity.Known(merchant.appid, openid_of(merchant.appid, "p2"))

    def test_an_openid_of_another_buyer_neither_moves_nor_logs_anybody_in(self, mall, merchant):
        owner, borrower = a_buyer(mall), a_buyer(mall)
        with mall_scope(mall.pk):
            identity.link(known=identity.Known(merchant.appid, openid_of(merchant.appid, "p3")), buyer=owner)
        for client in (browser(mall, borrower), browser(mall)):
            client.get(path_of(to_wechat(client, "p3")))
            assert client.get("/me").context["buyer"] == (borrower if "fy_buyer" in client.cookies else None)
        assert linked(mall) == [(owner.pk, openid_of(merchant.appid, "p3"))]

    def test_a_state_is_good_once(self, mall, merchant):
        client = browser(mall)
        back = path_of(to_wechat(client, "p4", "/orders"))
        cookie = client.cookies[oauth.STATE_COOKIE].value
        assert client.get(back)["Location"] == "/orders"
        client.cookies[oauth.STATE_COOKIE] = cookie
        del client.cookies[oauth.HANDLE_COOKIE]
        assert client.get(back)["Location"] == "/me"
        assert oauth.HANDLE_COOKIE not in client.cookies

    def test_a_state_is_bound_to_its_browser(self, mall, merchant):
        sent, other = browser(mall), browser(mall)
        back = path_of(to_wechat(sent, "p5"))
        to_wechat(other, "p6")
        other.get(back)
        assert oauth.HANDLE_COOKIE not in other.cookies

    def test_a_state_ends_after_ten_minutes(self, mall, merchant, monkeypatch):
        client = browser(mall)
        back = path_of(to_wechat(client, "p7"))
        monkeypatch.setattr(oauth, "STATE_SECONDS", -1)
        client.get(back)
        assert oauth.HANDLE_COOKIE not in client.cookies

    def test_a_state_of_another_mall_is_none(self, mall, merchant, merchants):
        other = make_mall()
        open_account(other, merchants[1])
        client = browser(mall)
        back = path_of(to_wechat(client, "p8"))
        stranger = browser(other)
        stranger.cookies[oauth.STATE_COOKIE] = client.cookies[oauth.STATE_COOKIE].value
        stranger.get(back)
        assert oauth.HANDLE_COOKIE not in stranger.cookies

    @pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"])
    def test_it_never_sends_anybody_to_another_host(self, mall, merchant, wanted):
        client = browser(mall)
        assert client.get(path_of(to_wechat(client, "p9", wanted)))["Location"] == "/me"

    @pytest.mark.parametrize("code", ["", "used", "x" * 5000, "a\x7fb", "中文"])
    def test_a_bad_code_leaves_the_reader_where_he_wanted_to_go(self, mall, merchant, code):
        client = browser(mall)
        state = parse_qs(urlsplit(to_wechat(client, "p10", "/orders")).query)["state"][0]
        answer = client.get("/wechat/oauth/back", {"code": code, "state": state})
        assert (answer.status_code, answer["Location"]) == (302, "/orders")
        assert oauth.HANDLE_COOKIE not in client.cookies

    @pytest.mark.parametrize("fault", ["lost before", "busy", "garbage"])
    def test_a_silent_wechat_leaves_him_there_too(self, mall, merchant, fake, fault):
        client = browser(mall)
        back = path_of(to_wechat(client, "p11", "/orders"))
        fake.books.faults.append(fault)
        assert client.get(back)["Location"] == "/orders"
        assert oauth.HANDLE_COOKIE not in client.cookies

    def test_visitors_of_snapshot_pages_are_nobody(self, mall, merchant, fake):
        fake.books.is_snapshot = True
        buyer = a_buyer(mall)
        client = browser(mall, buyer)
        client.get(path_of(to_wechat(client, "p12")))
        assert (linked(mall), oauth.HANDLE_COOKIE in client.cookies) == ([], False)

    def test_the_file_that_proves_the_domain_is_served_in_its_mall_only(self, mall, merchant, merchants):
        from mall.payments.wechat.accounts import Credentials, save_account

        with mall_scope(mall.pk):
            save_account(credentials=Credentials(**merchant.papers(), verify_word="AbC123"))
        assert browser(mall).get("/MP_verify_AbC123.txt").content == b"AbC123"
        assert browser(mall).get("/MP_verify_abc123.txt").status_code == 404
        assert browser(make_mall()).get("/MP_verify_AbC123.txt").status_code == 404


class TestHandles:
    @pytest.fixture
    def known(self):
        return identity.Known("wx1", "oA")

    def test_it_is_good_in_its_mall_for_a_week(self, mall, scope, known):
        handle = identity.handle_of(known)
        assert identity.known_by_handle(handle) == known
        with mall_scope(make_mall().pk):
            assert identity.known_by_handle(handle) is None

    @pytest.mark.parametrize("handle", ["", None, 5, "x", "oA", "a:b:c", "x" * 10_000])
    def test_what_we_have_not_signed_is_nobody(self, mall, scope, handle):
        assert identity.known_by_handle(handle) is None


class TestMiniProgram:
    def test_its_code_makes_a_session_that_pays(self, mall, merchant, fake):
        buyer = a_buyer(mall)
        order = place(mall, buyer, (make_sku(mall, price_fen=1_000), 1))
        from mall.buyers.services import issue_token

        with mall_scope(mall.pk):
            api = Api(mall, token=issue_token(buyer=buyer)[0])
        answer = api.post("wechat/mini-sessions", {"code": new_code(fake.books, merchant.mini_appid, "m1")})
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert told["linked"] is True
        assert "session_key" not in answer.content.decode()
        assert linked(mall) == [(buyer.pk, openid_of(merchant.mini_appid, "m1"))]
        body = {"provider": "wechat_jsapi", "app": "mini_program", "wechat_session": told["wechat_session"]}
        paid = api.post(f"orders/{order.public_id}/payments", body, HTTP_IDEMPOTENCY_KEY="mini-pay-1")
        assert paid.status_code == 201, paid.content
        asked = fake.books.order(merchant.mchid, paid.json()["number"])["asked"]
        assert asked["payer"] == {"openid": openid_of(merchant.mini_appid, "m1")}

    def test_whose_openid_is_another_buyers_pays_and_stays_who_he_is(self, mall, merchant, fake):
        owner, borrower = a_buyer(mall), a_buyer(mall)
        from mall.buyers.services import issue_token

        for buyer, is_linked in ((owner, True), (borrower, False), (owner, True)):
            with mall_scope(mall.pk):
                api = Api(mall, token=issue_token(buyer=buyer)[0])
            code = new_code(fake.books, merchant.mini_appid, "m2")
            assert api.post("wechat/mini-sessions", {"code": code}).json()["linked"] is is_linked
        assert linked(mall) == [(owner.pk, openid_of(merchant.mini_appid, "m2"))]

    def test_a_code_is_good_once(self, mall, merchant, fake):
        code = new_code(fake.books, merchant.mini_appid, "m3")
        api = Api(mall)
        assert api.post("wechat/mini-sessions", {"code": code}).json()["linked"] is False
        again = api.post("wechat/mini-sessions", {"code": code})
        assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "bad_wechat_code")

    def test_a_code_of_the_other_app_is_refused(self, mall, merchant, fake, scope):
        with pytest.raises(BadWeChatCode):
            identity.of_mini_program(new_code(fake.books, merchant.appid, "m4"))

    def test_a_mall_without_secrets_says_so(self, mall, fake, scope):
        with pytest.raises(WeChatNotReady):
            identity.of_mini_program("code")
        with pytest.raises(WeChatNotReady):
            identity.of_page("code")

    def test_a_silent_wechat_is_told_from_a_bad_code(self, mall, merchant, fake, scope):
        for fault in ("lost before", "busy", "garbage"):
            fake.books.faults.append(fault)
            with pytest.raises(WeChatSilent):
                identity.of_mini_program(new_code(fake.books, merchant.mini_appid, "m5"))

    def test_secrets_go_to_no_log(self, mall, merchant, fake, scope, caplog):
        fake.books.faults.append("lost before")
        with pytest.raises(WeChatSilent):
            identity.of_mini_program("somecode")
        assert merchant.mini_app_secret not in caplog.text
        assert merchant.mini_app_secret not in repr(identity.current_account())


class TestAddresses:
    @pytest.mark.parametrize("name", ["WECHAT_API_BASE_URL", "WECHAT_OPEN_BASE_URL", "WECHAT_PAY_BASE_URL"])
    def test_plain_http_leads_to_this_machine_only(self, settings, name):
        from django.core.exceptions import ImproperlyConfigured

        from mall.payments.wechat.client import base_address

        setattr(settings, name, "http://api.weixin.qq.com")
        with pytest.raises(ImproperlyConfigured):
            base_address(name)
        setattr(settings, name, "http://127.0.0.1:9300")
        assert base_address(name) == "http://127.0.0.1:9300"
