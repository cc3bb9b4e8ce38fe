"""The cart's page, for somebody unknown and for a buyer; and the address book's pages."""

from __future__ import annotations

import pytest

from mall.addresses.models import Address
from mall.addresses.services import add_address
from mall.buyers.services import send_phone_code
from mall.carts.models import CartItem
from mall.carts.owners import COOKIE
from mall.catalogue.models import Sku
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import an_address, make_sku, place
from tests.pages.browsing import ADDRESS, logged_in, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db

HTMX = {"hx-request": "true"}


@pytest.fixture
def mall():
    return make_mall()


def in_cart(mall, **which):
    with mall_scope(mall.pk):
        return list(CartItem.objects.filter(**which).order_by("id").values_list("sku", "quantity", "is_selected"))


def put(browser, sku, quantity=1, **more):
    return browser.post("/cart/items", {"sku": sku.public_id, "quantity": quantity}, **more)


def test_a_strangers_cart_lives_in_his_browser_and_follows_him_into_his_account(mall):
    member, sku, his_own = make_member(mall), make_sku(mall), make_sku(mall)
    put(logged_in(mall, member), his_own, 2)
    browser = stranger(mall)
    assert put(browser, sku, 2)["Location"] == "/cart"
    cookie = browser.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    put(browser, sku, 1)
    assert in_cart(mall, buyer=None) == [(sku.pk, 3, True)]
    phone = member.buyer.phone.removeprefix("+86")
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="login")[1]
    assert browser.post("/login", {"phone": phone, "code": code}).status_code == 302
    assert in_cart(mall, buyer=None) == []
    assert in_cart(mall, buyer=member.buyer) == [(his_own.pk, 2, True), (sku.pk, 3, True)]


def test_a_forged_or_foreign_cookie_opens_nobodys_cart(mall):
    sku, other = make_sku(mall), make_mall()
    browser = stranger(mall)
    put(browser, sku)
    mine = browser.cookies[COOKIE].value
    for host, value in ((mall, mine[:-1] + "x"), (mall, "x" * 500), (mall, "é"), (other, mine)):
        thief = stranger(host)
        thief.cookies[COOKIE] = value
        page = thief.get("/cart")
        assert page.status_code == 200
        assert "购物车还是空的" in seen_in(page)


def test_only_who_puts_something_in_gets_a_cookie(mall):
    browser = stranger(mall)
    browser.get("/cart")
    put(browser, make_sku(mall, stock=0))
    browser.post("/cart/selection", {"selected": "1"})
    assert COOKIE not in browser.cookies


def test_the_page_says_what_is_there_what_it_costs_and_what_has_gone(mall):
    there, gone = make_sku(mall, price_fen=1_250), make_sku(mall)
    browser = logged_in(mall, make_member(mall))
    put(browser, there, 4)
    put(browser, gone)
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=gone.pk).update(is_active=False)
        Sku.objects.filter(pk=there.pk).update(price_fen=1_000)
    page = seen_in(browser.get("/cart"))
    for words in ("结算(4)", "40 .00", "比加入时降了 ¥2.50", "失效商品 1 件", "该规格已停售"):
        assert words in page
    browser.post("/cart/clear")
    assert in_cart(mall) == [(there.pk, 4, True)]


def test_quantity_selection_and_removal_answer_with_the_new_cart(mall):
    one, other = make_sku(mall, price_fen=1_000, stock=5), make_sku(mall, price_fen=200)
    browser = logged_in(mall, make_member(mall))
    put(browser, one)
    put(browser, other)
    changed = browser.post(f"/cart/items/{one.public_id}", {"quantity": "3"}, headers=HTMX)
    assert "32 .00" in seen_in(changed)
    assert "<html" not in text_of(changed)
    refused = browser.post(f"/cart/items/{one.public_id}", {"quantity": "6"}, headers=HTMX)
    assert "仅剩 5 件" in seen_in(refused)
    for nothing in ("0", "-1", "x", "", "1e3", "9" * 30, "\u0663"):
        assert browser.post(f"/cart/items/{one.public_id}", {"quantity": nothing}, headers=HTMX).status_code == 200
    assert in_cart(mall) == [(one.pk, 3, True), (other.pk, 1, True)]
    assert "结算(1)" in seen_in(browser.post(f"/cart/items/{one.public_id}", {"selecting": "1"}, headers=HTMX))
    assert "结算(0)" in seen_in(browser.post("/cart/selection", {}, headers=HTMX))
    assert "结算(4)" in seen_in(browser.post("/cart/selection", {"selected": "1"}, headers=HTMX))
    browser.post(f"/cart/items/{one.public_id}", {"remove": "1"})
    assert in_cart(mall) == [(other.pk, 1, True)]


def test_the_badge_and_a_word_come_back_to_the_page_that_added(mall):
    sku = make_sku(mall, stock=3)
    browser = stranger(mall)
    added = put(browser, sku, 2, headers=HTMX)
    assert "已加入购物车" in seen_in(added)
    assert '<span class="badge number">2</span>' in text_of(added)
    assert "仅剩 3 件" in seen_in(put(browser, sku, 2, headers=HTMX))
    assert put(browser, sku, 1, headers={}).status_code == 302
    back = browser.post("/cart/items", {"sku": sku.public_id, "quantity": 9, "next": f"/products/{sku.public_id}"})
    assert back["Location"] == f"/products/{sku.public_id}"
    assert browser.post("/cart/items", {"sku": sku.public_id, "quantity": 1, "next": "//evil.example"})["Location"] == (
        "/cart"
    )


def test_an_order_is_bought_again_from_its_page(mall):
    member, sku = make_member(mall), make_sku(mall)
    order = place(mall, member.buyer, (sku, 2))
    browser = logged_in(mall, member)
    assert browser.post(f"/orders/{order.public_id}/again")["Location"] == "/cart"
    assert in_cart(mall) == [(sku.pk, 2, True)]
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(is_active=False)
    assert browser.post(f"/orders/{order.public_id}/again")["Location"] == f"/orders/{order.public_id}"
    assert logged_in(mall, make_member(mall)).post(f"/orders/{order.public_id}/again").status_code == 404
    with mall_scope(mall.pk):
        assert Order.objects.count() == 1


def test_the_address_book_is_written_on_its_pages(mall):
    member = make_member(mall)
    browser = logged_in(mall, member)
    assert "还没有收货地址" in seen_in(browser.get("/addresses"))
    browser.post("/addresses/new", {**ADDRESS, "detail": "一号"})
    browser.post("/addresses/new", {**ADDRESS, "detail": "二号", "is_default": "on"})
    with mall_scope(mall.pk):
        first, second = Address.objects.order_by("id")
    assert (first.is_default, second.is_default) == (False, True)
    page = seen_in(browser.get("/addresses"))
    assert "138****8000" in page
    assert "13800138000" not in page
    browser.post(f"/addresses/{first.public_id}/default")
    refused = browser.post(f"/addresses/{first.public_id}", {**ADDRESS, "city": "杭州市"})
    assert 'role="alert"' in text_of(refused)
    browser.post(f"/addresses/{second.public_id}/delete")
    with mall_scope(mall.pk):
        assert list(Address.objects.values_list("detail", "is_default", "city")) == [("一号", True, "深圳市")]


def test_a_pasted_address_is_read_by_a_button_too(mall):
    browser = logged_in(mall, make_member(mall))
    page = browser.post(
        "/addresses/new",
        {**dict.fromkeys(ADDRESS, ""), "paste": "1", "pasted": "张三 13800138000 浙江省杭州市西湖区文三路1号"},
    )
    assert 'value="文三路1号"' in text_of(page)
    with mall_scope(mall.pk):
        assert not Address.objects.exists()


def test_somebody_elses_address_is_not_found(mall):
    owner = make_member(mall)
    with mall_scope(mall.pk):
        theirs = add_address(buyer=owner.buyer, fields=an_address())
    browser = logged_in(mall, make_member(mall))
    path = f"/addresses/{theirs.public_id}"
    assert browser.get(path).status_code == 404
    for post in (path, f"{path}/delete", f"{path}/default"):
        assert browser.post(post, ADDRESS).status_code == 404
    with mall_scope(mall.pk):
        assert Address.objects.count() == 1
