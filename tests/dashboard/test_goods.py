"""Products, their SKUs and the categories: what the table says is what is sold."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.selectors import pictures
from mall.catalogue.services import create_category, create_product
from mall.tenancy.context import mall_scope
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.trade import place

pytestmark = pytest.mark.django_db


def row(prefix, **typed):
    return {"row": prefix, **{f"{prefix}-{name}": value for name, value in typed.items()}}


def form(*rows, name="新茶", **more):
    """The editor as a browser sends it."""
    sent = {"name": name, "free_freight": "on", **more, "row": [one["row"] for one in rows]}
    for one in rows:
        sent |= {key: value for key, value in one.items() if key != "row"}
    return sent


def skus_of(mall, product):
    with mall_scope(mall.pk):
        return [
            (sku.specs, sku.price_fen, sku.market_price_fen, sku.cost_fen, sku.stock, sku.code)
            for sku in Sku.objects.filter(product=product, is_active=True).order_by("position")
        ]


def only(mall):
    with mall_scope(mall.pk):
        return Product.objects.get()


def test_pictures_chosen_with_a_new_product_are_kept_and_what_is_none_is_told(desk, mall):
    files = [SimpleUploadedFile("a.png", a_picture()), SimpleUploadedFile("b.txt", b"words")]
    sent = form(row("a1", price="10", stock="1"), publish="1", pictures=files)
    found = desk.post("/dashboard/products/new", sent, follow=True)
    assert "“b.txt”" in found.content.decode()
    product = only(mall)
    assert product.status == "on_sale"
    with mall_scope(mall.pk):
        assert len(pictures(product)) == 1


def test_a_product_without_variants_is_one_row(desk, mall):
    with mall_scope(mall.pk):
        category = create_category(name="绿茶")
    sent = form(row("a1", price="128", market_price="158.5", cost="60.05", stock="12", code="LJ-1"), publish="1",
                subtitle="明前", category=str(category.public_id))  # fmt: skip
    found = desk.post("/dashboard/products/new", sent)
    product = only(mall)
    assert found["Location"] == reverse("dashboard:product", args=[product.public_id])
    assert (product.name, product.subtitle, product.status) == ("新茶", "明前", "on_sale")
    assert product.category_id == category.pk
    assert skus_of(mall, product) == [({}, 12_800, 15_850, 6_005, 12, "LJ-1")]


def test_variants_are_rows_under_named_columns(desk, mall):
    desk.post(
        "/dashboard/products/new",
        form(
            row("a1", price="9.90", stock="3", value_0="红", value_1="L"),
            row("b2", price="10", stock="0", value_0="蓝", value_1="L"),
            row("c3", price="", stock="", value_0="", value_1=""),
            spec_0="颜色",
            spec_1="尺码",
        ),
    )
    product = only(mall)
    assert product.status == "draft"
    assert skus_of(mall, product) == [
        ({"颜色": "红", "尺码": "L"}, 990, None, None, 3, ""),
        ({"颜色": "蓝", "尺码": "L"}, 1_000, None, None, 0, ""),
    ]


@pytest.mark.parametrize(
    ("rows", "more", "where"),
    [
        ([], {}, "至少填写一个规格"),
        ([row("a", price="", stock="5")], {}, "请填写售价"),
        ([row("a", price="x", stock="5")], {}, "请填写金额"),
        ([row("a", price="-1", stock="5")], {}, "请填写金额"),
        ([row("a", price="1.234", stock="5")], {}, "请填写金额"),
        ([row("a", price="100000000.01", stock="5")], {}, "最多"),
        ([row("a", price="1", stock="-5")], {}, "0"),
        ([row("a", price="1", stock="1.5")], {}, "整数"),
        ([row("a", price="1", stock="9" * 30)], {}, "100000000"),
        ([row("a", price="1", value_0="红")], {}, "成对填写"),
        ([row("a", price="1", value_0="")], {"spec_0": "颜色"}, "成对填写"),
        ([row("a", price="1", value_0="红"), row("b", price="2", value_0="红")], {"spec_0": "颜色"}, "完全相同"),
        ([row("a", price="1")], {"name": ""}, "必填"),
        ([row("a", price="1")], {"name": "a\x07b"}, "无法显示"),
        ([row("a", price="1")], {"name": "名" * 121}, "120"),
        ([row("a", price="1")], {"category": "nonsense"}, "nonsense"),
    ],
)
def test_what_cannot_be_sold_is_said_and_nothing_typed_is_lost(desk, mall, rows, more, where):
    sent = form(*rows, **({"subtitle": "留住我", "publish": "1"} | more))
    found = desk.post("/dashboard/products/new", sent)
    assert found.status_code == 200
    text = found.content.decode()
    assert where in text
    assert "留住我" in text
    for one in rows:
        for key, value in one.items():
            if key.startswith("a-") and value and value.isalnum():
                assert f'value="{value}"' in text
    with mall_scope(mall.pk):
        assert not Product.objects.exists()


def test_editing_changes_rows_in_place_and_keeps_what_was_sold_meanwhile(desk, mall):
    with mall_scope(mall.pk):
        product = create_product(
            name="旧名",
            skus=[
                {"specs": {"色": "红"}, "price_fen": 100, "stock": 10},
                {"specs": {"色": "蓝"}, "price_fen": 200, "stock": 5},
            ],
        )
        red, blue = Sku.objects.order_by("pk")
    buyer = make_member(mall).buyer
    place(mall, buyer, (red, 4))
    rows = (
        row("a", id=str(red.public_id), stock_before="10", price="1.50", stock="20", value_0="大红"),
        row("b", price="3", stock="1", value_0="白"),
    )
    sent = form(*rows, name="新名", spec_0="色")
    found = desk.post(reverse("dashboard:product", args=[product.public_id]), sent)
    assert found.status_code == 302
    # 10 were seen, 4 of them are sold: 20 typed leave 16.
    assert skus_of(mall, product) == [({"色": "大红"}, 150, None, None, 16, ""), ({"色": "白"}, 300, None, None, 1, "")]
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=red.pk).price_fen == 150
        assert not Sku.objects.get(pk=blue.pk).is_active
        assert Product.objects.get().name == "新名"


def test_the_editor_shows_what_there_is(desk, mall):
    with mall_scope(mall.pk):
        product = create_product(
            name="四种规格",
            skus=[
                {"specs": {"甲": "1", "乙": "2", "丙": "3", "丁": "4"}, "price_fen": 1_205, "stock": 7, "cost_fen": 3}
            ],
        )
    found = desk.get(reverse("dashboard:product", args=[product.public_id]))
    editor = found.context["editor"]
    assert editor.columns == 4
    assert set(editor.spec_names) == {"甲", "乙", "丙", "丁"}
    text = found.content.decode()
    for value in ("12.05", "0.03", 'value="7"', 'value="4"'):
        assert value in text


def test_another_malls_sku_is_not_taken_over(desk, mall, neighbour):
    with mall_scope(mall.pk):
        product = create_product(name="我的", skus=[{"specs": {}, "price_fen": 100, "stock": 1}])
    sent = form(row("a", id=str(neighbour.sku.public_id), stock_before="1", price="1", stock="1"))
    found = desk.post(reverse("dashboard:product", args=[product.public_id]), sent)
    assert "没有这个规格" in found.content.decode()
    assert skus_of(mall, product) == [({}, 100, None, None, 1, "")]


def test_a_hundred_rows_are_the_most(desk, mall):
    rows = [row(f"{number:x}", price="1", value_0=str(number)) for number in range(150)]
    found = desk.post("/dashboard/products/new", form(*rows, spec_0="号"))
    assert "100" in found.content.decode()
    with mall_scope(mall.pk):
        assert not Product.objects.exists()


def test_publishing_and_withdrawing(desk, mall):
    with mall_scope(mall.pk):
        product = create_product(name="茶", skus=[{"specs": {}, "price_fen": 1, "stock": 1}], status="draft")
        empty = create_product(name="空", status="draft")
    for to, status in (("on_sale", "on_sale"), ("off_sale", "off_sale")):
        desk.post(reverse("dashboard:product-publish", args=[product.public_id]), {"to": to})
        with mall_scope(mall.pk):
            assert Product.objects.get(pk=product.pk).status == status
    found = desk.post(reverse("dashboard:product-publish", args=[empty.public_id]), {"to": "on_sale"}, follow=True)
    assert "还没有可售规格" in found.content.decode()
    with mall_scope(mall.pk):
        assert Product.objects.get(pk=empty.pk).status == "draft"


def test_the_list_of_products_is_narrowed(desk, mall):
    with mall_scope(mall.pk):
        top = create_category(name="茶")
        green = create_category(name="绿茶", parent=top)
        create_product(name="龙井 礼盒", category=green, skus=[{"specs": {}, "price_fen": 1, "stock": 2}])
        create_product(name="杯子", status="draft")

    def names(query):
        return [product.name for product in desk.get(f"/dashboard/products?{query}").context["page"].rows]

    assert names("") == ["杯子", "龙井 礼盒"]
    assert names("q=礼盒 龙井") == ["龙井 礼盒"]
    assert names(f"category={top.public_id}") == ["龙井 礼盒"]
    assert names("status=draft") == ["杯子"]
    assert names("q=没有") == []
    assert names("category=nonsense&status=nonsense") == ["杯子", "龙井 礼盒"]


def test_categories_are_made_moved_and_taken_away(desk, mall):
    desk.post("/dashboard/categories/new", {"name": "茶", "position": "0"})
    with mall_scope(mall.pk):
        tea = Category.objects.get()
    desk.post("/dashboard/categories/new", {"name": "绿茶", "parent": str(tea.public_id), "position": "3"})
    with mall_scope(mall.pk):
        green = Category.objects.get(name="绿茶")
        assert green.parent_id == tea.pk
    found = desk.post(reverse("dashboard:category-delete", args=[tea.public_id]))
    assert "还有 1 个子分类" in found.content.decode()
    address = reverse("dashboard:category", args=[tea.public_id])
    found = desk.post(address, {"name": "茶", "parent": str(green.public_id), "position": "0"})
    assert found.context["form"].errors.keys() == {"parent"}
    desk.post(reverse("dashboard:category", args=[green.public_id]), {"name": "绿茶类", "position": "1"})
    desk.post(reverse("dashboard:category-delete", args=[tea.public_id]))
    with mall_scope(mall.pk):
        left = Category.objects.get()
    assert (left.name, left.parent_id, left.position) == ("绿茶类", None, 1)


def test_an_empty_row_is_handed_out(desk):
    for columns, cells in (("3", 3), ("5", 5), ("99", 3), ("x", 3)):
        text = desk.get(f"/dashboard/products/sku-row?columns={columns}").content.decode()
        assert text.count("-value_") // text.count('name="row"') // 2 >= cells


def test_the_details_of_goods_are_kept_and_shown_again(desk, mall):
    sent = form(row("a1", price="128", stock="12", member_price="118.8", weight="250", low_stock_at="5"), publish="1",
                video_url="https://v.example.com/1.mp4", purchase_limit="3", position="7",
                description="<p onclick=x()>明前</p>")  # fmt: skip
    desk.post("/dashboard/products/new", sent)
    product = only(mall)
    assert (product.video_url, product.purchase_limit, product.position) == ("https://v.example.com/1.mp4", 3, 7)
    assert product.description == "<p>明前</p>"
    with mall_scope(mall.pk):
        sku = Sku.objects.get()
        assert (sku.member_price_fen, sku.weight_g, sku.low_stock_at) == (11_880, 250, 5)
    page = desk.get(reverse("dashboard:product", args=[product.public_id])).content.decode()
    for value in ("118.8", "250", "5", "3", "7", "https://v.example.com/1.mp4"):
        assert f'value="{value}"' in page


@pytest.mark.parametrize(
    ("cell", "more", "where"),
    [
        ({"member_price": "129"}, {}, "会员价不能高于售价"),
        ({"weight": "-1"}, {}, "0"),
        ({"low_stock_at": "x"}, {}, "整数"),
        ({}, {"video_url": "http://v.example.com"}, "https://"),
        ({}, {"purchase_limit": "0"}, "1"),
        ({}, {"freight_template": "00000000-0000-4000-8000-000000000000"}, "选"),
    ],
)
def test_a_detail_that_cannot_be_meant_is_said_beside_its_field(desk, mall, cell, more, where):
    found = desk.post("/dashboard/products/new", form(row("a1", price="128", stock="1", **cell), publish="1", **more))
    assert found.status_code == 200
    assert where in found.content.decode()
    with mall_scope(mall.pk):
        assert not Product.objects.exists()


def chosen(*files: bytes):
    return {"pictures": [SimpleUploadedFile(f"p{n}.png", data) for n, data in enumerate(files)]}


def test_pictures_are_added_put_in_order_and_taken_away(desk, mall):
    with mall_scope(mall.pk):
        product = create_product(name="茶", skus=[{"price_fen": 1, "stock": 1}])
    place_of_pictures = reverse("dashboard:product-pictures", args=[product.public_id])

    def row_now() -> list[str]:
        with mall_scope(mall.pk):
            return [picture.key for picture in pictures(product)]

    def move(key: str, to: str) -> None:
        address = reverse("dashboard:product-picture", args=[product.public_id, key])
        assert desk.post(address, {"to": to})["Location"].endswith("#pictures")

    desk.post(place_of_pictures, chosen(a_picture(), b"<svg onload=x()>", a_picture(), a_picture()))
    first, second, third = row_now()
    page = desk.get(reverse("dashboard:product", args=[product.public_id])).content.decode()
    assert "p1.png”：无法识别这张图片" in page
    assert [page.count(f"{key}_300.jpg") for key in (first, second, third)] == [1, 1, 1]
    move(third, "front")
    assert row_now() == [third, first, second]
    move(third, "on")
    assert row_now() == [first, third, second]
    move(second, "back")
    assert row_now() == [first, second, third]
    move(first, "back")
    move(third, "on")
    assert row_now() == [first, second, third]
    move(first, "away")
    assert row_now() == [second, third]
    assert desk.post(reverse("dashboard:product-picture", args=[product.public_id, first])).status_code == 404


def test_what_runs_low_is_listed_and_put_on_the_shelf_again(desk, mall):
    rows = [("够", 6, 5), ("到线", 5, 5), ("卖完", 0, 0), ("没设", 1, 0)]
    with mall_scope(mall.pk):
        for name, stock, line in rows:
            create_product(name=name, skus=[{"price_fen": 1, "stock": stock, "low_stock_at": line}])
        create_product(name="草稿", status="draft", skus=[{"price_fen": 1, "stock": 0}])
        gone = Sku.objects.get(product__name="卖完")

    def listed(asked: str = "") -> list[str]:
        page = desk.get(f"/dashboard/low-stock{asked}").content.decode()
        return [name for name in ("够", "到线", "卖完", "没设", "草稿") if f"<span>{name}</span>" in page]

    assert listed() == ["到线", "卖完"]
    assert listed("?view=gone") == ["卖完"]
    address = reverse("dashboard:sku-restock", args=[gone.public_id])
    for wrong in ("", "0", "-1", "x", "100000001"):
        assert desk.post(address, {"pieces": wrong}).status_code == 200
    assert desk.post(address, {"pieces": "100000000"}).status_code == 302
    assert "库存至多" in desk.post(address, {"pieces": "1"}).content.decode()
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=gone.pk).stock == 100_000_000
    assert listed() == ["到线"]


def test_a_category_gets_an_icon_and_a_bad_one_changes_nothing(desk, mall):
    icon = SimpleUploadedFile("a.png", a_picture())
    desk.post("/dashboard/categories/new", {"name": "茶", "position": "0", "icon": icon})
    with mall_scope(mall.pk):
        category = Category.objects.get()
        assert category.icon.startswith(f"{mall.pk}/categories/")
    bad = SimpleUploadedFile("a.png", b"GIF89a")
    address = reverse("dashboard:category", args=[category.public_id])
    found = desk.post(address, {"name": "酒", "position": "0", "icon": bad})
    assert "无法识别这张图片" in found.content.decode()
    with mall_scope(mall.pk):
        assert (Category.objects.get().name, Category.objects.get().icon) == ("茶", category.icon)
    assert "去掉现在的图标" in desk.get(address).content.decode()
    desk.post(address, {"name": "茶", "position": "0"})
    with mall_scope(mall.pk):
        assert Category.objects.get().icon == category.icon
    desk.post(address, {"name": "茶", "position": "0", "remove_icon": "on"})
    with mall_scope(mall.pk):
        assert Category.objects.get().icon == ""
    assert "去掉现在的图标" not in desk.get(address).content.decode()
    fresh = SimpleUploadedFile("a.png", a_picture())
    for _ in range(2):
        fresh.seek(0)
        desk.post(address, {"name": "茶", "position": "0", "icon": fresh, "remove_icon": "on"})
        with mall_scope(mall.pk):
            assert Category.objects.get().icon.startswith(f"{mall.pk}/categories/")
