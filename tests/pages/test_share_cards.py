"""What WeChat and others show of the three pages that share links lead to."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from mall.banners.services import add_banner
from mall.catalogue.pictures import add_picture
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.referrals import make_link
from tests.factories.trade import make_product
from tests.pages.browsing import stranger, text_of

pytestmark = pytest.mark.django_db

LANDINGS = ("/", "/products/{product}", "/register")


@pytest.fixture
def shop():
    mall = make_mall(name="云山茶事", notice="新茶四月上市，全场包邮")
    product = make_product(mall, name='西湖龙井 "明前" <特级>', subtitle="豆香清甜，核心产区")
    return mall, product


def card_of(page: str) -> dict[str, str]:
    """Every property of the page's card."""
    found = dict(re.findall(r'<meta property="(og:[a-z_]+)" content="([^"]*)"', page))
    found |= dict(re.findall(r'<meta (?:name="description" )?itemprop="([a-z]+)" content="([^"]*)"', page))
    return found | {"title": re.search(r"<title>(.*?)</title>", page)[1]}


@pytest.mark.parametrize(
    ("address", "title", "description"),
    [
        ("/", "云山茶事", "新茶四月上市，全场包邮"),
        ("/products/{product}", "西湖龙井 &quot;明前&quot; &lt;特级&gt;", "豆香清甜，核心产区"),
        ("/register", "加入云山茶事", "新茶四月上市，全场包邮"),
    ],
)
def test_a_landing_page_has_a_whole_card_in_every_way_it_is_read(shop, address, title, description):
    mall, product = shop
    link = make_link(make_member(mall))
    place = address.format(product=product.public_id)
    phone = stranger(mall)
    card = card_of(text_of(phone.get(f"{place}?ref={link.code}")))
    assert (card["og:title"], card["name"]) == (title, title)
    assert (card["og:description"], card["description"]) == (description, description)
    assert card["og:site_name"] == "云山茶事"
    assert card["og:type"] == "website"
    assert card["og:url"] == f"http://{mall.slug}.localhost{place}?ref={link.code}"
    assert "云山茶事" in card["title"]
    # Complete, of this host, and a format that cards show.
    assert card["og:image"] == card["image"]
    path = card["og:image"].removeprefix(f"http://{mall.slug}.localhost")
    assert path.startswith("/")
    picture = phone.get(path)
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert (shown.format, min(shown.size) >= 300) == ("JPEG", True)


@pytest.mark.parametrize("address", LANDINGS)
def test_a_landing_page_says_its_card_once(shop, address):
    mall, product = shop
    page = text_of(stranger(mall).get(address.format(product=product.public_id)))
    for name in ("og:title", "og:description", "og:image", "og:url", "og:type", "og:site_name"):
        assert page.count(f'property="{name}"') == 1, name
    for name in ("name", "description", "image"):
        assert page.count(f'itemprop="{name}"') == 1, name


def test_pictures_of_ones_own_stand_on_the_card():
    mall = make_mall()
    product = make_product(mall)
    with mall_scope(mall.pk):
        file = add_picture(product=product, data=a_picture()).file
        banner = add_banner(data=a_picture(), title="横幅", link="/products")
    phone = stranger(mall)
    assert file.removesuffix("_o.jpg") in card_of(text_of(phone.get(f"/products/{product.public_id}")))["og:image"]
    assert card_of(text_of(phone.get("/")))["og:image"].endswith(banner.file)
