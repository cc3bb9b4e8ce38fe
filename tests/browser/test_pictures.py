"""Pictures of the main pages, kept for people to look at, and what a machine can tell of their looks.

Each page is opened once and looked at on a phone and on a desk, light and dark. The pictures lie in
.local/artefacts/pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mall.catalogue.models import Product
from mall.tenancy.context import mall_scope
from mall.tenancy.middleware import mall_id_of_host
from tests.browser.conftest import ANDROID, PICTURES
from tests.browser.looking import LOOKS, PHONE, faults, watched
from tests.browser.shop import Shop, pictured_shop
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    logged_in_phone,
)
from tests.factories.mall import PASSWORD, unique

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Address = Callable[[Shop], str]

# name: (address, a word that only this page with its data can show)
BUYERS: dict[str, tuple[Address, str]] = {
    "home": (lambda _shop: "/", "新茶四月上市"),
    "category": (lambda _shop: "/categories", "示例商品"),
    "search": (lambda _shop: "/products?search=茶&ordering=price_fen", "高山绿茶"),
    "product": (lambda shop: f"/products/{shop.skus[2].product.public_id}", "釉色温润"),
    "sku-sheet": (lambda shop: f"/products/{shop.skus[2].product.public_id}", "青花"),
    "cart": (lambda _shop: "/cart", "原木砧板"),
    "checkout": (lambda shop: f"/checkout?sku={shop.skus[0].public_id}", "科技园路 1 号"),
    "cashier": (lambda shop: f"/orders/{shop.orders['unpaid'].public_id}/pay", "确认付款"),
    "pay-result": (lambda shop: f"/orders/{shop.orders['paid'].public_id}/paid", "支付成功"),
    "orders": (lambda _shop: "/orders", "手冲咖啡豆"),
    "order-detail": (lambda shop: f"/orders/{shop.orders['shipped'].public_id}", "SF1234567890"),
    "after-sales": (lambda shop: f"/cases/{shop.case.public_id}", "一罐压坏了"),
}

MERCHANTS: dict[str, tuple[Address, str]] = {
    "home": (lambda _shop: "/dashboard/", "待发货的订单"),
    "orders": (lambda _shop: "/dashboard/orders", "林小满"),
    "order": (lambda shop: f"/dashboard/orders/{shop.orders['shipped'].public_id}", "SF1234567890"),
    "products": (lambda _shop: "/dashboard/products", "粗陶花瓶"),
    "product-editor": (lambda shop: f"/dashboard/products/{shop.skus[2].product.public_id}", "白瓷盖碗"),
    "after-sales-queue": (lambda _shop: "/dashboard/cases", "林小满"),
    "after-sales-case": (lambda shop: f"/dashboard/cases/{shop.case.public_id}", "一罐压坏了"),
    "payment": (lambda shop: f"/dashboard/payments/{shop.payment.public_id}", "ICBC20260101000001"),
    "payments": (lambda _shop: "/dashboard/payments", "确认收款"),
    "coupons": (lambda _shop: "/dashboard/coupons", "新客立减十元"),
    "promotions": (lambda _shop: "/dashboard/promotions", "白瓷盖碗"),
    "reviews": (lambda _shop: "/dashboard/reviews", "釉色温润"),
    "reconciliation": (lambda _shop: "/dashboard/reconciliation", "对账"),
    "plan": (lambda _shop: "/dashboard/plan", "您留"),
}


def open_page(page: Any, address: str) -> None:
    """With the parts that htmx fetches once it is there."""
    page.goto(address, wait_until="load")
    page.wait_for_function("!document.querySelector('.htmx-request')")


class Album:
    """Keeps every look of a page, and what is wrong with it."""

    def __init__(self, folder: str) -> None:
        self.folder = PICTURES / "pages" / folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.wrong: list[str] = []
        self.kept: list[str] = []

    @property
    def faults(self) -> str:
        """One to a line."""
        return "\n".join(self.wrong)

    def look(self, page: Any, name: str) -> None:
        """All looks of the page as it stands."""
        for look, size, scheme in LOOKS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.wrong += [f"{name} {look} {scheme}: {fault}" for fault in faults(page, fingers=size is PHONE)]
            picture = self.folder / f"{name}-{look}-{scheme}.png"
            # As tall as the page, so that what is fixed to the bottom covers nothing.
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**size, "height": max(size["height"], tall)})
            page.screenshot(path=picture)
            self.kept.append(picture.name)
        self.wrong += [f"{name}: {trouble}" for trouble in page.troubles]
        page.troubles.clear()
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="light")


# What is on a page, and the fault that must be found in it.
BROKEN = {
    "<main>好</main>": "no title",
    "<title>t</title><div style='width:500px'>好</div>": "too wide",
    "<title>t</title><button style='height:30px;width:90px'>买</button>": "small: button",
    "<title>t</title><p style='color:#999'>淡</p>": "pale: p",
    "<title>t</title><div style='background:rgb(0 0 0 / 40%)'><p style='color:#666'>淡</p></div>": "pale: p",
    "<title>t</title><div style='width:60px;overflow:hidden;white-space:nowrap'>一二三四五六七八</div>": "cut off: div",
    "<title>t</title><a class='button' style='display:block;width:44px;height:44px'>onetwothree</a>": "spills: a",
    "<title>t</title><p>&lt;p&gt;好&lt;/p&gt;</p>": "not for people: p",
    "<title>t</title><p>None</p>": "not for people: p",
    "<title>t</title><input name='x' style='height:44px;width:99px'>": "without a label: input",
    "<title>t</title><img src='data:image/png;base64,AAAA' alt='图'>": "broken picture",
}
SOUND = (
    "<title>t</title><p>好</p><button style='height:44px;width:90px'>买</button><p style='color:#767676'>灰</p>"
    "<div style='width:60px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap'>一二三四五六七八</div>"
)


def test_a_fault_of_a_page_is_found_and_a_sound_page_has_none(chromium):
    page = chromium.new_context(viewport=PHONE).new_page()
    missed = []
    for content, fault in BROKEN.items():
        page.set_content(content)
        found = faults(page, fingers=True)
        if len(found) != 1 or fault not in found[0]:
            missed.append((fault, found))
    assert missed == []
    page.set_content(SOUND)
    assert faults(page, fingers=True) == []


def test_the_main_pages_of_a_buyer_look_right_light_and_dark(server, chromium):
    shop, album = pictured_shop(), Album("buyer")
    base = f"http://{shop.mall.slug}.localhost:{server}"
    page = watched(logged_in_phone(chromium, shop.member, base))
    for name, (address, word) in BUYERS.items():
        open_page(page, base + address(shop))
        if name == "sku-sheet":
            page.click(".bottom-bar >> text=立即购买")
            page.wait_for_selector("#sku >> text=立即购买")
        assert word in page.inner_text("body"), name
        album.look(page, name)
    assert len(album.kept) == len(BUYERS) * len(LOOKS)
    assert not album.wrong, album.faults


def test_the_main_pages_of_a_merchant_look_right_light_and_dark(server, chromium):
    shop, album = pictured_shop(), Album("merchant")
    base = f"http://{shop.mall.slug}.localhost:{server}"
    page = watched(chromium.new_context(viewport=PHONE, locale="zh-CN", user_agent=ANDROID).new_page())
    page.goto(f"{base}/dashboard/")
    page.fill("[name=email]", shop.owner.user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/dashboard/")
    for name, (address, word) in MERCHANTS.items():
        open_page(page, base + address(shop))
        assert word in page.inner_text("main"), name
        album.look(page, name)
    assert len(album.kept) == len(MERCHANTS) * len(LOOKS)
    assert not album.wrong, album.faults


def test_the_first_pages_of_a_new_merchant_look_right_light_and_dark(server, chromium):
    """Signing up, its rules, what a wrong form says, and the checklist of a mall with nothing in it."""
    album, slug = Album("opening"), unique("qinghe")
    page = watched(chromium.new_context(viewport=PHONE, locale="zh-CN", user_agent=ANDROID).new_page())
    open_page(page, f"http://localhost:{server}/operator/signup")
    album.look(page, "sign-up")
    page.click("button[type=submit]")
    page.wait_for_selector(".error")
    # The browser's console names every answer that is a refusal; here it is the one wanted.
    page.troubles.clear()
    album.look(page, "sign-up-refused")
    for field, text in {"name": "青禾小铺", "slug": slug, "email": f"{slug}@example.com", "password": PASSWORD}.items():
        page.fill(f"[name={field}]", text)
    page.check("[name=accepts_rules]")
    page.click("button[type=submit]")
    page.wait_for_url("**/dashboard/")
    page.wait_for_load_state("networkidle")
    assert "开店清单" in page.inner_text("main")
    album.look(page, "checklist")
    base = page.url.split("/dashboard/")[0]
    for name, path in {
        "empty-orders": "/dashboard/orders",
        "empty-products": "/dashboard/products",
        "empty-promotions": "/dashboard/promotions",
        "empty-home": "/",
    }.items():
        open_page(page, base + path)
        album.look(page, name)
    open_page(page, f"{base}/dashboard/")
    page.click("button:has-text('示例商品')")
    page.wait_for_selector("text=删除示例商品")
    album.look(page, "checklist-samples")
    mall_id = mall_id_of_host(f"{slug}.localhost")
    with mall_scope(mall_id):
        assert Product.objects.count() == 12
    page.click("button:has-text('删除示例商品')")
    page.wait_for_selector("button:has-text('放 12 件示例商品')")
    with mall_scope(mall_id):
        assert not Product.objects.exists()
    assert not album.wrong, album.faults
