"""A buyer on a bad line: scripts and answers that are late or never come, "back", and forms sent again."""

from __future__ import annotations

from typing import Any

import pytest

from mall.carts.models import CartItem
from mall.carts.owners import CartOwner
from mall.carts.services import add_item
from mall.catalogue.services import create_product
from mall.tenancy.context import mall_scope
from tests.browser.conftest import ANDROID, CHROMIUM, FLAGS
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    logged_in_phone,
    phone,
)
from tests.factories.mall import make_mall
from tests.factories.members import make_member, new_phone
from tests.factories.trade import make_product, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def make_sizes(mall: Any) -> Any:
    """A product in two sizes, at ¥50 and ¥90."""
    with mall_scope(mall.pk):
        sizes = [("100克", 5_000), ("250克", 9_000)]
        skus = [{"specs": {"规格": size}, "price_fen": price_fen, "stock": 9} for size, price_fen in sizes]
        return create_product(name="高山绿茶", skus=skus)


def without(page: Any, *names: str) -> None:
    """Scripts of these names never come."""
    for name in names:
        page.route(f"**/{name}*.js", lambda route: route.abort())


@pytest.mark.parametrize("name", ["h5", "sku", "htmx"])
def test_a_script_that_never_comes_leaves_a_page_that_one_can_buy_with(server, chromium, picture, name):
    mall = make_mall()
    product = make_sizes(mall)
    base, page = f"http://{mall.slug}.localhost:{server}", phone(chromium, user_agent=ANDROID)
    without(page, name)
    page.goto(f"{base}/products/{product.public_id}", wait_until="networkidle")
    picture(page, f"bad-line-without-{name}")
    # Without the frame's own script nobody can tell; the page is then one without scripts.
    assert page.is_visible("text=页面没有加载完整") == (name != "h5")
    page.click(".bottom-bar >> text=立即购买")
    page.click("#sku .chip:has-text('250克')")
    picture(page, f"bad-line-without-{name}-sheet")
    page.click("#sku >> text=立即购买")
    page.wait_for_url("**/checkout*")
    if name == "htmx":
        page.wait_for_selector("text=页面没有加载完整")
        page.fill("[name=quantity]", "2")
        page.click("text=更新")
        page.wait_for_selector("#sum:has-text('180')")
        picture(page, "bad-line-without-htmx-checkout")
        page.unroute_all()
        page.click("text=重新加载")
        page.wait_for_selector("text=页面没有加载完整", state="hidden")
    assert [one for one in page.troubles if "ERR_FAILED" not in one] == []


def test_a_script_that_a_network_puts_into_the_page_is_not_missed(server, chromium):
    mall = make_mall()
    base, page = f"http://{mall.slug}.localhost:{server}", phone(chromium, user_agent=ANDROID)
    page.goto(f"{base}/products/{make_sizes(mall).public_id}", wait_until="networkidle")
    page.route("**/ads.js", lambda route: route.abort())
    page.evaluate("""() => new Promise(failed => document.body.append(
        Object.assign(document.createElement("script"), { src: "http://10.0.0.1/ads.js", onerror: failed })))""")
    assert page.is_hidden("text=页面没有加载完整")
    page.click(".bottom-bar >> text=立即购买")
    page.wait_for_selector("#sku.sheet_open")


class SlowScripts:
    """Scripts of these names are on their way until they may come."""

    def __init__(self, page: Any, *names: str) -> None:
        self.held: list[Any] = []
        self.may_come = False
        for name in names:
            page.route(f"**/{name}*.js", self._meet)

    def _meet(self, route: Any) -> None:
        if self.may_come:
            route.continue_()
        else:
            self.held.append(route)

    def come(self) -> None:
        assert self.held
        self.may_come = True
        for route in self.held:
            route.continue_()


def test_what_is_tapped_and_typed_before_the_scripts_have_come_is_done_all_the_same(server, chromium, picture):
    mall = make_mall()
    product = make_sizes(mall)
    base, page = f"http://{mall.slug}.localhost:{server}", phone(chromium, user_agent=ANDROID)
    scripts = SlowScripts(page, "sku", "htmx")
    page.goto(f"{base}/products/{product.public_id}", wait_until="commit")
    page.click(".bottom-bar >> text=立即购买")
    page.click("#sku .chip:has-text('250克')")
    picture(page, "buying-before-the-scripts")
    page.click("#sku >> text=加入购物车")
    assert page.locator("#cart-badge .badge").count() == 0
    scripts.come()
    page.wait_for_selector("#cart-badge .badge:has-text('1')")
    page.wait_for_selector("#sku", state="hidden")
    assert "#" not in page.url
    with mall_scope(mall.pk):
        assert [(item.sku.price_fen, item.quantity) for item in CartItem.objects.select_related("sku")] == [(9_000, 1)]

    scripts = SlowScripts(page, "htmx")
    page.goto(f"{base}/checkout?cart=1", wait_until="commit")
    page.fill("#pasted", f"张三 {new_phone()} 浙江省杭州市西湖区文三路1号")
    page.click("text=获取验证码")
    scripts.come()
    page.wait_for_selector("input[name=detail][value='文三路1号']")
    assert page.troubles == []


class LateAnswers:
    """Answers of this address are on their way, in the order they were asked for, until let through."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.held: list[Any] = []
        page.route(address, self._hold)

    def _hold(self, route: Any) -> None:
        self.held.append(route)

    def wait(self, count: int = 1) -> None:
        """Until so many are asked for and not answered."""
        while len(self.held) < count:
            self.page.wait_for_timeout(20)

    def come(self, *, status: int = 200) -> None:
        """The oldest comes; another status than 200 comes in its place."""
        self.wait()
        route = self.held.pop(0)
        with self.page.expect_event("requestfinished"):
            route.continue_() if status == 200 else route.fulfill(status=status)


def filled_cart(chromium: Any, server: str) -> Any:
    """A member before his cart: tea at ¥10 and a bowl at ¥100, one of each."""
    mall = make_mall()
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    with mall_scope(mall.pk):
        for name, price_fen in (("青瓷盖碗", 10_000), ("高山绿茶", 1_000)):
            sku = make_product(mall, name=name, price_fen=price_fen).skus.get()
            add_item(owner=CartOwner(member.buyer), sku_id=sku.public_id, quantity=1)
    page = logged_in_phone(chromium, member, base)
    page.mall = mall
    page.goto(f"{base}/cart", wait_until="networkidle")
    return page


def more(page: Any, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.click(f".cartrow:has-text('{name}') [data-step='1']")


def figures(page: Any) -> tuple[list[str], str, str]:
    """Quantities, sum and button of the cart as the page shows them."""
    quantities = page.locator(".cartrow [name=quantity]").evaluate_all("all => all.map(one => one.value)")
    button = page.inner_text(".bottom-bar .btn_main")
    return quantities, page.inner_text(".bottom-bar__sum").split("¥")[1], button


def in_cart(page: Any) -> list[int]:
    with mall_scope(page.mall.pk):
        return [item.quantity for item in CartItem.objects.order_by("-id")]


def test_what_is_tapped_in_the_cart_while_an_answer_is_on_its_way_stays(server, chromium):
    page = filled_cart(chromium, server)
    late = LateAnswers(page, "**/cart/items/*")
    more(page, "高山绿茶")
    late.wait()
    more(page, "高山绿茶", 3)
    more(page, "青瓷盖碗", 2)
    page.wait_for_timeout(400)
    # One at a time: two at once could be answered in the wrong order.
    assert len(late.held) == 1
    for _ in range(3):
        late.come()
    page.wait_for_selector(".bottom-bar:has-text('350.00')")
    assert figures(page) == (["5", "3"], "350.00", "结算(8)")
    assert in_cart(page) == [5, 3]
    assert page.troubles == []


@pytest.mark.parametrize("status", [500, 502])
def test_a_change_that_the_shop_has_not_heard_of_does_not_stand_in_the_cart(server, chromium, status):
    page = filled_cart(chromium, server)
    late = LateAnswers(page, "**/cart/items/*")
    more(page, "青瓷盖碗", 2)
    late.come(status=status)
    page.wait_for_selector(".toast:has-text('网络不稳定')")
    assert figures(page) == (["1", "1"], "110.00", "结算(2)")
    page.unroute_all()
    more(page, "青瓷盖碗")
    page.wait_for_selector(".bottom-bar:has-text('210.00')")
    assert in_cart(page) == [1, 2]


def test_who_goes_to_the_checkout_at_once_takes_along_what_he_tapped_last(server, chromium):
    page = filled_cart(chromium, server)
    late = LateAnswers(page, "**/cart/items/*")
    more(page, "青瓷盖碗")
    page.click("text=结算(2)")
    late.come()
    page.wait_for_url("**/checkout?cart=1*")
    assert "210.00" in page.inner_text("#sum")
    assert page.troubles == []


def test_an_answer_that_never_comes_is_given_up_with_a_word(server, chromium):
    mall = make_mall()
    product = make_sizes(mall)
    base, page = f"http://{mall.slug}.localhost:{server}", phone(chromium, user_agent=ANDROID)
    page.goto(f"{base}/login", wait_until="networkidle")
    page.fill("[name=phone]", new_phone())
    # Twenty seconds as four tenths.
    page.evaluate("htmx.config.timeout /= 50")
    LateAnswers(page, "**/fragments/phone-code/*")
    page.click("text=获取验证码")
    page.wait_for_selector(".toast:has-text('网络不稳定')")
    page.wait_for_selector("button:has-text('获取验证码'):enabled")

    page.goto(f"{base}/products/{product.public_id}", wait_until="networkidle")
    page.evaluate("htmx.config.timeout /= 50")
    late = LateAnswers(page, "**/fragments/form-token")
    page.click(".bottom-bar >> text=加入购物车")
    page.click("#sku .chip:has-text('250克')")
    page.click("#sku >> text=加入购物车")
    late.wait()
    page.wait_for_selector(".toast:has-text('网络不稳定')")
    page.wait_for_selector("#sku button:has-text('加入购物车'):enabled")


def test_back_to_the_cart_shows_what_lies_in_it_now(server, chromium):
    page = filled_cart(chromium, server)
    # Stored under the cookies it has now.
    page.reload(wait_until="networkidle")
    more(page, "青瓷盖碗")
    page.wait_for_selector(".bottom-bar:has-text('210.00')")
    page.click("text=结算(3)")
    page.wait_for_url("**/checkout?cart=1*")
    # Without a line the page is kept as it is, and fetched once there is one again.
    page.context.set_offline(True)
    page.go_back()
    page.wait_for_selector(".cartrow")
    page.context.set_offline(False)
    page.wait_for_selector(".bottom-bar:has-text('210.00')")
    assert figures(page) == (["1", "2"], "210.00", "结算(3)")


def test_back_to_the_checkout_shows_the_sum_of_what_stands_in_its_fields(server, chromium):
    mall = make_mall()
    product, member = make_sizes(mall), make_member(mall)
    base = f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    page.goto(f"{base}/products/{product.public_id}", wait_until="networkidle")
    page.click(".bottom-bar >> text=立即购买")
    page.click("#sku .chip:has-text('250克')")
    page.click("#sku >> text=立即购买")
    page.wait_for_url("**/checkout*")
    page.wait_for_load_state("networkidle")
    page.click("[data-step='1']")
    page.select_option("[name=province]", "浙江省")
    page.wait_for_selector("#sum:has-text('180')")
    page.wait_for_selector("option[value='杭州市']", state="attached")
    page.goto(f"{base}/me")
    page.go_back()
    page.wait_for_selector("option[value='杭州市']", state="attached")
    page.wait_for_selector("#sum:has-text('180')")
    assert page.input_value("[name=quantity]") == "2"
    page.go_back()
    page.click(".bottom-bar >> text=立即购买")
    shown = page.inner_text("#sku [data-price]").replace("\n", "")
    chosen = page.eval_on_selector_all("#sku [name=sku]:checked", "all => all.map(one => '¥' + one.dataset.price)")
    assert chosen in ([], [shown])
    assert page.troubles == []


def test_back_to_the_cashier_after_paying_says_that_it_is_paid(server, chromium):
    mall = make_mall()
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    sku = make_product(mall, name="高山绿茶", price_fen=5_000).skus
    with mall_scope(mall.pk):
        order = place(mall, member.buyer, (sku.get(), 1))
    # As people's browsers are: pages that were left stay in memory.
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=list(FLAGS), ignore_default_args=["--disable-back-forward-cache"]
    )
    page = logged_in_phone(browser, member, base)
    page.goto(f"{base}/orders/{order.public_id}/pay", wait_until="networkidle")
    page.click("button:has-text('确认付款')")
    page.wait_for_selector("h2:has-text('支付成功')")
    with page.expect_navigation(wait_until="commit"):
        page.evaluate("history.back()")
    page.wait_for_selector("h2:has-text('支付成功')")
    assert page.locator("button:has-text('确认付款')").count() == 0
    browser.close()


def at_checkout(chromium: Any, server: str) -> Any:
    """A member before the checkout of one piece at ¥50."""
    mall = make_mall()
    member, base = make_member(mall), f"http://{mall.slug}.localhost:{server}"
    sku = make_product(mall, name="高山绿茶", price_fen=5_000).skus
    page = logged_in_phone(chromium, member, base)
    page.mall = mall
    with mall_scope(mall.pk):
        page.goto(f"{base}/checkout?sku={sku.get().public_id}", wait_until="networkidle")
    return page


def test_what_is_typed_while_a_pasted_address_is_read_stays(server, chromium):
    page = at_checkout(chromium, server)
    late = LateAnswers(page, "**/fragments/address")
    page.fill("#pasted", "张三 13800138000 浙江省杭州市西湖区文三路1号")
    late.wait()
    page.fill("[name=detail]", "文三路1号 3 楼")
    late.come()
    page.wait_for_selector("[name=name][value='张三']")
    assert page.input_value("[name=detail]") == "文三路1号 3 楼"
    assert page.input_value("[name=district]") == "西湖区"
    assert page.troubles == []


def test_the_province_that_was_chosen_last_is_the_one_whose_cities_come(server, chromium):
    page = at_checkout(chromium, server)
    late = LateAnswers(page, "**/fragments/regions*")
    page.select_option("[name=province]", "江苏省")
    late.wait()
    page.select_option("[name=province]", "浙江省")
    page.wait_for_timeout(300)
    late.held.pop(0).continue_()
    page.wait_for_timeout(300)
    for route in late.held:
        route.continue_()
    page.wait_for_selector("[name=city] option >> nth=1", state="attached")
    assert page.input_value("[name=province]") == "浙江省"
    assert page.locator("option[value='杭州市']").count() == 1


@pytest.mark.parametrize("status", [500, 502])
def test_a_sum_that_could_not_be_fetched_is_none_until_it_could(server, chromium, picture, status):
    page = at_checkout(chromium, server)
    late = LateAnswers(page, "**/fragments/amounts")
    page.click("[data-step='1']")
    late.come(status=status)
    page.wait_for_selector("#sum:text-is('—')")
    page.wait_for_selector("#amounts", state="hidden")
    picture(page, "bad-line-no-sum")
    late.come()
    page.wait_for_selector("#sum:has-text('100.00')")
    page.wait_for_selector("#amounts:has-text('100.00')")
