"""The one loop that everything serves, on a phone: share, open, register, order, pay, earn."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from commissions.plans.services import change_plan
from commissions.settlement.models import Commission
from mall.buyers.services import issue_token
from mall.buyers.sessions import COOKIE
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.browser.conftest import ANDROID
from tests.browser.looking import is_trouble
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member, new_phone
from tests.factories.referrals import WECHAT
from tests.factories.trade import make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE_SCREEN = {"width": 390, "height": 844}
APPEARS_WITHIN_SECONDS = 5


@pytest.fixture(autouse=True)
def _beside_playwrights_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright runs a loop in this thread; the tests' own queries wait for nobody in it.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def phone(chromium: Any, **more: Any) -> Any:
    """A page on a phone; an error in a script or of the server fails the test."""
    context = chromium.new_context(viewport=PHONE_SCREEN, locale="zh-CN", has_touch=True, **more)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda said: page.troubles.append(said.text) if is_trouble(said) else None)
    return page


def logged_in_phone(chromium: Any, member: Member, base: str) -> Any:
    page = phone(chromium, user_agent=ANDROID)
    with mall_scope(member.mall_id):
        token = issue_token(buyer=member.buyer, kind="session")[0]
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
    return page


def take_link(page: Any, address: str) -> str:
    """The promoter opens the product and takes its link for WeChat."""
    page.goto(address)
    page.click("#share button:has-text('微信')")
    page.wait_for_selector("[data-link-address]")
    return page.inner_text("[data-link-address]")


def register(page: Any, number: str) -> None:
    page.fill("[name=phone]", number)
    page.click("text=获取验证码")
    page.fill("[name=code]", page.inner_text("[data-demo-code]"))
    page.fill("[name=nickname]", "陈一诺")
    page.check("[name=agree]")
    page.click("main button:text-is('注册')")


def choose(page: Any, name: str, option: str) -> None:
    """As a person would: an answer that has just come listens only once htmx has settled it."""
    page.wait_for_selector(f"option[value='{option}']", state="attached")
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')")
    page.select_option(f"[name={name}]", option)


def order_and_pay(page: Any, keep: Any) -> None:
    page.fill("[name=name]", "陈一诺")
    for name, region in (("province", "浙江省"), ("city", "杭州市"), ("district", "西湖区")):
        choose(page, name, region)
    page.fill("[name=detail]", "文三路 478 号")
    page.click("[data-step='1']")
    page.wait_for_selector("#sum:has-text('256')")
    keep(page, "loop-4-checkout")
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector("text=确认付款")
    keep(page, "loop-5-cashier")
    page.click("button:has-text('确认付款')")


def make_shop() -> tuple[Mall, Any]:
    mall = make_mall(name="云山茶事", notice="新茶四月上市")
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [1000, 500]})
    return mall, make_product(mall, name="西湖龙井 明前特级", price_fen=12_800)


def test_a_stranger_buys_through_a_link_and_the_promoter_sees_it_without_a_reload(server, worker, chromium, picture):
    mall, product = make_shop()
    base = f"http://{mall.slug}.localhost:{server}"
    promoter = make_member(mall, make_member(mall, nickname="上级"), nickname="林小满")
    hers = logged_in_phone(chromium, promoter, base)
    link = take_link(hers, f"{base}/products/{product.public_id}")
    picture(hers, "loop-1-share")
    assert link.startswith(f"{base}/s/")
    assert "ref=" in hers.url

    hers.goto(f"{base}/promote")
    hers.evaluate("window.hasStayed = true")

    his = phone(chromium, user_agent=WECHAT)
    his.goto(link)
    picture(his, "loop-2-landing")
    assert f"ref={link.rsplit('/', 1)[1]}" in his.url
    his.click(".bottom-bar >> text=立即购买")
    his.click("#sku >> text=立即购买")
    his.click("text=先登录")
    his.click("text=还没有账号")
    register(his, new_phone())
    his.wait_for_selector("text=收货地址")
    picture(his, "loop-3-registered")
    order_and_pay(his, picture)
    paid_at = time.monotonic()
    hers.bring_to_front()
    hers.wait_for_selector("[data-commission]:has-text('+25.60')", timeout=APPEARS_WITHIN_SECONDS * 1000)
    appeared_after = time.monotonic() - paid_at

    picture(hers, "loop-7-commission")
    assert hers.evaluate("window.hasStayed") is True
    assert "待结算" in hers.inner_text("#live")
    assert hers.inner_text("[data-pending]") == "25.60"
    assert appeared_after < APPEARS_WITHIN_SECONDS
    his.wait_for_selector("text=支付成功")
    picture(his, "loop-6-paid")
    assert his.troubles == []
    assert hers.troubles == []
    with mall_scope(mall.pk):
        order = Order.objects.get()
        buyer = Member.objects.get(buyer=order.buyer_id)
        assert (order.status, order.total_fen, buyer.referrer_id) == ("paid", 25_600, promoter.pk)
        paid = Commission.objects.order_by("level").values_list("level", "beneficiary_id", "accrued_fen")
        assert list(paid) == [(1, promoter.pk, 2_560), (2, promoter.referrer_id, 1_280)]


def test_the_shop_can_be_read_without_scripts(server, chromium, picture):
    mall, product = make_shop()
    page = phone(chromium, user_agent=ANDROID, java_script_enabled=False)
    page.goto(f"http://{mall.slug}.localhost:{server}/products/{product.public_id}")

    assert page.locator("#sku").is_visible()
    page.click("#sku >> text=立即购买")
    assert "/checkout?" in page.url
    assert page.locator("text=识别").first.is_visible()
    picture(page, "without-scripts")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_a_small_screen_with_large_text(server, chromium, picture, scheme):
    mall, product = make_shop()
    long = make_product(mall, name="云" * 120, price_fen=10_000_000_000)
    member = make_member(mall, nickname="名" * 40)
    base = f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    paths = {
        "home": "/", "products": "/products", "long": f"/products/{long.public_id}", "me": "/me", "orders": "/orders",
        "product": f"/products/{product.public_id}", "promotion": "/promote", "links": "/promote/links",
        "payouts": "/promote/payouts", "pays": "/how-it-pays", "login": "/login", "profile": "/me/profile",
    }  # fmt: skip
    for name, path in paths.items():
        page.goto(base + path, wait_until="networkidle")
        page.evaluate("document.documentElement.style.fontSize = '150%'")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        picture(page, f"large-text-{scheme}-{name}")
        assert beyond <= 0, path


def test_what_fingers_touch_is_large_enough(server, chromium):
    mall, product = make_shop()
    member = make_member(mall)
    base = f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    small = """() => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
        .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.only-reader, .chip, .choice'))
        .map(one => [one.textContent.trim() || one.name, one.getBoundingClientRect()])
        .filter(([_, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
        .map(([text, box]) => `${text} ${Math.round(box.width)}×${Math.round(box.height)}`)"""
    for path in ("/", "/categories", f"/products/{product.public_id}", "/login", "/register", "/me", "/orders",
                 "/promote", "/promote/links", "/promote/payouts"):  # fmt: skip
        page.goto(base + path)
        assert page.evaluate(small) == [], path
