"""Goods by table: what a dry run says row by row, what is carried out, and that an export read back changes nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from mall.catalogue import exporting
from mall.catalogue.importing import carry_out, errors_of, look_through
from mall.catalogue.models import Product, Sku
from mall.catalogue.product_table import COLUMNS, guessed_columns, specs_cell
from mall.catalogue.services import create_category, create_product, set_skus
from mall.imports.reading import read_table
from mall.imports.writing import csv_bytes, xlsx_bytes
from mall.tenancy.context import mall_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(mall):
    with mall_scope(mall.pk):
        yield


def drafts(text: str):
    """A table typed with | between the cells, its header in the first line."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return look_through(rows=rows, columns=guessed_columns(header))


def errors(text: str) -> list[tuple[int, str]]:
    return [(error["row"], error["field"]) for error in errors_of(drafts(text))]


def skus() -> list[tuple]:
    found = Sku.objects.filter(is_active=True).order_by("product_id", "position")
    return [(sku.product.name, sku.code, dict(sku.specs), sku.price_fen, sku.stock) for sku in found]


@pytest.mark.usefixtures("scope")
class TestImport:
    def test_rows_of_one_name_become_one_product_with_its_variants(self):
        create_category(name="绿茶", parent=create_category(name="茶"))
        found = drafts("""
            货号 | 商品名称 | 分类    | 规格          | 售价 | 库存 | 状态 | 成本  | 包邮
            LJ-1 | 龙井     | 茶/绿茶 | 等级:特级     | 128  | 10   | 在售 | 60.05 | 否
            LJ-2 | 龙井     |         | 等级：一级；  | 88.5 | 1,000|      |       |
                 |          |         |               |      |      |      |       |
            TB   | 茶杯     | 茶      |               | 9    |      |      |       |
        """)
        assert errors_of(found) == []
        assert carry_out(found) == {"created": 2, "changed": 0, "unchanged": 0, "left": 0}
        assert skus() == [
            ("龙井", "LJ-1", {"等级": "特级"}, 12_800, 10),
            ("龙井", "LJ-2", {"等级": "一级"}, 8_850, 1_000),
            ("茶杯", "TB", {}, 900, 0),
        ]
        tea, cup = Product.objects.order_by("id")
        assert (tea.status, tea.category.name, tea.free_freight, cup.status) == ("on_sale", "绿茶", False, "draft")

    def test_a_known_code_is_changed_and_what_the_table_does_not_say_stays(self):
        create_product(name="龙井", subtitle="好", skus=[
            {"specs": {"级": "特"}, "code": "A", "price_fen": 100, "stock": 5, "cost_fen": 40, "member_price_fen": 90},
            {"specs": {"级": "一"}, "code": "B", "price_fen": 80, "stock": 6},
        ])  # fmt: skip
        before = list(Sku.objects.order_by("id").values_list("pk", flat=True))
        text = "货号 | 售价 | 库存\nA | 1.20 | \nB |  | 9"
        assert carry_out(drafts(text)) == {"created": 0, "changed": 1, "unchanged": 0, "left": 0}
        assert skus() == [("龙井", "A", {"级": "特"}, 120, 5), ("龙井", "B", {"级": "一"}, 80, 9)]
        first = Sku.objects.get(code="A")
        assert (first.cost_fen, first.member_price_fen, Product.objects.get().subtitle) == (40, 90, "好")
        assert list(Sku.objects.order_by("id").values_list("pk", flat=True)) == before
        assert carry_out(drafts(text)) == {"created": 0, "changed": 0, "unchanged": 1, "left": 0}

    def test_a_new_code_under_a_known_name_is_one_more_variant(self):
        create_product(name="龙井", skus=[{"specs": {"级": "特"}, "code": "A", "price_fen": 100, "stock": 5}])
        text = "货号 | 商品名称 | 规格 | 售价 | 库存\nC | 龙井 | 级:二 | 0.5 | 3"
        assert carry_out(drafts(text))["changed"] == 1
        assert skus() == [("龙井", "A", {"级": "特"}, 100, 5), ("龙井", "C", {"级": "二"}, 50, 3)]
        assert carry_out(drafts(text)) == {"created": 0, "changed": 0, "unchanged": 1, "left": 0}

    def test_what_was_sold_after_the_export_stays_sold(self):
        product = create_product(name="茶", skus=[{"code": "A", "price_fen": 100, "stock": 10}])
        text = "货号 | 库存 | 导出时库存 | 售价\nA | 25 | 10 | 1"
        found = drafts(text)
        set_skus(product=product, skus=[{"code": "A", "price_fen": 100, "stock": 7}])
        carry_out(found)
        assert skus() == [("茶", "A", {}, 100, 22)]
        assert carry_out(drafts("货号 | 库存 | 导出时库存\nA | 10 | 10"))["unchanged"] == 1

    @pytest.mark.parametrize(
        ("text", "wrong"),
        [
            ("货号 | 售价\nX | 1", [(2, "商品名称")]),
            ("商品名称 | 售价\n茶 | ", [(2, "售价")]),
            ("商品名称 | 售价\n茶 | 1.234", [(2, "售价")]),
            ("商品名称 | 售价\n茶 | -1", [(2, "售价")]),
            ("商品名称 | 售价\n茶 | 1e3", [(2, "售价")]),
            ("商品名称 | 售价\n茶 | 100000000.01", [(2, "售价")]),
            ("商品名称 | 售价 | 库存\n茶 | 1 | 1.5\n\n酒 | 2 | x", [(2, "库存"), (4, "库存")]),
            ("商品名称 | 售价 | 库存\n茶 | 1 | 999999999", [(2, "库存")]),
            ("商品名称 | 售价 | 会员价\n茶 | 1 | 2", [(2, "会员价")]),
            ("商品名称 | 售价 | 分类\n茶 | 1 | 没有", [(2, "分类")]),
            ("商品名称 | 售价 | 规格\n茶 | 1 | 红色", [(2, "规格")]),
            ("商品名称 | 售价 | 规格\n茶 | 1 | 色:红;色:蓝", [(2, "规格")]),
            ("商品名称 | 售价 | 规格\n茶 | 1 | 色:红\n茶 | 2 | 色:红", [(3, "规格")]),
            ("商品名称 | 售价 | 规格\n茶 | 1 | 色:红\n茶 | 2 | 码:L", [(3, "规格")]),
            ("商品名称 | 售价 | 规格\n茶 | 1 | {[[[[", [(2, "规格")]),
            ("商品名称 | 售价 | 货号\n茶 | 1 | A\n酒 | 2 | A", [(3, "货号")]),
            ("商品名称 | 售价 | 副标题\n茶 | 1 | 甲\n茶 | 1 | 乙", [(3, "副标题")]),
            ("商品名称 | 售价 | 状态\n茶 | 1 | 有货", [(2, "状态")]),
            ("商品名称 | 售价 | 包邮\n茶 | 1 | 也许", [(2, "包邮")]),
            ("商品名称 | 售价 | 视频地址\n茶 | 1 | http://x.example", [(2, "视频地址")]),
            ("商品名称 | 售价 | 每单限购\n茶 | 1 | 0", [(2, "每单限购")]),
            ("商品名称 | 售价 | 规格ID\n茶 | 1 | 9", [(2, "规格ID")]),
            ("商品名称 | 售价 | 规格ID\n茶 | 1 | 00000000-0000-4000-8000-000000000000", [(2, "规格ID")]),
            ("商品名称 | 售价\n" + "名" * 121 + " | 1", [(2, "商品名称")]),
            ("商品名称 | 售价\n茶\u202e | 1", [(2, "商品名称")]),
            ("商品名称 | 售价 | 货号\n茶 | 1 | a\u0007", [(2, "货号")]),
        ],
    )
    def test_every_error_names_its_row_and_column_and_nothing_is_written(self, text, wrong):
        found = drafts(text)
        said = sorted((error["row"], error["field"]) for error in errors_of(found))
        assert [pair for pair in wrong if pair not in said] == []
        assert {row for row, _name in said} == {row for row, _name in wrong}
        assert all(error["error"] for error in errors_of(found))
        assert not Product.objects.exists()

    def test_the_good_rows_alone_are_carried_out_and_a_product_is_never_half_done(self):
        text = "商品名称 | 规格 | 售价\n茶 | 级:特 | 1\n茶 | 级:一 | x\n酒 |  | 2"
        assert carry_out(drafts(text)) == {"created": 1, "changed": 0, "unchanged": 0, "left": 1}
        assert [sku[0] for sku in skus()] == ["酒"]

    def test_what_is_refused_only_when_it_is_done_is_left_and_says_why(self):
        create_product(name="茶", skus=[{"code": "A", "price_fen": 1, "stock": 1}])
        found = drafts("货号 | 状态 | 售价\nA | 草稿 | 5")
        assert carry_out(found) == {"created": 0, "changed": 0, "unchanged": 0, "left": 1}
        assert "草稿" in errors_of(found)[0]["error"]
        assert skus() == [("茶", "A", {}, 1, 1)]

    def test_two_products_of_one_name_and_two_skus_of_one_code_are_not_guessed_between(self):
        for _ in range(2):
            create_product(name="茶", skus=[{"code": "A", "price_fen": 1, "stock": 1}])
        assert errors("货号 | 售价\nA | 5") == [(2, "货号"), (2, "商品名称")]
        assert errors("货号 | 商品名称 | 售价\nB | 茶 | 5") == [(2, "商品名称")]

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("writer", [csv_bytes, xlsx_bytes])
    def test_an_export_in_either_language_read_back_changes_nothing(self, writer, language):
        category = create_category(name="绿茶", parent=create_category(name="茶"))
        create_product(
            name="=HYPERLINK(1)", category=category, subtitle="-5", keywords="@a +b", description="<p>一</p>\n二",
            video_url="https://v.example.com/1", purchase_limit=3, free_freight=False, position=4,
            skus=[
                {"specs": {"色:彩": "红;蓝", "码": "L"}, "code": "007", "price_fen": 1_050, "stock": 5, "cost_fen": 1,
                 "market_price_fen": 2_000, "member_price_fen": 900, "weight_g": 250, "low_stock_at": 2},
                {"specs": {"色:彩": "{", "码": "M"}, "price_fen": 0, "stock": 0},
            ],
        )  # fmt: skip
        create_product(name="草稿", status="draft", skus=[{"price_fen": 1, "stock": 1}])
        kept = list(Product.objects.order_by("id").values()), list(Sku.objects.order_by("id").values())
        with override(language):
            data = writer(exporting.header(), exporting.rows(Product.objects.all(), most=100))
        table = read_table(data=data)
        columns = guessed_columns(table.header)
        assert set(columns) == {column.field for column in COLUMNS}
        found = look_through(rows=table.rows, columns=columns)
        assert errors_of(found) == []
        assert carry_out(found) == {"created": 0, "changed": 0, "unchanged": 2, "left": 0}
        assert (list(Product.objects.order_by("id").values()), list(Sku.objects.order_by("id").values())) == kept

    def test_an_export_ends_at_its_bound(self):
        for name in "甲乙丙":
            create_product(name=name, skus=[{"specs": {"n": n}, "price_fen": 1, "stock": 1} for n in "12"])
        found = [row[2] for row in exporting.rows(Product.objects.all(), most=3)]
        assert found == ["丙", "丙", "乙"]

    def test_looking_through_costs_the_same_for_one_row_and_for_many(self):
        one, many = "商品名称 | 售价\n茶0 | 1", "商品名称 | 售价" + "".join(f"\n茶{n} | 1" for n in range(40))
        carry_out(drafts(many))
        counts = []
        for text in (one, many):
            with CaptureQueriesContext(
                connection,
            ) as counted:
                drafts(text)
            counts.append(len(counted))
        assert counts[0] == counts[1]


@pytest.mark.usefixtures("scope")
def test_another_malls_skus_codes_and_names_are_nobodys(mall, elsewhere):
    with mall_scope(elsewhere.pk):
        create_product(name="茶", skus=[{"code": "A", "price_fen": 1, "stock": 1}])
        foreign = Sku.objects.get().public_id
    assert errors(f"规格ID | 售价\n{foreign} | 5") == [(2, "规格ID"), (2, "商品名称")]
    assert carry_out(drafts("货号 | 商品名称 | 售价\nA | 茶 | 5"))["created"] == 1
    with mall_scope(elsewhere.pk):
        assert skus() == [("茶", "A", {}, 1, 1)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["商品名称", "售价（元）", "库存"], {"name": 0, "price_fen": 1, "stock": 2}),
        (["Product Name", "SKU", "Price", "Stock"], {"name": 0, "code": 1, "price_fen": 2, "stock": 3}),
        (["宝贝标题", "商家编码", "*价格", "数量"], {"name": 0, "code": 1, "price_fen": 2, "stock": 3}),
        (["name", "price_fen", "weight_g"], {"name": 0, "price_fen": 1, "weight_g": 2}),
        (["x", "", "名称", "名称"], {"name": 2}),
    ],
)
def test_columns_are_guessed_from_what_tables_call_them(header, expected):
    assert guessed_columns(header) == expected


@pytest.mark.parametrize(
    ("specs", "cell"),
    [({}, ""), ({"色": "红", "码": "L"}, "色:红;码:L"), ({"色": "a:b"}, '{"色": "a:b"}')],
)
def test_specs_are_written_as_they_are_typed(specs, cell):
    assert specs_cell(specs) == cell
