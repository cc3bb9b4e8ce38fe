"""Forms sent by "enter", without a line, or twice: what was typed stays, and a button says that it was heard."""

from __future__ import annotations

from typing import Any

import pytest

from mall.addresses.models import Address
from mall.addresses.services import add_address
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    logged_in_phone,
)
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import an_address, make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at_checkout(chromium: Any, server: str) -> Any:
    """A member with an address before the checkout of one piece."""
    mall = make_mall()
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    sku = make_product(mall, name="高山绿茶", price_fen=5_000).skus
    page = logged_in_phone(chromium, member, base)
    page.mall, page.base = mall, base
    with mall_scope(mall.pk):
        add_address(buyer=member.buyer, fields=an_address())
        wanted = sku.get().public_id
    page.goto(f"{base}/checkout?sku={wanted}", wait_until="networkidle")
    return page


def count(page: Any, model: Any) -> int:
    with mall_scope(page.mall.pk):
        return model.objects.count()


def test_without_a_line_a_form_is_not_sent_and_keeps_what_was_typed(server, chromium):
    page = at_checkout(chromium, server)
    page.fill("[name=note]", "请轻放")
    page.context.set_offline(True)
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector(".toast:has-text('网络不稳定')")
    assert page.input_value("[name=note]") == "请轻放"
    page.context.set_offline(False)
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector("text=确认付款")
    assert count(page, Order) == 1
    assert page.troubles == []


def test_a_phone_that_is_wrong_about_its_line_can_still_order(server, chromium):
    page = at_checkout(chromium, server)
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector(".toast:has-text('网络不稳定')")
    assert count(page, Order) == 0
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector("text=确认付款")
    assert count(page, Order) == 1
    assert page.troubles == []


def test_a_button_outside_of_its_form_shows_that_it_was_heard_and_sends_once(server, chromium):
    page = at_checkout(chromium, server)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button = page.locator(".bottom-bar button:has-text('提交订单')")
    heard = button.evaluate("one => { one.click(); one.click(); one.click(); return one.ariaDisabled; }")
    page.wait_for_selector("text=确认付款")
    assert heard == "true"
    assert len(sent) == 1
    assert count(page, Order) == 1


def test_enter_in_a_field_is_no_button_that_nobody_sees(server, chromium):
    page = at_checkout(chromium, server)
    page.evaluate("window.hasStayed = true")
    page.press("[name=note]", "Enter")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hasStayed")
    page.goto(f"{page.base}/addresses/new", wait_until="networkidle")
    page.fill("#pasted", "张三 13800138000 浙江省杭州市西湖区文三路1号")
    page.wait_for_selector("input[name=detail][value='文三路1号']")
    page.press("[name=detail]", "Enter")
    page.wait_for_selector("text=地址已保存")
    assert count(page, Address) == 2
