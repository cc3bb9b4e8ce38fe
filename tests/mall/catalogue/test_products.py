"""Products and SKUs: what a merchant may write, and what stays when he changes his mind."""

from __future__ import annotations

import pytest

from mall.catalogue.errors import BadProduct, NoSkus
from mall.catalogue.models import Product, Sku
from mall.catalogue.services import (
    create_category,
    create_product,
    publish_product,
    set_skus,
    update_product,
    withdraw_product,
)
from mall.money import FEN_MAX
from mall.orders.models import OrderLine
from mall.tenancy.context import mall_scope
from tests.factories.trade import place

RED = {"specs": {"颜色": "红"}, "price_fen": 100, "stock": 5}
BLUE = {"specs": {"颜色": "蓝"}, "price_fen": 200, "stock": 6}


@pytest.fixture
def scope(mall):
    with mall_scope(mall.pk):
        yield


def rows(product: Product) -> list[tuple]:
    skus = Sku.objects.filter(product=product).order_by("-is_active", "position", "id")
    return [(sku.specs.get("颜色"), sku.price_fen, sku.stock, sku.is_active) for sku in skus]


@pytest.mark.usefixtures("scope")
class TestProducts:
    def test_a_product_goes_on_sale_with_its_skus_in_the_order_given(self):
        product = create_product(name=" 茶 ", skus=[BLUE, RED | {"market_price_fen": 300, "cost_fen": 40, "code": "R"}])
        assert (product.name, product.status) == ("茶", "on_sale")
        assert rows(product) == [("蓝", 200, 6, True), ("红", 100, 5, True)]

    def test_nothing_goes_on_sale_without_a_sku(self):
        with pytest.raises(NoSkus):
            create_product(name="茶")
        draft = create_product(name="茶", status="draft")
        with pytest.raises(NoSkus):
            publish_product(product=draft)
        set_skus(product=draft, skus=[RED])
        assert publish_product(product=draft).status == "on_sale"
        with pytest.raises(NoSkus):
            set_skus(product=draft, skus=[])
        withdraw_product(product=draft)
        assert set_skus(product=draft, skus=[]) == []

    def test_changes_name_only_what_changes(self):
        product = create_product(name="茶", subtitle="好", skus=[RED])
        category = create_category(name="饮")
        update_product(product=product, changes={"name": "绿茶", "category": category, "description": "一\n二"})
        product.refresh_from_db()
        assert (product.name, product.subtitle, product.category, product.description) == (
            "绿茶",
            "好",
            category,
            "一\n二",
        )

    def test_a_sku_is_known_again_by_its_specs_and_left_out_ones_are_no_longer_sold(self):
        product = create_product(name="茶", skus=[RED, BLUE])
        ids = dict(Sku.objects.filter(product=product).values_list("specs__颜色", "pk"))
        set_skus(product=product, skus=[BLUE | {"price_fen": 250}])
        assert rows(product) == [("蓝", 250, 6, True), ("红", 100, 5, False)]
        set_skus(product=product, skus=[RED | {"stock": 9}, BLUE])
        assert rows(product) == [("红", 100, 9, True), ("蓝", 200, 6, True)]
        assert dict(Sku.objects.filter(product=product).values_list("specs__颜色", "pk")) == ids

    def test_two_skus_can_swap_their_specs(self):
        product = create_product(name="茶", skus=[RED, BLUE])
        red, blue = Sku.objects.filter(product=product).order_by("position")
        set_skus(
            product=product,
            skus=[
                {**RED, "id": str(blue.public_id), "price_fen": 2},
                {**BLUE, "id": str(red.public_id), "price_fen": 1},
            ],
        )
        red.refresh_from_db()
        blue.refresh_from_db()
        assert (red.specs, red.price_fen, blue.specs, blue.price_fen) == (BLUE["specs"], 1, RED["specs"], 2)

    def test_a_renamed_sku_takes_the_specs_of_one_no_longer_sold(self):
        product = create_product(name="茶", skus=[RED, BLUE])
        red = Sku.objects.get(product=product, specs=RED["specs"])
        set_skus(product=product, skus=[RED])
        set_skus(product=product, skus=[{**BLUE, "id": str(red.public_id)}])
        red.refresh_from_db()
        assert (red.specs, red.is_active, Sku.objects.filter(product=product, is_active=True).count()) == (
            BLUE["specs"], True, 1,
        )  # fmt: skip

    def test_what_was_sold_while_the_merchant_typed_stays_sold(self, mall, buyer):
        product = create_product(name="茶", skus=[RED])
        sku = Sku.objects.get(product=product)
        place(mall, buyer, (sku, 3))
        set_skus(product=product, skus=[RED | {"stock": 20, "stock_before": 5}])
        sku.refresh_from_db()
        assert sku.stock == 17
        set_skus(product=product, skus=[RED | {"stock": 0, "stock_before": 20}])
        sku.refresh_from_db()
        assert sku.stock == 0

    def test_an_order_keeps_what_it_was_sold_as(self, mall, buyer):
        product = create_product(name="茶", skus=[RED])
        order = place(mall, buyer, (Sku.objects.get(product=product), 1))
        update_product(product=product, changes={"name": "别的"})
        set_skus(product=product, skus=[BLUE])
        line = OrderLine.objects.get(order=order)
        assert (line.name, line.specs, line.price_fen) == ("茶", RED["specs"], 100)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 121}, "name"),
            ({"name": "a\x07b"}, "name"),
            ({"name": "a\u202eb"}, "name"),
            ({"name": 5}, "name"),
            ({"subtitle": "x" * 201}, "subtitle"),
            ({"keywords": "a\nb"}, "keywords"),
            ({"description": "x" * 20_001}, "description"),
            ({"description": "a\x00"}, "description"),
            ({"description": "\ud800"}, "description"),
            ({"position": -1}, "position"),
            ({"position": 2**63}, "position"),
            ({"position": True}, "position"),
            ({"free_freight": 1}, "free_freight"),
            ({"category": 7}, "category"),
            ({"sold_count": 9}, "sold_count"),
            ({"status": "gone"}, "status"),
        ],
    )
    def test_a_bad_field_is_named(self, changes, field):
        with pytest.raises(BadProduct) as refused:
            create_product(**{"name": "茶", "skus": [RED], **changes})
        assert refused.value.field == field
        assert Product.objects.count() == 0

    @pytest.mark.parametrize("value", [-1, FEN_MAX + 1, 2**63, True, 1.0, "1", None, float("nan")])
    def test_a_price_is_a_whole_number_of_fen_within_bounds(self, value):
        with pytest.raises(BadProduct) as refused:
            create_product(name="茶", skus=[RED | {"price_fen": value}])
        assert refused.value.field == "skus.0.price_fen"

    @pytest.mark.parametrize("value", [-1, 2**31, 2**63, True, 1.0, "1", None, float("nan")])
    def test_stock_is_a_whole_number_within_bounds(self, value):
        with pytest.raises(BadProduct) as refused:
            create_product(name="茶", skus=[BLUE, RED | {"stock": value}])
        assert refused.value.field == "skus.1.stock"

    @pytest.mark.parametrize(
        ("skus", "field"),
        [
            ([RED, RED], "skus.1.specs"),
            ([RED, {**RED, "specs": {"尺码": "L"}}], "skus.1.specs"),
            ([{**RED, "specs": {"颜色": ""}}], "skus.0.specs"),
            ([{**RED, "specs": {"颜色": 5}}], "skus.0.specs"),
            ([{**RED, "specs": {str(n): "x" for n in range(6)}}], "skus.0.specs"),
            ([{**RED, "specs": [1]}], "skus.0.specs"),
            ([{**RED, "id": "nonsense"}], "skus.0.id"),
            ([{**RED, "id": "8a3c0f6e-0000-4000-8000-000000000000"}], "skus.0.id"),
            ([{**RED, "unknown": 1}], "skus.0"),
            ([{**RED, "cost_fen": -1}], "skus.0.cost_fen"),
            ([{**RED, "code": "x" * 41}], "skus.0.code"),
            (["text"], "skus.0"),
            ("text", "skus"),
            ([RED] * 101, "skus"),
        ],
    )
    def test_bad_skus_are_named(self, skus, field):
        product = create_product(name="茶", status="draft")
        with pytest.raises(BadProduct) as refused:
            set_skus(product=product, skus=skus)
        assert refused.value.field == field
        assert Sku.objects.filter(product=product).count() == 0

    def test_the_same_specs_in_another_order_are_the_same(self):
        specs = {"颜色": "红", "尺码": "L"}
        turned = dict(reversed(specs.items()))
        with pytest.raises(BadProduct):
            create_product(name="茶", skus=[RED | {"specs": specs}, RED | {"specs": turned}])


def test_another_malls_category_is_no_category(mall, elsewhere):
    with mall_scope(elsewhere.pk):
        theirs = create_category(name="theirs")
    with mall_scope(mall.pk), pytest.raises(BadProduct):
        create_product(name="茶", category=theirs, skus=[RED])


@pytest.mark.usefixtures("scope")
class TestDetails:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("video_url", "http://v.example.com/1.mp4"),
            ("video_url", "javascript:alert(1)"),
            ("video_url", "https://"),
            ("video_url", "https://v.example.com/" + "a" * 300),
            ("purchase_limit", 0),
            ("purchase_limit", 10_000),
            ("purchase_limit", True),
            ("freight_template", "1"),
        ],
    )
    def test_a_detail_that_cannot_be_meant_is_refused_by_its_name(self, field, value):
        product = create_product(name="茶", skus=[RED])
        with pytest.raises(BadProduct) as refusal:
            update_product(product=product, changes={field: value})
        assert refusal.value.field == field

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("member_price_fen", 101),
            ("member_price_fen", -1),
            ("weight_g", 1_000_001),
            ("weight_g", None),
            ("low_stock_at", -1),
            ("low_stock_at", "1"),
        ],
    )
    def test_a_skus_detail_that_cannot_be_meant_is_refused_by_its_place(self, field, value):
        with pytest.raises(BadProduct) as refusal:
            create_product(name="茶", skus=[RED | {field: value}])
        assert refusal.value.field == f"skus.0.{field}"

    def test_details_of_a_sku_stay_where_they_are_not_named(self):
        details = {"member_price_fen": 90, "weight_g": 250, "low_stock_at": 3}
        product = create_product(name="茶", skus=[RED | details])
        set_skus(product=product, skus=[RED | {"stock": 7}])
        assert Sku.objects.values("stock", *details).get() == {"stock": 7, **details}
        set_skus(product=product, skus=[RED | {"member_price_fen": None, "weight_g": 0}])
        assert Sku.objects.values(*details).get() == {"member_price_fen": None, "weight_g": 0, "low_stock_at": 3}

    def test_a_price_does_not_fall_below_the_members_one(self):
        product = create_product(name="茶", skus=[RED | {"member_price_fen": 90}])
        with pytest.raises(BadProduct, match="会员价"):
            set_skus(product=product, skus=[RED | {"price_fen": 80}])
        assert (Sku.objects.get().price_fen, Product.objects.get().lowest_price_fen) == (100, 100)

    def test_the_lowest_price_follows_the_skus_sold(self):
        product = create_product(name="茶", skus=[BLUE, RED])
        assert Product.objects.get().lowest_price_fen == 100
        set_skus(product=product, skus=[BLUE])
        assert Product.objects.get().lowest_price_fen == 200
        withdraw_product(product=product)
        set_skus(product=product, skus=[])
        assert Product.objects.get().lowest_price_fen is None
