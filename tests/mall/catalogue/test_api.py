"""The catalogue by the API: open to everybody, strict about what is asked, blind to other malls."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import datetime

import pytest
from django.core.files.storage import default_storage

from mall.catalogue import exporting
from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.services import create_category, create_product
from mall.staff.models import AuditRecord, Role
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, api_as_staff, errors_of
from tests.factories.mall import make_staff
from tests.factories.pictures import a_picture
from tests.factories.trade import make_product


@pytest.fixture
def anyone(mall) -> Api:
    return Api(mall)


def test_a_stranger_sees_the_tree(mall, anyone):
    with mall_scope(mall.pk):
        top = create_category(name="衣")
        child = create_category(name="裤", parent=top)
    assert anyone.get("categories").json() == {
        "results": [
            {
                "id": str(top.public_id),
                "name": "衣",
                "children": [{"id": str(child.public_id), "name": "裤", "children": []}],
            }
        ]
    }


def test_a_stranger_pages_through_the_products(mall, anyone):
    made = [make_product(mall, price_fen=100 + number) for number in range(3)]
    first = anyone.get("products?page_size=2&ordering=price").json()
    assert [row["id"] for row in first["results"]] == [str(made[0].public_id), str(made[1].public_id)]
    assert first["results"][0] == {
        "id": str(made[0].public_id),
        "name": made[0].name,
        "image": None,
        "price_fen": 100,
        "market_price_fen": None,
        "sold_count": 0,
    }
    assert first["previous"] is None
    assert first["next"].startswith(f"http://{mall.slug}.localhost/api/v1/products?")
    second = anyone.get(first["next"].split("/api/v1/")[1]).json()
    assert ([row["id"] for row in second["results"]], second["next"]) == ([str(made[2].public_id)], None)
    assert anyone.get(second["previous"].split("/api/v1/")[1]).json()["results"] == first["results"]


def test_a_product_shows_its_skus_but_not_what_they_cost_the_merchant(mall, anyone):
    skus = [
        {"specs": {"码": "L"}, "price_fen": 500, "stock": 1, "market_price_fen": 900, "cost_fen": 1,
         "member_price_fen": 450, "weight_g": 7, "low_stock_at": 5},
        {"specs": {"码": "S"}, "price_fen": 400, "stock": 2, "cost_fen": 1},
    ]  # fmt: skip
    more = {"description": "茶 < 酒\n好", "video_url": "https://v.example.com/1.mp4", "purchase_limit": 3}
    with mall_scope(mall.pk):
        product = create_product(name="衣", category=create_category(name="c"), subtitle="好", skus=skus, **more)
        ids = [str(sku.public_id) for sku in Sku.objects.order_by("position")]
        category = str(product.category.public_id)
    told = anyone.get(f"products/{product.public_id}").json()
    assert datetime.fromisoformat(told.pop("server_now")).tzinfo is not None
    assert told == {
        "id": str(product.public_id),
        "name": "衣",
        "image": None,
        "images": [],
        "subtitle": "好",
        "description": "茶 < 酒\n好",
        "description_html": "<p>茶 &lt; 酒<br>好</p>",
        "video_url": "https://v.example.com/1.mp4",
        "purchase_limit": 3,
        "category": category,
        "price_fen": 400,
        "market_price_fen": None,
        "sold_count": 0,
        "skus": [
            {"id": ids[0], "specs": {"码": "L"}, "price_fen": 500, "market_price_fen": 900,
             "member_price_fen": 450, "limited_until": None, "stock": 1},
            {"id": ids[1], "specs": {"码": "S"}, "price_fen": 400, "market_price_fen": None,
             "member_price_fen": None, "limited_until": None, "stock": 2},
        ],
    }  # fmt: skip


def test_a_product_off_sale_elsewhere_or_misspelt_is_missing_in_the_same_words(mall, elsewhere, anyone):
    with mall_scope(mall.pk):
        draft = create_product(name="d", status="draft")
    theirs = make_product(elsewhere)
    answers = {
        anyone.get(f"products/{name}").content
        for name in (draft.public_id, theirs.public_id, uuid.uuid4(), "x", "1", "%F0%9F%98%80", "a" * 300)
    }
    assert len(answers) == 1
    assert anyone.get(f"products/{theirs.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ordering=cheap", 400),
        ("page_size=0", 400),
        ("page_size=x", 400),
        ("page_size=9999999999999999999999", 200),
        ("search=" + "x" * 41, 400),
        ("search=%00", 400),
        ("search=a%0Ab", 400),
        ("search=%ED%A0%80", 200),
        ("cursor=nonsense", 404),
        ("category=nonsense", 404),
        ("category=0b6f4c1e-5d1a-4b8e-9f1d-3a7c2e9d4f60", 404),
        ("unknown=1", 200),
    ],
)
def test_what_is_asked_for_must_make_sense(anyone, query, status):
    assert anyone.get(f"products?{query}").status_code == status


def test_another_malls_category_is_missing(mall, elsewhere, anyone):
    with mall_scope(elsewhere.pk):
        theirs = create_category(name="x")
    assert anyone.get(f"products?category={theirs.public_id}").status_code == 404


def test_the_window_stays_cheap(mall, anyone, query_counts):
    with mall_scope(mall.pk):
        category = create_category(name="c")
        for number in range(25):
            product = create_product(name=f"p{number}", category=category, skus=[{"price_fen": 1, "stock": 1}])
    with query_counts("products.list"):
        assert len(anyone.get("products").json()["results"]) == 20
    with query_counts("products.list_of_category"):
        anyone.get(f"products?category={category.public_id}&ordering=-price")
    with query_counts("products.detail"):
        anyone.get(f"products/{product.public_id}")
    with query_counts("categories.list"):
        anyone.get("categories")


# --- The merchant's side -----------------------------------------------------

GIVEN = {"name": "茶", "skus": [{"specs": {"味": "绿"}, "price_fen": 1000, "stock": 5, "cost_fen": 100}]}


def test_staff_make_and_change_a_product(mall, owner_api, anyone):
    made = owner_api.post("merchant/products", GIVEN)
    assert made.status_code == 201
    product = made.json()
    assert (product["status"], product["skus"][0]["stock"], product["skus"][0]["cost_fen"]) == ("on_sale", 5, 100)
    sku = {**GIVEN["skus"][0], "price_fen": 900, "id": product["skus"][0]["id"], "specs": {"味": "红"}}
    changed = owner_api.patch(f"merchant/products/{product['id']}", {"name": "红茶", "skus": [sku]}).json()
    assert (changed["name"], changed["skus"][0]["price_fen"], changed["skus"][0]["specs"]) == (
        "红茶",
        900,
        {"味": "红"},
    )
    assert anyone.get(f"products/{product['id']}").json()["name"] == "红茶"
    owner_api.patch(f"merchant/products/{product['id']}", {"status": "off_sale"})
    assert anyone.get(f"products/{product['id']}").status_code == 404
    assert owner_api.get(f"merchant/products/{product['id']}").json()["status"] == "off_sale"
    assert [row["id"] for row in owner_api.get("merchant/products").json()["results"]] == [product["id"]]


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"position": "1"}, "position"),
        ({"position": True}, "position"),
        ({"position": 1.0}, "position"),
        ({"status": "gone"}, "status"),
        ({"skus": "x"}, "skus"),
        ({"skus": [5]}, "skus.0"),
        ({"skus": [{"specs": {}, "price_fen": -1, "stock": 1}]}, "skus.0.price_fen"),
        ({"skus": [{"specs": {}, "price_fen": 2**63, "stock": 1}]}, "skus.0.price_fen"),
        ({"skus": [{"specs": {}, "price_fen": 1, "stock": "1"}]}, "skus.0.stock"),
        ({"skus": [{"specs": {}, "price_fen": 1}]}, "skus.0.stock"),
        ({"skus": [{"specs": {"a": 1}, "price_fen": 1, "stock": 1}]}, "skus.0.specs.a"),
    ],
)
def test_bad_products_are_refused_with_the_field(mall, owner_api, change, attr):
    product = make_product(mall)
    for answer in (
        owner_api.post("merchant/products", GIVEN | change),
        owner_api.patch(f"merchant/products/{product.public_id}", change),
    ):
        assert answer.status_code == 400
        assert any((named or "").startswith(attr) for _code, named in errors_of(answer)), answer.content
    with mall_scope(mall.pk):
        assert list(Product.objects.values_list("name", "status")) == [(product.name, "on_sale")]


@pytest.mark.parametrize("role", ["finance", "service"])
def test_other_roles_edit_no_products(mall, role):
    product = make_product(mall)
    staff = api_as_staff(make_staff(mall, role))
    assert staff.get("merchant/products").status_code == 403
    assert staff.post("merchant/products", GIVEN).status_code == 403
    assert staff.patch(f"merchant/products/{product.public_id}", {"name": "x"}).status_code == 403


def test_a_buyer_or_nobody_edits_no_products(api, anyone, mall):
    assert api.post("merchant/products", GIVEN).status_code == 403
    assert anyone.post("merchant/products", GIVEN).status_code == 401


def test_another_malls_product_or_category_is_missing(mall, elsewhere, owner_api):
    theirs = make_product(elsewhere)
    with mall_scope(elsewhere.pk):
        category = create_category(name="x")
    assert owner_api.patch(f"merchant/products/{theirs.public_id}", {"name": "x"}).status_code == 404
    assert owner_api.post("merchant/products", GIVEN | {"category": str(category.public_id)}).status_code == 404
    with mall_scope(elsewhere.pk):
        assert Product.objects.get().name == theirs.name


def test_staff_say_the_details_of_goods_and_read_them_back(mall, owner_api):
    details = {"video_url": "https://v.example.com/1.mp4", "purchase_limit": 3, "free_freight": False, "position": 2,
               "description": "<p onclick=x()>好</p>"}  # fmt: skip
    sku = {"price_fen": 100, "stock": 5, "member_price_fen": 90, "weight_g": 250, "low_stock_at": 5, "cost_fen": 40}
    made = owner_api.post("merchant/products", {"name": "茶", "skus": [sku], **details}).json()
    assert {name: made[name] for name in details} == details | {"description": "<p>好</p>"}
    assert {name: made["skus"][0][name] for name in sku} == sku
    (low,) = owner_api.get("merchant/low-stock").json()["results"]
    assert (low["product"], low["name"], low["stock"], low["low_stock_at"]) == (made["id"], "茶", 5, 5)
    owner_api.patch(f"merchant/products/{made['id']}", {"skus": [{**sku, "stock": 6}]})
    assert owner_api.get("merchant/low-stock").json()["results"] == []


def test_staff_send_pictures_put_them_in_order_and_take_them_away(mall, owner_api):
    product = owner_api.post("merchant/products", GIVEN).json()["id"]
    address = f"merchant/products/{product}/pictures"
    first, second = (owner_api.post(address, a_picture()).json()["id"] for _ in range(2))

    def put(*ids: str):
        return owner_api.put(address, {"pictures": [{"id": one} for one in ids]})

    assert [row["id"] for row in put(second, first).json()] == [second, first]
    assert [put(second).status_code, put(second, second).status_code, put(second, "0" * 32).status_code] == [
        400,
        400,
        404,
    ]
    assert owner_api.put(address, {"pictures": "x"}).status_code == 400
    refused = owner_api.post(address, b"<svg onload=x()>")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "bad_picture")
    assert owner_api.delete(f"{address}/{second}").status_code == 204
    assert owner_api.delete(f"{address}/{second}").status_code == 404
    left = owner_api.get(f"merchant/products/{product}").json()["pictures"]
    assert [row["id"] for row in left] == [first]


def test_staff_grow_and_prune_the_tree(mall, owner_api, anyone):
    top = owner_api.post("merchant/categories", {"name": "茶"}).json()
    below = owner_api.post("merchant/categories", {"name": "绿茶", "parent": top["id"], "position": 2}).json()
    assert below == {"id": below["id"], "name": "绿茶", "parent": top["id"], "position": 2, "icon": None}
    assert owner_api.delete(f"merchant/categories/{top['id']}").status_code == 409
    assert owner_api.patch(f"merchant/categories/{top['id']}", {"parent": below["id"]}).status_code == 409
    moved = owner_api.patch(f"merchant/categories/{below['id']}", {"parent": None, "name": "龙井"}).json()
    assert (moved["parent"], moved["name"], moved["position"]) == (None, "龙井", 2)
    assert owner_api.delete(f"merchant/categories/{top['id']}").status_code == 204
    assert [row["name"] for row in anyone.get("categories").json()["results"]] == ["龙井"]


def test_a_table_is_looked_through_and_carried_out_once(mall, owner_api):
    made = owner_api.post("merchant/product-imports", "品名,售价,多少\n茶,1.5,7\n酒,x,\n".encode())
    assert made.status_code == 201
    job = made.json()
    address = f"merchant/product-imports/{job['id']}"
    assert job["columns"] == [{"field": "name", "column": 0}, {"field": "price_fen", "column": 1}]
    counts = {"created": 1, "changed": 0, "unchanged": 0, "left": 1, "errors": 1}
    assert job["result"] == counts | {"rows_written": 0, "rows_left": 0}
    assert [(error["row"], error["field"]) for error in job["errors"]] == [(3, "售价")]
    columns = [*job["columns"], {"field": "stock", "column": 2}]
    assert owner_api.post(f"{address}/check", {"columns": columns}).json()["columns"] == columns
    for wrong in ([{"field": "x", "column": 0}], [{"field": "name", "column": 9}], [{"field": "name", "column": "0"}]):
        assert owner_api.post(f"{address}/check", {"columns": wrong}).status_code == 400
    refused = owner_api.post(f"{address}/apply", {})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "import_has_errors")
    assert owner_api.get("merchant/products").json()["results"] == []
    assert owner_api.post(f"{address}/apply", {"only_good": True}).json()["status"] == "done"
    assert owner_api.post(f"{address}/apply", {"only_good": True}).status_code == 409
    (product,) = owner_api.get("merchant/products").json()["results"]
    assert (product["name"], product["skus"][0]["price_fen"], product["skus"][0]["stock"]) == ("茶", 150, 7)
    for wrong in (b"", b"\x89PNG\xff\xfe\xfd", b"x" * (10 * 1024 * 1024 + 1)):
        assert owner_api.post("merchant/product-imports", wrong).json()["errors"][0]["code"] == "bad_table"


def test_staff_give_a_category_a_picture_and_take_it_away(mall, owner_api, anyone):
    made = owner_api.post("merchant/categories", {"name": "茶"}).json()
    assert made["icon"] is None
    address = f"merchant/categories/{made['id']}/icon"
    given = owner_api.put(address, a_picture())
    assert given.status_code == 200
    assert given.json()["icon"].startswith(f"/media/{mall.pk}/categories/")
    with mall_scope(mall.pk):
        file = Category.objects.get().icon
    assert default_storage.exists(file)
    for bad in (b"", b"GIF89a"):
        refused = owner_api.put(address, bad)
        assert (refused.status_code, owner_api.patch(address[:-5], {}).json()["icon"]) == (400, given.json()["icon"])
    assert owner_api.delete(address).status_code == 204
    assert owner_api.delete(address).status_code == 204
    assert owner_api.patch(address[:-5], {"position": 1}).json()["icon"] is None
    assert Api(mall).put(address, a_picture()).status_code == 401


def test_an_export_holds_what_was_asked_for_and_its_import_changes_nothing(mall, owner_api, elsewhere):
    with mall_scope(mall.pk):
        tea = create_category(name="茶")
        for name, category, state in (("=龙井", tea, "on_sale"), ("碧螺春", tea, "draft"), ("茶杯", None, "on_sale")):
            create_product(name=name, category=category, status=state, skus=[{"price_fen": 12_850, "stock": 5}])
    make_product(elsewhere, name="别家的")

    def names(query: str) -> list[str]:
        found = owner_api.get(f"merchant/product-export{query}")
        assert (found.status_code, found["Content-Type"]) == (200, "text/csv; charset=utf-8")
        return [row["商品名称"] for row in csv.DictReader(io.StringIO(found.content.decode("utf-8-sig")))]

    assert names("") == ["茶杯", "碧螺春", "'=龙井"]
    assert names(f"?category={tea.public_id}&status=on_sale") == ["'=龙井"]
    assert names("?search=cha") == ["茶杯"]
    whole = owner_api.get("merchant/product-export?file=xlsx")
    assert "attachment" in whole["Content-Disposition"]
    looked = owner_api.post("merchant/product-imports", whole.content)
    counts = {"created": 0, "changed": 0, "unchanged": 3, "left": 0, "errors": 0}
    assert looked.json()["result"] == counts | {"rows_written": 0, "rows_left": 0}
    with mall_scope(mall.pk):
        assert AuditRecord.objects.filter(action="list.exported", detail__rows=3).count() == 2
    for bad in ("?file=exe", "?status=gone", "?search=" + "x" * 99):
        assert owner_api.get(f"merchant/product-export{bad}").status_code == 400
    assert owner_api.get(f"merchant/product-export?category={uuid.uuid4()}").status_code == 404
    assert api_as_staff(make_staff(mall, Role.SERVICE)).get("merchant/product-export").status_code == 403


def test_more_goods_than_a_file_holds_are_no_half_file(mall, owner_api, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_MAX", 2)
    for number in range(3):
        make_product(mall, name=f"茶{number}")
    refused = owner_api.get("merchant/product-export")
    assert (refused.status_code, errors_of(refused)) == (409, [("too_many_to_export", None)])
    assert owner_api.get("merchant/product-export?search=茶1").status_code == 200
