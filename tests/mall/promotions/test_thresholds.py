"""Threshold discounts: where they hold, and that none is made that sells at a loss."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.catalogue.services import create_category
from mall.orders.quoting import quote
from mall.promotions.errors import BadPromotion, BelowFloor, PromotionClosed
from mall.promotions.models import ThresholdDiscount
from mall.promotions.services import close_threshold_discount, create_threshold_discount
from mall.tenancy.context import mall_scope
from tests.factories.offers import make_costed_sku
from tests.factories.trade import make_sku


def discount(mall, threshold_fen, off_fen, **more) -> ThresholdDiscount:
    now = clock.now()
    dates = {"starts_at": now - timedelta(seconds=1), "ends_at": now + timedelta(days=3)}
    with mall_scope(mall.pk):
        return create_threshold_discount(
            threshold_fen=threshold_fen, off_fen=off_fen, actor=None, **{"name": "满减", **dates, **more}
        )


def price_of(mall, *lines) -> tuple[int, int]:
    with mall_scope(mall.pk):
        found = quote(buyer=None, lines=lines)
        return found.discount_fen, found.total_fen


def test_an_order_of_so_much_costs_so_much_less(mall):
    sku = make_sku(mall, price_fen=5_000)
    discount(mall, 10_000, 1_000)
    assert price_of(mall, (sku, 1)) == (0, 5_000)
    assert price_of(mall, (sku, 2)) == (1_000, 9_000)
    assert price_of(mall, (sku, 5)) == (1_000, 24_000)


def test_a_category_counts_with_all_below_it(mall):
    with mall_scope(mall.pk):
        tea = create_category(name="茶")
        green = create_category(name="绿茶", parent=tea)
    inside = make_costed_sku(mall, category=green, cost_fen=None)
    discount(mall, 10_000, 1_000, category=tea)
    assert price_of(mall, (inside, 1)) == (1_000, 9_000)
    assert price_of(mall, (make_sku(mall), 1)) == (0, 10_000)


def test_closing_ends_it_for_good(mall):
    made = discount(mall, 10_000, 1_000)
    with mall_scope(mall.pk):
        close_threshold_discount(discount=made, actor=None)
        with pytest.raises(PromotionClosed):
            close_threshold_discount(discount=made, actor=None)
    assert price_of(mall, (make_sku(mall), 1)) == (0, 10_000)


def test_one_that_sells_at_a_loss_is_refused_with_the_computation(mall):
    sku = make_costed_sku(mall, price_fen=10_000, cost_fen=8_500, name="薄利茶")
    # At ¥200 of it ¥40 off: each piece ¥80, its cost ¥85 and fees ¥0.48.
    with pytest.raises(BelowFloor) as refused:
        discount(mall, 20_000, 4_000)
    assert refused.value.field == "off_fen"
    assert refused.value.more["basis"]["sku"] == str(sku.public_id)
    for part in ("薄利茶", "80.00", "85.48", "5.48"):
        assert part in str(refused.value)
    with mall_scope(mall.pk):
        assert not ThresholdDiscount.objects.exists()
    # ¥20 off ¥200 leaves ¥90 of each, and it earns.
    discount(mall, 20_000, 2_000)


def test_goods_outside_of_its_scope_and_goods_without_cost_do_not_matter(mall):
    make_costed_sku(mall, price_fen=10_000, cost_fen=9_900)
    free = make_sku(mall)
    discount(mall, 20_000, 10_000, product=free.product)
    with pytest.raises(BelowFloor):
        discount(mall, 20_000, 10_000)


def test_a_piece_dearer_than_the_threshold_loses_only_the_amount_itself(mall):
    make_costed_sku(mall, price_fen=100_000, cost_fen=90_000)
    discount(mall, 10_000, 5_000)


@pytest.mark.parametrize(
    ("threshold_fen", "off_fen", "more", "field"),
    [
        (1_000, 1_001, {}, "off_fen"),
        (0, 1, {}, "threshold_fen"),
        (1_000, 0, {}, "off_fen"),
        (1_000, 10, {"name": ""}, "name"),
    ],
)
def test_a_bad_field_is_named(mall, threshold_fen, off_fen, more, field):
    with pytest.raises(BadPromotion) as refused:
        discount(mall, threshold_fen, off_fen, **more)
    assert refused.value.field == field
