"""Buying as people do it on a phone, with their taps and the fields they type counted."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commissions.settlement.models import Commission
from mall import clock
from mall.carts.models import CartItem
from mall.malls.models import Mall
from mall.orders.models import Order, OrderAddress
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.browser.conftest import ANDROID
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    logged_in_phone,
    make_shop,
    phone,
)
from tests.factories.mall import make_mall
from tests.factories.members import make_member, new_phone
from tests.factories.offers import make_costed_sku, make_limited
from tests.factories.referrals import WECHAT, make_link
from tests.factories.trade import make_product, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAPS_MOST, FIELDS_MOST = 12, 6


class Hand:
    """A person's hand on a page: every tap counts, and every field that is typed into."""

    def __init__(self, page: Any) -> None:
        self.page, self.taps, self.fields = page, 0, 0

    def tap(self, what: str) -> None:
        self.page.click(what)
        self.taps += 1

    def type(self, field: str, text: str) -> None:
        """A field is tapped before it is typed into; pasting a whole address is one field."""
        self.tap(field)
        self.page.fill(field, text)
        self.fields += 1


def test_a_stranger_gets_from_a_share_link_to_paid_with_few_taps(server, worker, chromium, picture, record_property):
    mall, product = make_shop()
    promoter = make_member(mall)
    link = make_link(promoter, "product", product=product)
    base, number = f"http://{mall.slug}.localhost:{server}", new_phone()
    page = phone(chromium, user_agent=WECHAT)
    page.goto(f"{base}/s/{link.code}")
    # The tap on the link in the chat.
    hand = Hand(page)
    hand.taps += 1

    hand.tap(".bottom-bar >> text=立即购买")
    hand.tap("#sku >> text=立即购买")
    hand.type("#pasted", f"张三 {number} 浙江省杭州市西湖区文三路1号")
    page.wait_for_selector("text=已识别")
    page.wait_for_selector("input[name=detail][value='文三路1号']")
    picture(page, "buying-1-pasted")
    hand.tap("text=获取验证码")
    hand.type("[name=code]", page.inner_text("[data-demo-code]"))
    hand.tap(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector("text=确认付款")
    picture(page, "buying-2-cashier")
    hand.tap("button:has-text('确认付款')")
    page.wait_for_selector("text=支付成功")
    picture(page, "buying-3-paid")

    record_property("figures", f"{hand.taps} taps, {hand.fields} fields from a share link to paid")
    assert hand.taps <= TAPS_MOST
    assert hand.fields <= FIELDS_MOST
    assert page.troubles == []
    assert paid_for(mall, promoter) == [1_280]
    with mall_scope(mall.pk):
        order = Order.objects.get()
        assert (order.status, order.total_fen) == ("paid", 12_800)
        assert OrderAddress.objects.get(order=order).district == "西湖区"


def paid_for(mall: Mall, promoter: Member) -> list[int]:
    """What came to the promoter, once the worker has been round; [] when nothing does in time."""
    until = time.monotonic() + 10
    found: list[int] = []
    while not found and time.monotonic() < until:
        with mall_scope(mall.pk):
            found = list(Commission.objects.filter(beneficiary=promoter).values_list("accrued_fen", flat=True))
        time.sleep(0.2)
    return found


def test_a_cart_is_filled_changed_and_ordered(server, chromium, picture):
    mall, product = make_shop()
    other = make_product(mall, name="青瓷盖碗", price_fen=6_000)
    member = make_member(mall)
    base = f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    for one in (product, other):
        page.goto(f"{base}/products/{one.public_id}")
        page.click(".bottom-bar >> text=加入购物车")
        with page.expect_response(lambda answer: answer.url.endswith("/cart/items")):
            page.click("#sku >> text=加入购物车")
    page.goto(f"{base}/cart")
    assert page.inner_text(".tabbar .badge") == "2"
    picture(page, "buying-4-cart")
    page.click(f".cartrow:has-text('{other.name}') [data-step='1']")
    page.wait_for_selector(".bottom-bar:has-text('248')")
    assert page.inner_text(".tabbar .badge") == "3"
    page.uncheck(f".cartrow:has-text('{product.name}') input[name=selected]")
    page.wait_for_selector("button:has-text('结算(2)')")
    page.click("button:has-text('结算(2)')")
    page.fill("#pasted", "张三 13800138000 浙江省杭州市西湖区文三路1号")
    page.wait_for_selector("input[name=detail][value='文三路1号']")
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector("text=确认付款 ¥120.00")
    assert page.troubles == []
    with mall_scope(mall.pk):
        assert Order.objects.get().total_fen == 12_000
        assert [item.sku.product_id for item in CartItem.objects.select_related("sku")] == [product.pk]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_buying_sticks_out_of_a_small_screen_with_large_text(server, chromium, picture, scheme):
    mall, _product = make_shop()
    long = make_product(mall, name="云" * 120, price_fen=9_999_999)
    member = make_member(mall)
    base = f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    with mall_scope(mall.pk):
        sku = long.skus.get().public_id
    page.goto(f"{base}/products/{long.public_id}")
    page.click(".bottom-bar >> text=加入购物车")
    with page.expect_response(lambda answer: answer.url.endswith("/cart/items")):
        page.click("#sku >> text=加入购物车")
    for name, path in {
        "cart": "/cart",
        "checkout": f"/checkout?sku={sku}",
        "addresses": "/addresses",
        "address": "/addresses/new",
    }.items():
        page.goto(base + path, wait_until="networkidle")
        page.evaluate("document.documentElement.style.fontSize = '150%'")
        picture(page, f"buying-large-{scheme}-{name}")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, path


def test_the_cart_works_without_scripts(server, chromium):
    mall, product = make_shop()
    base = f"http://{mall.slug}.localhost:{server}"
    member = make_member(mall)
    page = logged_in_phone(chromium, member, base)
    page.goto(f"{base}/products/{product.public_id}")
    page.click(".bottom-bar >> text=加入购物车")
    with page.expect_response(lambda answer: answer.url.endswith("/cart/items")):
        page.click("#sku >> text=加入购物车")
    plain = phone(chromium, user_agent=ANDROID, java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base}/cart")
    plain.fill(".cartrow input[name=quantity]", "3")
    plain.click(".cartrow__foot >> text=更新")
    plain.wait_for_selector("text=结算(3)")


def test_a_quantity_changed_while_the_sum_is_on_its_way_is_the_one_that_everything_says(server, chromium, picture):
    mall = make_mall()
    # Two pieces at ¥80 are left; who wants more pays ¥100 for each.
    sku = make_costed_sku(mall, price_fen=10_000, cost_fen=1_000, name="西湖龙井 明前特级")
    make_limited(mall, sku, 8_000, quantity_limit=2)
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    # The page's own clock stands still: the second question waits until the first answer is there.
    page.clock.install()
    page.goto(f"{base}/checkout?sku={sku.public_id}&quantity=1", wait_until="networkidle")
    page.clock.pause_at(datetime.now(tz=UTC) + timedelta(hours=1))
    held: list[Any] = []
    page.route("**/fragments/amounts", lambda route: route.continue_() if held else held.append(route))
    page.click("[data-step='1']")
    page.clock.run_for(300)
    while not held:
        page.wait_for_timeout(20)
    page.click("[data-step='1']")
    held[0].continue_()
    page.wait_for_selector("#sum:has-text('160')")
    page.clock.run_for(300)
    page.wait_for_selector("#sum:has-text('300')")
    assert page.input_value("[name=quantity]") == "3"
    assert page.inner_text("#piece").replace("\n", "") == "¥100.00"
    assert "×" not in page.inner_text("main")
    picture(page, "checkout-quantity")
    plain = phone(chromium, user_agent=ANDROID, java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base}/checkout?sku={sku.public_id}&quantity=1")
    plain.fill("[name=quantity]", "2")
    plain.click("text=更新")
    plain.wait_for_selector("#sum:has-text('160')")
    assert (plain.input_value("[name=quantity]"), plain.inner_text("#piece").replace("\n", "")) == ("2", "¥80.00")
    assert "×" not in plain.inner_text("main")
    assert page.troubles + plain.troubles == []


def test_a_cashier_that_is_left_open_says_by_itself_when_its_time_is_over(server, chromium, picture):
    mall, product = make_shop()
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    with mall_scope(mall.pk):
        sku = product.skus.get()
    order = place(mall, member.buyer, (sku, 1))
    page = logged_in_phone(chromium, member, base)
    # A phone whose own clock is hours off counts by the server's all the same.
    page.add_init_script("const real = Date.now; Date.now = () => real() + 7.2e6;")
    with mall_scope(mall.pk):
        Order.objects.filter(pk=order.pk).update(expires_at=clock.now() + timedelta(seconds=6))
    page.goto(f"{base}/orders/{order.public_id}/pay")
    assert "00:0" in page.inner_text("time")
    assert page.locator("button:has-text('确认付款')").count() == 1
    page.wait_for_selector("text=订单已关闭", timeout=15_000)
    picture(page, "cashier-closed")
    assert page.locator("button:has-text('确认付款')").count() == 0
    page.click("button:has-text('再次购买')")
    page.wait_for_url("**/cart")
    assert page.troubles == []
    with mall_scope(mall.pk):
        assert [item.sku_id for item in CartItem.objects.filter(buyer=member.buyer)] == [sku.pk]
