"""The list of products: every ordering page by page, forwards and back, without a gap or a repeat."""

from __future__ import annotations

import base64

import pytest

from mall import clock
from mall.catalogue.listing import BadCursor, products_on_sale
from mall.catalogue.models import Product
from mall.catalogue.services import create_category, create_product, set_skus, withdraw_product
from mall.tenancy.context import mall_scope
from tests.factories.offers import make_limited
from tests.factories.trade import make_product

PRICES = [300, 100, 200, 100, 300, 100, 50]


@pytest.fixture
def goods(mall) -> list[Product]:
    """Products of these prices, sold 6, 5, … 0 times."""
    made = []
    for number, price_fen in enumerate(PRICES):
        product = make_product(mall, price_fen=price_fen, name=f"p{number}")
        with mall_scope(mall.pk):
            Product.objects.filter(pk=product.pk).update(sold_count=len(PRICES) - 1 - number)
        made.append(product)
    return made


def listed(mall, **asked) -> list[str]:
    with mall_scope(mall.pk):
        return [row.name for row in products_on_sale(**asked).rows]


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("newest", ["p6", "p5", "p4", "p3", "p2", "p1", "p0"]),
        ("price", ["p6", "p1", "p3", "p5", "p2", "p0", "p4"]),
        ("-price", ["p4", "p0", "p2", "p5", "p3", "p1", "p6"]),
        ("sold", ["p0", "p1", "p2", "p3", "p4", "p5", "p6"]),
    ],
)
def test_pages_follow_each_other_both_ways(mall, ordering, expected):
    assert_pages_both_ways(mall, ordering, expected)


@pytest.mark.parametrize(
    ("ordering", "expected", "prices"),
    [
        ("price", ["p6", "p4", "p1", "p3", "p5", "p2", "p0"], [50, 90, 100, 100, 100, 200, 250]),
        ("-price", ["p0", "p2", "p5", "p3", "p1", "p4", "p6"], [250, 200, 100, 100, 100, 90, 50]),
    ],
)
def test_by_price_means_the_price_of_this_moment(mall, goods, ordering, expected, prices):
    for number, price_fen in ((0, 250), (4, 90)):
        with mall_scope(mall.pk):
            [sku] = set_skus(
                product=goods[number], skus=[{"specs": {}, "price_fen": PRICES[number], "stock": 9, "cost_fen": 1}]
            )
        make_limited(mall, sku, price_fen)
    assert_pages_both_ways(mall, ordering, expected)
    with mall_scope(mall.pk):
        assert [row.price_fen for row in products_on_sale(ordering=ordering).rows] == prices
    clock.advance(days=2)
    with mall_scope(mall.pk):
        ended = products_on_sale(ordering="price").rows
    assert [row.price_fen for row in ended] == sorted(PRICES)


def assert_pages_both_ways(mall, ordering, expected):
    with mall_scope(mall.pk):
        forwards, cursor, pages = [], "", []
        for _page in range(4):
            page = products_on_sale(ordering=ordering, cursor=cursor or "", page_size=2)
            pages.append(page)
            forwards += [row.name for row in page.rows]
            cursor = page.next_cursor
        assert (forwards, cursor) == (expected, None)
        assert pages[0].previous_cursor is None
        back, cursor = [row.name for row in pages[-1].rows], pages[-1].previous_cursor
        while cursor:
            page = products_on_sale(ordering=ordering, cursor=cursor, page_size=2)
            assert page.next_cursor is not None
            back = [row.name for row in page.rows] + back
            cursor = page.previous_cursor
        assert back == expected


@pytest.mark.usefixtures("goods")
def test_a_product_that_comes_meanwhile_shifts_no_page(mall):
    with mall_scope(mall.pk):
        first = products_on_sale(page_size=3)
    make_product(mall, name="new")
    with mall_scope(mall.pk):
        second = products_on_sale(cursor=first.next_cursor, page_size=3)
    assert [row.name for row in second.rows] == ["p3", "p2", "p1"]


def test_a_row_shows_the_cheapest_sku_sold_and_the_stock_of_all(mall):
    skus = [
        {"specs": {"码": "L"}, "price_fen": 500, "stock": 1, "market_price_fen": 900},
        {"specs": {"码": "S"}, "price_fen": 400, "stock": 2, "market_price_fen": 800},
    ]
    with mall_scope(mall.pk):
        create_product(name="衣", skus=skus)
        (row,) = products_on_sale().rows
        assert (row.price_fen, row.market_price_fen, row.stock, row.picture) == (400, 800, 3, None)


def test_what_is_not_on_sale_is_not_listed(mall, goods):
    with mall_scope(mall.pk):
        withdraw_product(product=goods[0])
        create_product(name="draft", status="draft", skus=[{"price_fen": 1, "stock": 1}])
    assert listed(mall) == ["p6", "p5", "p4", "p3", "p2", "p1"]


def test_a_category_lists_everything_below_it(mall):
    with mall_scope(mall.pk):
        clothes, food = create_category(name="衣"), create_category(name="食")
        shirts = create_category(name="衬衫", parent=clothes)
        for name, category in [("衬衫A", shirts), ("衣B", clothes), ("米", food), ("无", None)]:
            create_product(name=name, category=category, skus=[{"price_fen": 1, "stock": 1}])
        clothes.refresh_from_db()
        assert listed(mall, category=clothes) == ["衣B", "衬衫A"]
        assert listed(mall, category=shirts) == ["衬衫A"]
        assert listed(mall, category=food) == ["米"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("绿茶", ["绿茶 100%"]),
        ("茶 好", ["红茶"]),
        ("TEA", ["红茶", "绿茶 100%"]),
        ("100%", ["绿茶 100%"]),
        ("%", ["绿茶 100%"]),
        ("_", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("   ", ["红茶", "绿茶 100%"]),
        ("茶" * 60, []),
    ],
)
def test_every_word_of_a_search_must_be_there_and_means_itself(mall, search, expected):
    with mall_scope(mall.pk):
        create_product(name="绿茶 100%", keywords="tea green", skus=[{"price_fen": 1, "stock": 1}])
        create_product(name="红茶", keywords="Tea 好喝", skus=[{"price_fen": 1, "stock": 1}])
    assert listed(mall, search=search) == expected


def forged(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "%%%",
        "A" * 500,
        forged("[]"),
        forged("{}"),
        forged('["n",1]'),
        forged('["x",1,2]'),
        forged("[[],1,2]"),
        forged('["n","1",2]'),
        forged('["n",true,2]'),
        forged('["n",1.5,2]'),
        forged('["n",NaN,2]'),
        forged(f'["n",{2**63},2]'),
        forged('["n",1,2,3]'),
        forged("[" * 60),
    ],
)
def test_a_cursor_nobody_gave_out_is_refused(mall, cursor):
    with mall_scope(mall.pk), pytest.raises(BadCursor):
        products_on_sale(cursor=cursor)


def test_another_malls_goods_are_not_listed(mall, elsewhere, goods):
    assert listed(elsewhere) == []
