"""Home, categories, lists and products, as a stranger sees them."""

from __future__ import annotations

import re

import pytest

from mall.catalogue.models import ProductPicture
from mall.catalogue.services import create_category, create_product, withdraw_product
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.trade import make_product
from tests.pages.browsing import places, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db


def test_home_shows_the_mall_its_notice_its_categories_and_its_goods():
    mall = make_mall(name="云山茶事", notice="新茶四月上市", service_phone="400-820-0000")
    with mall_scope(mall.pk):
        create_category(name="绿茶")
    make_product(mall, name="西湖龙井", price_fen=12_345)

    page = seen_in(stranger(mall).get("/"))

    for text in ("云山茶事", "新茶四月上市", "绿茶", "西湖龙井", "400-820-0000"):
        assert text in page
    assert "123" in page
    assert ".45" in page


def test_an_empty_mall_says_so_instead_of_showing_nothing():
    assert "店主正在上架商品" in seen_in(stranger(make_mall()).get("/"))


def test_more_goods_come_as_a_fragment_and_each_good_once():
    mall = make_mall()
    for number in range(25):
        make_product(mall, name=f"商品甲{number:02d}")
    phone = stranger(mall)

    first = phone.get("/products")
    more = next(address for address in places(first) if "cursor=" in address)
    second = phone.get(more, headers={"hx-request": "true"})

    assert "<html" not in text_of(second)
    shown = [f"商品甲{number:02d}" for number in range(25)]
    assert [name for name in shown if name in text_of(first)] == shown[5:]
    assert [name for name in shown if name in text_of(second)] == shown[:5]
    assert "cursor=" not in text_of(second)


@pytest.mark.parametrize("ordering", ["position", "newest", "sold", "price", "-price"])
def test_lists_can_be_sorted(ordering):
    mall = make_mall()
    make_product(mall, name="便宜的", price_fen=100)
    make_product(mall, name="昂贵的", price_fen=900)

    page = text_of(stranger(mall).get(f"/products?ordering={ordering}"))

    is_cheap_first = page.index("便宜的") < page.index("昂贵的")
    assert is_cheap_first == (ordering == "price")


def test_the_price_tab_turns_round_when_it_is_asked_for_again():
    mall = make_mall()
    make_product(mall, name="茶")
    phone = stranger(mall)

    def offered(asked: str) -> list[str]:
        return re.findall(r'href="[^"]*ordering=([a-z-]+)[^"]*"', text_of(phone.get(f"/products?{asked}")))

    assert offered("") == offered("ordering=nonsense") == ["position", "sold", "newest", "price"]
    assert offered("ordering=price") == ["position", "sold", "newest", "-price"]
    assert offered("ordering=-price") == ["position", "sold", "newest", "price"]


def test_searching_finds_by_name_and_says_when_nothing_is_found():
    mall = make_mall()
    make_product(mall, name="紫砂壶")
    make_product(mall, name="盖碗")
    phone = stranger(mall)

    found = seen_in(phone.get("/products", {"search": "紫砂"}))
    assert "紫砂壶" in found
    assert "盖碗" not in found
    assert "没有找到“<b>”" in seen_in(phone.get("/products", {"search": "<b>"})).replace("&lt;", "<").replace(
        "&gt;", ">"
    )


@pytest.mark.parametrize("words", ["%_\\", "a" * 10_000, "\u202e", "'; drop table", "茶" * 500, "\ud83d"])
def test_no_search_words_are_an_error(words):
    response = stranger(make_mall()).get("/products", {"search": words.encode("utf-8", "replace")})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "nonsense"},
        {"cursor": "x" * 5000},
        {"category": "no-uuid"},
        {"category": "6b711d67-ddf4-4851-9e79-ab2894ff4260"},
    ],
)
def test_what_the_list_never_gave_out_is_not_found(query):
    assert stranger(make_mall()).get("/products", query).status_code == 404


def test_a_category_shows_its_own_goods_and_those_below_it():
    mall = make_mall()
    with mall_scope(mall.pk):
        tea = create_category(name="茶叶")
        green = create_category(name="绿茶", parent=tea)
        for name, category in (("龙井", green), ("壶", None)):
            create_product(name=name, category=category, skus=[{"specs": {}, "price_fen": 100, "stock": 1}])

    page = stranger(mall).get(f"/products?category={tea.public_id}")

    assert "龙井" in seen_in(page)
    assert "壶" not in seen_in(page)
    assert f"/products?category={green.public_id}" in places(page)


def test_another_malls_category_and_product_are_not_found():
    mine, other = make_mall(), make_mall()
    product = make_product(other)
    with mall_scope(other.pk):
        category = create_category(name="别家")
    phone = stranger(mine)

    assert phone.get(f"/products/{product.public_id}").status_code == 404
    assert phone.get(f"/products/{product.public_id}/cover.jpg").status_code == 404
    assert phone.get(f"/products?category={category.public_id}").status_code == 404


def test_a_draft_is_not_found_and_a_withdrawn_product_cannot_be_bought():
    mall = make_mall()
    draft = make_product(mall, status="draft")
    gone = make_product(mall)
    with mall_scope(mall.pk):
        withdraw_product(product=gone)
    phone = stranger(mall)

    assert phone.get(f"/products/{draft.public_id}").status_code == 404
    page = phone.get(f"/products/{gone.public_id}")
    assert page.status_code == 200
    assert "已下架" in seen_in(page)


def test_a_product_shows_price_range_stock_and_its_variants():
    mall = make_mall()
    with mall_scope(mall.pk):
        product = create_product(
            name="西湖龙井",
            subtitle="明前",
            description="第一段\n\n<script>alert(1)</script>",
            skus=[
                {"specs": {"等级": "特级"}, "price_fen": 12_800, "stock": 3, "market_price_fen": 20_000},
                {"specs": {"等级": "一级"}, "price_fen": 8_800, "stock": 0},
            ],
        )

    page = stranger(mall).get(f"/products/{product.public_id}")

    assert "88 .00 起" in seen_in(page)
    assert "库存 3" in seen_in(page)
    assert "特级" in seen_in(page)
    assert text_of(page).count(" disabled>一级") == 1
    assert "<script>alert" not in text_of(page)
    assert "立即购买" in seen_in(page)


def test_reviews_are_reached_without_scripts_too():
    mall = make_mall()
    product = make_product(mall)
    phone = stranger(mall)
    link = f"/products/{product.public_id}/reviews"
    assert f'href="{link}"' in text_of(phone.get(f"/products/{product.public_id}"))
    assert "还没有评价" in seen_in(phone.get(link))


def test_a_product_without_stock_is_sold_out():
    mall = make_mall()
    product = make_product(mall, stock=0)
    assert "已售罄" in seen_in(stranger(mall).get(f"/products/{product.public_id}"))


def test_a_product_without_a_picture_has_one_made_from_its_name_also_on_its_card():
    mall = make_mall()
    product = make_product(mall, name="龙井")
    phone = stranger(mall)

    page = text_of(phone.get(f"/products/{product.public_id}"))
    cover = phone.get(f"/products/{product.public_id}/cover.jpg")

    assert ">龙</text>" in page
    assert f'property="og:image" content="http://{mall.slug}.localhost/products/{product.public_id}/cover.jpg"' in page
    assert cover["Content-Type"] == "image/jpeg"
    assert cover.content.startswith(b"\xff\xd8")


def test_uploaded_pictures_are_shown_and_stand_on_the_card():
    mall = make_mall()
    product = make_product(mall)
    with mall_scope(mall.pk):
        for position in (0, 1):
            ProductPicture.objects.create(product=product, file=f"{mall.pk}/{position}.jpg", position=position)

    page = text_of(stranger(mall).get(f"/products/{product.public_id}"))

    assert f'src="/media/{mall.pk}/0.jpg"' in page
    assert f'content="http://{mall.slug}.localhost/media/{mall.pk}/0.jpg"' in page
    assert "</span>/2" in page


@pytest.mark.parametrize("color", ["#07c160", "#ffd400", "#000000", "#ffffff", "#d4237a"])
def test_every_brand_colour_leaves_letters_readable(color):
    from mall.pages.brand import READABLE, contrast, stylesheet

    sheet = stylesheet(color)
    values = dict(
        part.strip().split(": ") for part in sheet.split("{", 1)[1].split("}")[0].strip().rstrip(";").split(";")
    )
    assert contrast(values["--weui-BRAND"], values["--on-brand"]) >= READABLE
    assert contrast(values["--brand-text"], "#ffffff") >= READABLE
    assert contrast(values["--brand-on-contrast"], values["--on-brand"]) >= READABLE


def test_the_brand_sheet_and_icon_take_colours_only():
    phone = stranger(make_mall())
    for address in ("/brand.css", "/icon.svg"):
        assert phone.get(address, {"c": "}body{"}).status_code == 200
        assert b"}body{" not in phone.get(address, {"c": "}body{"}).content
        assert "immutable" in phone.get(address, {"c": "ffcc00"})["Cache-Control"]
        assert "immutable" not in phone.get(address)["Cache-Control"]


def test_a_browser_that_asks_for_an_icon_by_itself_gets_the_malls():
    sign = stranger(make_mall(brand_color="#d4237a")).get("/favicon.ico")
    assert b"#d4237a" in sign.content


def test_the_language_is_kept_and_leads_back_to_this_host_only():
    phone = stranger(make_mall())

    assert phone.get("/language/en", {"next": "/products?search=a"})["Location"] == "/products?search=a"
    assert phone.cookies["django_language"].value == "en"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\n/"):
        assert phone.get("/language/en", {"next": elsewhere})["Location"] == "/"
    assert phone.get("/language/xx").status_code == 404


def test_the_share_code_travels_on_in_every_link_of_a_visitors_page():
    mall = make_mall()
    make_product(mall)
    page = stranger(mall).get("/?ref=abcdefghjk")

    # The search form's own address has none: it sends the code in a hidden field.
    inside = [address for address in places(page) if address.startswith(("/products?", "/categories", "/cart", "/me"))]
    assert 'name="ref" value="abcdefghjk"' in text_of(page)
    assert len(inside) >= 4
    assert all("ref=abcdefghjk" in address for address in inside)
    assert 'data-ref="abcdefghjk"' in text_of(page)


@pytest.mark.parametrize("code", ['"><script>', "a" * 300, "../../x", "码", "abcd\n"])
def test_a_share_code_that_cannot_be_one_is_dropped(code):
    page = stranger(make_mall()).get("/", {"ref": code})
    assert page.status_code == 200
    assert "data-ref" not in text_of(page)
    assert "ref=" not in "".join(places(page))
