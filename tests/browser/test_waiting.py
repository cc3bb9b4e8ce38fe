"""Pages that wait for what others do, and buttons under an impatient thumb."""

from __future__ import annotations

from typing import Any

import pytest

from mall.coupons.models import Coupon
from mall.payments.services import mark_succeeded, start_payment
from mall.tenancy.context import mall_scope
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    logged_in_phone,
)
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.offers import make_coupons
from tests.factories.trade import make_sku, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BAD_GATEWAY = 502
# The page asks every five seconds.
ASKS_AFTER_MS = 5_000


def waiting_for_a_transfer(chromium: Any, server: str) -> Any:
    """A buyer whose merchant has not seen his money yet, on a page whose clock the test moves."""
    mall = make_mall(bank_instructions=["户名：云山茶事"])
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    order = place(mall, member.buyer, (make_sku(mall), 1))
    page = logged_in_phone(chromium, member, base)
    with mall_scope(mall.pk):
        page.payment = start_payment(order=order, provider="bank_transfer")
    page.mall, page.address = mall, f"/orders/{order.public_id}/paid"
    page.clock.install()
    page.goto(base + page.address, wait_until="networkidle")
    page.wait_for_selector("text=等待商家确认收款")
    return page


def test_a_payment_is_seen_although_questions_about_it_have_failed(server, chromium):
    page = waiting_for_a_transfer(chromium, server)
    page.route(f"**{page.address}", lambda route: route.fulfill(status=BAD_GATEWAY))
    for _ in range(2):
        with page.expect_response(lambda answer: answer.status == BAD_GATEWAY):
            page.clock.run_for(ASKS_AFTER_MS)
    assert page.locator(".toast").count() == 0
    page.unroute_all()
    with mall_scope(page.mall.pk):
        mark_succeeded(payment=page.payment, actor=owner_of(page.mall))
    page.clock.run_for(ASKS_AFTER_MS)
    page.wait_for_selector("text=支付成功")


def test_who_is_no_longer_logged_in_is_asked_to_and_comes_back_to_the_page(server, chromium):
    page = waiting_for_a_transfer(chromium, server)
    page.context.clear_cookies()
    page.clock.run_for(ASKS_AFTER_MS)
    page.wait_for_url(f"**/login?next={page.address.replace('/', '%2F')}")
    assert page.input_value("[name=next]") == page.address


def test_three_taps_ask_once_and_take_one_coupon_where_three_are_allowed(server, chromium):
    mall = make_mall()
    make_coupons(mall, name="新客立减十元", per_person=3)
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    page.goto(f"{base}/coupons/centre", wait_until="networkidle")
    sent: list[Any] = []

    def hold(route: Any) -> None:
        sent.append(route)

    page.route("**/take", hold)
    page.locator("button:has-text('领取')").evaluate("""async button => {
        for (let taps = 0; taps < 3; taps++) {
            button.click();
            await new Promise(later => setTimeout(later, 100));
        }
    }""")
    assert len(sent) == 1
    sent[0].continue_()
    page.wait_for_selector(".toast:has-text('领取')")
    with mall_scope(mall.pk):
        assert Coupon.objects.filter(buyer=member.buyer).count() == 1
    assert page.troubles == []
