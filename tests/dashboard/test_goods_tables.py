"""Goods as tables: looked through, taken in once, and handed out again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mall.catalogue import import_jobs
from mall.catalogue.import_jobs import go_on
from mall.catalogue.models import Product, Sku
from mall.catalogue.services import create_product
from mall.tenancy.context import mall_scope

pytestmark = pytest.mark.django_db


def only(mall):
    with mall_scope(mall.pk):
        return Product.objects.get()


def upload(desk, text: str) -> str:
    """The page a table leads to."""
    sent = {"file": SimpleUploadedFile("goods.csv", text.encode("gb18030"))}
    return desk.post("/dashboard/product-imports", sent)["Location"]


def test_a_table_is_looked_through_first_and_taken_in_once(desk, mall):
    address = upload(desk, "商品名称,售价,存货\n龙井,128,5\n碧螺春,88.5,6\n")
    page = desk.get(address).content.decode()
    assert "<dt>新建商品</dt><dd>2</dd>" in page
    with mall_scope(mall.pk):
        assert not Product.objects.exists()
    columns = {"column_name": "0", "column_price_fen": "1", "column_stock": "2"}
    desk.post(address, columns)
    assert 'value="2" selected' in desk.get(address).content.decode()
    for _ in range(2):
        desk.post(f"{address}/apply")
    page = desk.get(address).content.decode()
    assert "这份表格已导入" in page
    with mall_scope(mall.pk):
        assert sorted(Sku.objects.values_list("product__name", "price_fen", "stock")) == [
            ("碧螺春", 8_850, 6),
            ("龙井", 12_800, 5),
        ]
    assert "这份表格已导入" in desk.post(address, columns, follow=True).content.decode()


def test_errors_stand_beside_their_rows_and_keep_the_rest_out_unless_asked(desk, mall):
    address = upload(desk, "商品名称,售价\n龙井,128\n\n碧螺春,很贵\n")
    page = desk.get(address).content.decode()
    assert '<td class="num" data-label="行">4</td><td data-label="列">售价</td>' in page
    assert "还有错误的行" in desk.post(f"{address}/apply", follow=True).content.decode()
    with mall_scope(mall.pk):
        assert not Product.objects.exists()
    desk.post(f"{address}/apply", {"only_good": "1"})
    assert only(mall).name == "龙井"


def test_a_long_table_shows_how_far_it_is_until_it_is_done(desk, mall):
    address = upload(desk, "商品名称,售价\n" + "".join(f"茶{number},128\n" for number in range(60)))
    desk.post(f"{address}/apply")
    page = desk.get(address).content.decode()
    assert '<progress value="0" max="60"' in page
    assert "已处理 0 / 60 个商品" in page
    assert "确认导入" not in page
    assert "重新试运行" not in page
    assert "正在导入，请等它完成" in desk.post(f"{address}/apply", follow=True).content.decode()
    piece = desk.get(address, headers={"HX-Request": "true"})
    assert "已处理 0 / 60 个商品" in piece.content.decode()
    assert "<html" not in piece.content.decode()
    go_on(mall.pk)
    done = desk.get(address, headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Redirect"]) == (204, address)
    assert "<dt>新建商品</dt><dd>60</dd>" in desk.get(address).content.decode()


def test_a_running_import_is_stopped_after_a_question_and_says_how_to_go_on(desk, mall, monkeypatch):
    monkeypatch.setattr(import_jobs, "ROUND_SECONDS", 0.0)
    address = upload(desk, "商品名称,售价\n" + "".join(f"茶{number},128\n" for number in range(60)))
    assert "停止导入" not in desk.get(address).content.decode()
    desk.post(f"{address}/apply")
    go_on(mall.pk)
    assert f'href="{address}/stop"' in desk.get(address, headers={"HX-Request": "true"}).content.decode()
    asked = desk.get(f"{address}/stop").content.decode()
    assert "已处理 20 / 60 个商品" in asked
    assert "不，返回" in asked
    page = desk.post(f"{address}/stop", follow=True).content.decode()
    assert "导入已停止。" in page
    assert "停在第 20 / 60 个商品" in page
    assert "<dt>已写入的行</dt><dd>20</dd><dt>未写入的行</dt><dd>40</dd>" in page
    assert "继续导入" in page
    assert "<progress" not in page
    assert "重新试运行" not in page
    go_on(mall.pk)
    with mall_scope(mall.pk):
        assert Product.objects.count() == 20
    assert "的导入已停止" in desk.post(f"{address}/stop").content.decode()
    assert desk.get(f"{address}/stop")["Location"] == address
    assert "的导入已停止" in desk.post(address, {"column_name": "0"}, follow=True).content.decode()
    desk.post(f"{address}/apply")
    assert "已处理 20 / 60 个商品" in desk.get(address).content.decode()
    for _round in range(2):
        go_on(mall.pk)
    assert "<dt>新建商品</dt><dd>60</dd>" in desk.get(address).content.decode()
    assert "不能再停止" in desk.post(f"{address}/stop").content.decode()
    with mall_scope(mall.pk):
        assert Product.objects.count() == 60


def test_a_page_that_asks_for_its_progress_learns_that_it_was_stopped(desk, mall):
    address = upload(desk, "商品名称,售价\n" + "".join(f"茶{number},128\n" for number in range(60)))
    desk.post(f"{address}/apply")
    sheet = desk.get(f"{address}/stop", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in sheet
    told = desk.post(f"{address}/stop", headers={"HX-Request": "true"})
    assert (told.status_code, told["HX-Redirect"]) == (204, address)
    for late in (address, f"{address}/stop"):
        answer = desk.get(late, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Redirect"]) == (204, address)


@pytest.mark.parametrize(
    "columns",
    [
        {"column_name": "0", "column_price_fen": "0"},
        {"column_name": "99"},
        {"column_name": "²"},
        {"column_name": "-1"},
        {"column_name": "9" * 5_000},
        {},
    ],
)
def test_columns_that_cannot_be_meant_change_nothing(desk, mall, columns):
    address = upload(desk, "商品名称,售价\n龙井,128\n")
    assert desk.post(address, columns).status_code == 302
    assert desk.get(address).status_code == 200
    with mall_scope(mall.pk):
        assert not Product.objects.exists()


@pytest.mark.parametrize(("data", "says"), [(b"", "空"), (b"\x89PNG\xff\xfe\xfd", "无法识别"), (b"a\n", "没有数据")])
def test_what_is_no_table_is_refused_beside_the_field(desk, mall, data, says):
    found = desk.post("/dashboard/product-imports", {"file": SimpleUploadedFile("x.xlsx", data)})
    assert found.status_code == 200
    assert says in found.content.decode()


def test_an_export_holds_what_the_list_shows_and_its_import_changes_nothing(desk, mall):
    with mall_scope(mall.pk):
        for name in ("=龙井", "碧螺春"):
            create_product(name=name, skus=[{"price_fen": 12_850, "stock": 5, "code": name[-1:]}])
        before = list(Product.objects.order_by("id").values()), list(Sku.objects.order_by("id").values())
    found = desk.get("/dashboard/products.csv?q=龙井")
    assert found["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=龙井" in found.content.decode()
    assert "碧螺春" not in found.content.decode()
    whole = desk.get("/dashboard/products.xlsx").content
    address = desk.post("/dashboard/product-imports", {"file": SimpleUploadedFile("goods.xlsx", whole)})["Location"]
    assert "<dt>没有变化</dt><dd>2</dd>" in desk.get(address).content.decode()
    desk.post(f"{address}/apply")
    with mall_scope(mall.pk):
        assert (list(Product.objects.order_by("id").values()), list(Sku.objects.order_by("id").values())) == before
    assert desk.get("/dashboard/products.exe").status_code == 404


def test_the_empty_table_to_fill_in_is_read_without_an_error(desk, mall):
    table = desk.get("/dashboard/product-imports/template").content
    address = desk.post("/dashboard/product-imports", {"file": SimpleUploadedFile("t.xlsx", table)})["Location"]
    page = desk.get(address).content.decode()
    assert "<dt>新建商品</dt><dd>1</dd>" in page
    assert "<dt>有错误，未导入</dt><dd>0</dd>" in page
