"""Forms sent twice, sent again with something changed, or sent as another form."""

from __future__ import annotations

import pytest

from mall.aftersales.models import Refund
from mall.buyers.services import send_phone_code
from mall.catalogue.models import Sku
from mall.orders.models import Order
from mall.payments import pages
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member, new_phone
from tests.factories.trade import make_sku, pay, place, place_and_pay
from tests.pages.browsing import ADDRESS, hidden, logged_in, seen_in, stranger

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    mall = make_mall()
    member = make_member(mall)
    return mall, member, logged_in(mall, member)


def orders_of(mall):
    with mall_scope(mall.pk):
        return list(Order.objects.order_by("id"))


def test_the_same_form_sent_twice_is_one_order(shop):
    mall, _member, phone = shop
    sku = make_sku(mall)
    page = phone.get(f"/checkout?sku={sku.public_id}")
    given = {**ADDRESS, "sku": sku.public_id, "quantity": "1", "attempt": hidden(page, "attempt")}

    first, second = phone.post("/checkout", given), phone.post("/checkout", given)

    assert first["Location"] == second["Location"]
    assert len(orders_of(mall)) == 1
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=sku.pk).stock == 999


def test_a_strangers_form_whose_answer_was_lost_is_one_order_with_another_code_too(shop):
    mall, _member, _phone = shop
    sku, number = make_sku(mall), new_phone()
    given = {}
    for _sending in range(2):
        # Nothing of the first answer came: neither the log-in nor the way to the cashier.
        browser = stranger(mall)
        page = browser.get(f"/checkout?sku={sku.public_id}")
        given = given or {**ADDRESS, "sku": sku.public_id, "quantity": "1", "attempt": hidden(page, "attempt")}
        with mall_scope(mall.pk):
            code = send_phone_code(phone=number, purpose="login")[1]
        placed = browser.post("/checkout", {**given, "phone": number, "code": code})
        assert placed.status_code == 302
    assert len(orders_of(mall)) == 1


def test_who_goes_back_and_changes_something_gets_what_he_asked_for(shop):
    mall, _member, phone = shop
    page = phone.get(f"/checkout?sku={make_sku(mall).public_id}")
    given = {**ADDRESS, "sku": hidden(page, "sku"), "attempt": hidden(page, "attempt")}

    first, second = (phone.post("/checkout", {**given, "quantity": quantity}) for quantity in ("1", "3"))

    assert first["Location"] != second["Location"]
    with mall_scope(mall.pk):
        assert [order.lines.get().quantity for order in Order.objects.order_by("id")] == [1, 3]


def test_the_attempt_of_another_form_does_what_this_form_says(shop):
    mall, member, phone = shop
    sku = make_sku(mall, price_fen=5_000)
    attempt = hidden(phone.get(f"/checkout?sku={sku.public_id}"), "attempt")
    phone.post("/checkout", {**ADDRESS, "sku": sku.public_id, "quantity": "1", "attempt": attempt})
    order = place_and_pay(mall, member.buyer, (sku, 1))
    with mall_scope(mall.pk):
        line = order.lines.get()

    given = {f"amount_{line.pk}": "1", f"quantity_{line.pk}": "0", "why": "flaw", "attempt": attempt}
    assert phone.post(f"/orders/{order.public_id}/cases/new", given).status_code == 302
    with mall_scope(mall.pk):
        assert Refund.objects.get(order=order).amount_fen == 100


def test_an_attempt_that_was_refused_can_be_sent_again(shop):
    mall, _member, phone = shop
    sku = make_sku(mall, stock=2)
    page = phone.get(f"/checkout?sku={sku.public_id}&quantity=3")
    given = {**ADDRESS, "sku": sku.public_id, "attempt": hidden(page, "attempt")}

    refused = phone.post("/checkout", {**given, "quantity": "3"})
    assert "仅剩 2 件" in seen_in(refused)
    assert orders_of(mall) == []
    assert hidden(refused, "attempt") == given["attempt"]
    assert phone.post("/checkout", {**given, "quantity": "2"}).status_code == 302
    assert len(orders_of(mall)) == 1


def test_a_second_tap_on_pay_ends_where_the_first_one_does(shop, monkeypatch):
    mall, member, phone = shop
    seen_before = place(mall, member.buyer)
    pay(seen_before)
    assert seen_before.paid_at is None
    real, stale = pages.mine, [seen_before]
    monkeypatch.setattr(pages, "mine", lambda *given: stale.pop() if stale else real(*given))
    answer = phone.post(f"/orders/{seen_before.public_id}/pay", {"provider": "sandbox"})
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{seen_before.public_id}/paid")
    assert not stale
