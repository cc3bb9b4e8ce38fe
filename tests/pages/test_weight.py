"""What a product's page weighs on a phone that has never been here, without its pictures."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders

from mall.catalogue.pictures import add_picture
from mall.catalogue.services import create_product
from mall.reviews.services import add_review_picture, write_review
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.trade import lines_of, place_and_pay, receive, ship
from tests.pages.browsing import stranger, text_of

pytestmark = pytest.mark.django_db

MOST_BYTES = 100 * 1024
_LOADED = re.compile(r'<(?:link|script|use)\b[^>]*?\b(?:href|src)="([^"#]+)[^"]*"')
_ICON_OR_ADDRESS = re.compile(r'rel="(?:icon|canonical|alternate)"')
_ON_LOAD = re.compile(r'hx-get="([^"]+)"[^>]*hx-trigger="(?:load|revealed|intersect)[^"]*"')
_IN_STYLE = re.compile(r"""url\(\s*("[^"]*"|'[^']*'|[^)]*)""")


@pytest.fixture
def shop():
    """A product with all that a page can hold: nine pictures, a long text, twelve variants and ten reviews."""
    mall = make_mall(notice="春茶上新", service_phone="400-820-0000")
    with mall_scope(mall.pk):
        product = create_product(
            name="明前龙井 核心产区头采 手工炒制 礼盒装",
            subtitle="豆香清甜" * 10,
            description="<p>" + "一叶一芽，清明前后三日采摘。" * 200 + "</p>",
            skus=[
                {"specs": {"规格": f"{size}克", "包装": pack}, "price_fen": 10_000 + size, "stock": 99}
                for size in (50, 100, 125, 250, 375, 500)
                for pack in ("罐装", "礼盒")
            ],
        )
        for _number in range(9):
            add_picture(product=product, data=a_picture())
        sku = product.skus.first()
    for number in range(10):
        buyer = make_member(mall, nickname=f"买家{number}").buyer
        order = receive(ship(place_and_pay(mall, buyer, (sku, 1))))
        with mall_scope(mall.pk):
            review = write_review(line=lines_of(order)[0], buyer=buyer, stars=5, text="香气清正，回甘很久。" * 10)
            add_review_picture(review=review, data=a_picture())
    return mall, product


def loaded(browser, address: str, found: dict[str, bytes]) -> dict[str, bytes]:
    """{address: bytes} of a page and of every style, script, sign and fragment that it loads by itself."""
    page = browser.get(address, headers={"hx-request": "true"} if found else {})
    assert page.status_code == 200, address
    found[address] = page.content
    text = "".join(tag for tag in re.split(r"(?=<)", text_of(page)) if not _ICON_OR_ADDRESS.search(tag))
    for part in _LOADED.findall(text):
        _load(browser, part, found)
    for part in _ON_LOAD.findall(text):
        if part not in found:
            loaded(browser, part.replace("&amp;", "&"), found)
    return found


def _load(browser, address: str, found: dict[str, bytes]) -> None:
    assert not urlsplit(address).netloc, f"{address} comes from somewhere else"
    if address in found:
        return
    if address.startswith("/static/"):
        file = finders.find(urlsplit(address).path.removeprefix("/static/"))
        assert file, address
        found[address] = Path(file).read_bytes()
    else:
        found[address] = browser.get(address).content
    if urlsplit(address).path.endswith(".css"):
        for part in _IN_STYLE.findall(found[address].decode()):
            plain = part.strip("\"' ")
            if not plain.startswith(("data:", "#")):
                _load(browser, urljoin(address, plain), found)


def test_the_first_view_of_a_product_is_light(shop):
    mall, product = shop
    parts = loaded(stranger(mall), f"/products/{product.public_id}", {})
    names = " ".join(parts)
    for part in ("weui.min.css", "h5.css", "brand.css", "h5.js", "sku.js", "htmx", "icons.svg", "/reviews"):
        assert part in names, f"{part} was not looked at"
    weights = {address: len(gzip.compress(content, 6)) for address, content in parts.items()}
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_nothing_is_loaded_twice_and_nothing_blocks_but_styles_and_the_first_script(shop):
    mall, product = shop
    page = text_of(stranger(mall).get(f"/products/{product.public_id}"))
    scripts = re.findall(r"<script\b([^>]*)>", page)
    assert len(scripts) == len(set(scripts))
    assert sum("defer" not in attributes for attributes in scripts) == 1
