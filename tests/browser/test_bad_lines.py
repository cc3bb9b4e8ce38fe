"""A buyer on a bad line: scripts and answers that are late or never come, "back", and forms sent again."""

from __future__ import annotations

from typing import Any

import pytest

from mall.catalogue.services import create_product
from mall.tenancy.context import mall_scope
from tests.browser.conftest import ANDROID
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    phone,
)
from tests.factories.mall import make_mall

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
