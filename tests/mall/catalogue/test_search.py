"""Finding goods: by words, by words run together, by pinyin and its initials, by keywords."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from mall.catalogue.listing import products_on_sale
from mall.catalogue.models import Product
from mall.catalogue.search import found_by, search_text_of
from mall.catalogue.services import create_product, update_product
from mall.tenancy.context import mall_scope

GOODS = {
    "西湖龙井明前绿茶": {"keywords": "tea 送礼", "subtitle": "今年新茶 250g"},
    "重庆火锅底料": {"keywords": "麻辣", "subtitle": ""},
    "AirPad 平板 11寸": {"keywords": "", "subtitle": ""},
    "100% 棉 T恤": {"keywords": "", "subtitle": "a_b\\c"},
}
TEA, HOTPOT, PAD, SHIRT = GOODS


@pytest.fixture
def goods(mall) -> None:
    with mall_scope(mall.pk):
        for name, more in GOODS.items():
            create_product(name=name, skus=[{"price_fen": 1, "stock": 1}], **more)


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("龙井", [TEA]),
        ("西湖 绿茶", [TEA]),
        ("绿茶 西湖", [TEA]),
        ("绿茶龙井", [TEA]),
        ("龙井西湖绿茶", [TEA]),
        ("新茶龙井", [TEA]),
        ("龙井红茶", []),
        ("井西", []),
        ("龙井火锅", []),
        ("longjing", [TEA]),
        ("long jing", [TEA]),
        ("LongJing", [TEA]),
        ("xhlj", [TEA]),
        ("lj", [TEA]),
        ("lvcha", [TEA]),
        ("xincha", [TEA]),
        ("songli", [TEA]),
        ("chongqing", [HOTPOT]),
        ("zhongqing", []),
        ("cqhg", [HOTPOT]),
        ("麻辣", [HOTPOT]),
        ("tea龙井", [TEA]),
        ("平板11寸", [PAD]),
        ("airpad", [PAD]),
        ("ＡＩＲＰＡＤ", [PAD]),
        ("１００％", [SHIRT]),
        ("t恤", [SHIRT]),
        ("a_b\\c", [SHIRT]),
        ("%", [SHIRT]),
        ("_", [SHIRT]),
        ("a%c", []),
        ("' OR 1=1 --", []),
        ("　", list(GOODS)),
        ("茶" * 60, []),
        ("\x00"[:0], list(GOODS)),
    ],
)
def test_goods_are_found_by_what_people_type(mall, query, expected):
    with mall_scope(mall.pk):
        listed = {row.name for row in products_on_sale(search=query).rows}
        by_staff = set(Product.objects.filter(found_by(query)).values_list("name", flat=True))
    assert listed == by_staff == set(expected)


@pytest.mark.usefixtures("goods")
def test_a_change_of_the_name_is_found_at_once_and_the_old_name_no_longer(mall):
    with mall_scope(mall.pk):
        product = Product.objects.get(name=HOTPOT)
        update_product(product=product, changes={"name": "成都串串"})
        found = {query: [row.name for row in products_on_sale(search=query).rows] for query in ("cdcc", "cqhg", "麻辣")}
        assert found == {"cdcc": ["成都串串"], "cqhg": [], "麻辣": ["成都串串"]}
        update_product(product=product, changes={"position": 3})
        assert [row.name for row in products_on_sale(search="chengdu").rows] == ["成都串串"]


@pytest.mark.usefixtures("goods")
def test_goods_from_before_the_search_are_made_findable_in_every_mall(mall, elsewhere):
    with mall_scope(elsewhere.pk):
        create_product(name="龙井", skus=[{"price_fen": 7, "stock": 1}, {"specs": {}, "price_fen": 5, "stock": 1}][:1])
    for place in (mall, elsewhere):
        with mall_scope(place.pk):
            Product.objects.update(search_text="", lowest_price_fen=None)
            assert products_on_sale(search="lj").rows == []
    migration = import_module("mall.migrations.0006_product_search")
    migration.fill(None, SimpleNamespace(connection=connection))
    with mall_scope(mall.pk):
        assert [row.name for row in products_on_sale(search="lj").rows] == [TEA]
    with mall_scope(elsewhere.pk):
        assert [row.name for row in products_on_sale(search="lj").rows] == ["龙井"]
        assert Product.objects.get().lowest_price_fen == 7


def test_the_search_text_holds_each_line_once():
    assert search_text_of(name="茶 A", keywords="茶 a", subtitle="") == "茶 a\ncha a\nchaa\nca"


@pytest.mark.usefixtures("goods")
def test_by_place_the_merchants_order_comes_first_and_then_the_newest(mall):
    with mall_scope(mall.pk):
        Product.objects.filter(name=TEA).update(position=2)
        Product.objects.filter(name=SHIRT).update(position=1)
        assert [row.name for row in products_on_sale(ordering="position").rows] == [PAD, HOTPOT, SHIRT, TEA]
        page = products_on_sale(ordering="position", page_size=3)
        after = products_on_sale(ordering="position", page_size=3, cursor=page.next_cursor)
        assert [row.name for row in after.rows] == [TEA]
        back = products_on_sale(ordering="position", page_size=3, cursor=after.previous_cursor)
        assert back.rows == page.rows
