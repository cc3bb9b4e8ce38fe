"""Who bought without an account: finds his order by its link, and has it all once he says who he is."""

from __future__ import annotations

import re

import pytest

from mall.addresses.models import Address
from mall.buyers.models import Buyer
from mall.buyers.services import create_guest, send_phone_code
from mall.buyers.sessions import COOKIE
from mall.orders.links import link_token
from mall.orders.models import Order
from mall.orders.services import ship_order
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.factories.http import Api
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member, new_phone
from tests.factories.trade import make_sku, place, place_and_pay
from tests.pages.browsing import ADDRESS, hidden, logged_in, places, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db

PASSWORD = "Quite-new-55"


@pytest.fixture
def mall():
    return make_mall()


def code_for(mall, phone, purpose="login"):
    with mall_scope(mall.pk):
        return send_phone_code(phone=phone, purpose=purpose)[1]


def rows(mall, model, **which):
    with mall_scope(mall.pk):
        return list(model.objects.filter(**which).order_by("id"))


def link_to(mall, order):
    with mall_scope(mall.pk):
        return f"/o/{link_token(order)}"


def bought_by_a_stranger(mall, phone):
    """An order placed in a browser of its own with a proved phone: (the browser, the order)."""
    browser, sku = stranger(mall), make_sku(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    form = {"attempt": hidden(page, "attempt"), "sku": str(sku.public_id), "quantity": "1", "note": "", **ADDRESS}
    browser.post("/checkout", {**form, "phone": phone, "code": code_for(mall, phone)})
    return browser, rows(mall, Order)[-1]


def test_the_link_is_shown_where_the_guest_is_done_and_opens_the_order_on_another_phone(mall):
    browser, order = bought_by_a_stranger(mall, new_phone())
    assert browser.post(f"/orders/{order.public_id}/pay", {"provider": "sandbox"}).status_code == 302
    for address in (f"/orders/{order.public_id}/paid", f"/orders/{order.public_id}"):
        shown = re.findall(r'href="(http://[^"]+/o/[^"]+)"', text_of(browser.get(address)))
        assert shown == [f"http://{mall.slug}.localhost{link_to(mall, order)}"]
    with mall_scope(mall.pk):
        ship_order(order=order, company="顺丰速运", number="SF1234567890", actor=owner_of(mall))

    page = stranger(mall).get(link_to(mall, order))

    for text in (order.number, "待收货", "顺丰速运", "SF1234567890"):
        assert text in seen_in(page)
    assert page["Cache-Control"] == "private, no-store"
    assert "noindex" in page["X-Robots-Tag"]


def test_the_link_tells_neither_who_nor_where_and_lets_nobody_do_anything(mall):
    _browser, order = bought_by_a_stranger(mall, new_phone())
    page = stranger(mall).get(link_to(mall, order))
    for secret in (ADDRESS["name"], ADDRESS["detail"], rows(mall, Buyer)[0].phone.removeprefix("+86")):
        assert secret not in text_of(page)
    assert "<form" not in text_of(page)
    assert COOKIE not in page.cookies
    assert [place for place in places(page) if place.startswith("/orders")] == []
    assert f"/login?next=/orders/{order.public_id}".replace("/", "%2F")[9:] in text_of(page)
    assert stranger(mall).post(link_to(mall, order)).status_code == 405
    assert rows(mall, Order)[0].status == "awaiting_payment"


def test_its_owner_is_led_to_the_order_itself_and_a_member_is_shown_no_link(mall):
    browser, order = bought_by_a_stranger(mall, new_phone())
    assert browser.get(link_to(mall, order))["Location"] == f"/orders/{order.public_id}"
    member = make_member(mall)
    his = place_and_pay(mall, member.buyer)
    assert "/o/" not in text_of(logged_in(mall, member).get(f"/orders/{his.public_id}"))


def test_another_malls_link_and_a_forged_one_are_one_and_the_same_404(mall):
    elsewhere = make_mall()
    foreign = place(elsewhere, make_member(elsewhere).buyer)
    order = place(mall, make_member(mall).buyer)
    answers = {
        stranger(mall).get(address).status_code
        for address in (link_to(elsewhere, foreign), link_to(mall, order)[:-1], f"/o/{order.public_id}", "/o/x:y")
    }
    assert answers == {404}


def test_a_guest_logs_in_with_the_phone_he_bought_with_on_any_phone(mall):
    phone = new_phone()
    _browser, order = bought_by_a_stranger(mall, phone)
    other = stranger(mall)
    assert "下过单的手机号可以直接登录" in seen_in(other.get("/login"))
    done = other.post("/login", {"phone": phone, "code": code_for(mall, phone), "next": f"/orders/{order.public_id}"})
    assert done["Location"] == f"/orders/{order.public_id}"
    assert order.number in seen_in(other.get("/orders"))
    assert rows(mall, Member) == []


def test_who_registers_in_another_browser_has_what_he_bought_as_a_guest(mall):
    phone = new_phone()
    browser, order = bought_by_a_stranger(mall, phone)
    other = stranger(mall)
    other.post("/register", {"phone": phone, "code": code_for(mall, phone, "register"), "agree": "on"})
    assert order.number in seen_in(other.get("/orders"))
    (buyer,) = rows(mall, Buyer)
    assert (buyer.is_guest, buyer.phone, len(rows(mall, Address, buyer=buyer))) == (False, f"+86{phone}", 1)
    # The guest's browser was let in as a guest; it is not logged in as the member.
    assert browser.get("/orders").status_code == 302


def test_a_password_proves_no_phone_and_brings_nobody_a_guests_orders(mall):
    mall = make_mall(phone_proof_required=False)
    phone = new_phone()
    with mall_scope(mall.pk):
        guest = Buyer.objects.create(is_guest=True, phone=f"+86{phone}")
    order = place(mall, guest)
    other = stranger(mall)
    other.post("/register", {"phone": phone, "password": PASSWORD, "agree": "on"})
    other.post("/login?by=password", {"phone": phone, "password": PASSWORD})
    assert order.number not in seen_in(other.get("/orders"))
    assert rows(mall, Order)[0].buyer_id == guest.pk


def test_what_was_bought_in_this_browser_without_a_phone_is_his_who_logs_in_here():
    mall = make_mall(phone_proof_required=False)
    member = make_member(mall, password=PASSWORD)
    with mall_scope(mall.pk):
        guest = create_guest()
    order = place(mall, guest)
    browser = logged_in(mall, guest)
    browser.post("/login?by=password", {"phone": member.buyer.phone, "password": PASSWORD})
    assert order.number in seen_in(browser.get("/orders"))
    assert [row.buyer_id for row in rows(mall, Order)] == [member.buyer_id]


def test_who_lends_his_browser_keeps_what_he_bought_with_his_own_phone(mall):
    lender = new_phone()
    browser, order = bought_by_a_stranger(mall, lender)
    guest = order.buyer_id
    borrower = new_phone()
    browser.post("/register", {"phone": borrower, "code": code_for(mall, borrower, "register"), "agree": "on"})
    assert order.number not in seen_in(browser.get("/orders"))
    assert [row.buyer_id for row in rows(mall, Order)] == [guest]
    assert len(rows(mall, Member)) == 1


def test_an_app_logs_a_guest_in_by_the_code_and_sees_his_orders_and_no_member(mall):
    phone = new_phone()
    _browser, order = bought_by_a_stranger(mall, phone)
    api = Api(mall)
    answer = api.post("tokens", {"phone": phone, "code": code_for(mall, phone)})
    assert (answer.status_code, answer.json()["member"]) == (201, None)
    his = Api(mall, token=answer.json()["token"])
    assert [one["id"] for one in his.get("orders").json()["results"]] == [str(order.public_id)]
    assert his.get("me").status_code == 403
    assert his.get("balance").status_code == 403
    # A phone that never bought here is nobody's, whatever code it has.
    stranger_phone = new_phone()
    unknown = api.post("tokens", {"phone": stranger_phone, "code": code_for(mall, stranger_phone)})
    assert (unknown.status_code, len(rows(mall, Buyer))) == (400, 1)
