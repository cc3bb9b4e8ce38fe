"""What a product would pay, as the share panel says it."""

from __future__ import annotations

import pytest

from commissions.plans.offers import most_earned
from commissions.plans.services import change_plan
from mall.catalogue.services import create_category, create_product
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall, owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods():
    """A product in a category below another; its dearest SKU costs ¥100."""
    mall = make_mall()
    with mall_scope(mall.pk):
        above = create_category(name="茶")
        below = create_category(name="绿茶", parent=above)
        skus = [
            {"specs": {"级": "一"}, "price_fen": 6_000, "stock": 1},
            {"specs": {"级": "特"}, "price_fen": 10_000, "stock": 1},
        ]
        product = create_product(name="龙井", category=below, skus=skus)
    return mall, above, product


def paid(goods, overrides, **changes):
    mall, _above, product = goods
    with mall_scope(mall.pk):
        changes = {"order_levels_bps": [1000], "overrides": overrides, **changes}
        change_plan(author=owner_of(mall).user, changes=changes)
        return most_earned(product)


def test_the_dearest_offer_counts(goods):
    assert paid(goods, []) == 1_000


def test_the_narrowest_scope_wins_and_an_upper_category_holds_below(goods):
    _mall, above, product = goods
    upper = {"scope": "category", "id": str(above.public_id), "order_levels_bps": [500]}
    own = {"scope": "product", "id": str(product.public_id), "order_levels_bps": [0]}
    assert paid(goods, [upper]) == 500
    assert paid(goods, [upper, own]) == 0


def test_a_flat_amount_on_one_sku_may_beat_a_share_of_a_dearer_one(goods):
    mall, _above, product = goods
    with mall_scope(mall.pk):
        cheap = product.skus.get(price_fen=6_000)
    flat = {"scope": "sku", "id": str(cheap.public_id), "order_levels_fen": [1_500]}
    assert paid(goods, [flat]) == 1_500


def test_nothing_is_promised_where_orders_pay_nothing(goods):
    assert paid(goods, [], order_levels_bps=[]) == 0
