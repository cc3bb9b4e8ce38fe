"""What a promotion's floor asks of the plan: the most that all levels together can take of one piece."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commissions.plans.offers import largest_commission
from commissions.plans.services import change_plan
from mall import clock
from mall.events.delivery import deliver
from mall.orders.quoting import quote
from mall.promotions.errors import BelowFloor
from mall.promotions.models import LimitedPrice
from mall.promotions.services import create_limited_price
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.offers import make_costed_sku, make_limited

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


def most(mall, sku, price_fen=10_000) -> int:
    with mall_scope(mall.pk):
        return largest_commission({sku: price_fen})[sku.pk]


def plan(mall, **changes) -> None:
    with mall_scope(mall.pk):
        change_plan(author=None, changes=changes)


def test_all_levels_count_together(mall):
    sku = make_costed_sku(mall)
    plan(mall, order_levels_bps=[1_000, 500], ceiling_bps=3_000)
    assert most(mall, sku) == 1_500
    # 15 % of 9,999 is 1,499.85: many pieces at once pay nearly 1,500 each.
    assert most(mall, sku, 9_999) == 1_500


def test_an_override_and_the_ceiling_hold(mall):
    sku = make_costed_sku(mall)
    override = {"scope": "sku", "id": str(sku.public_id), "order_levels_fen": [800, 200]}
    plan(mall, order_levels_bps=[1_000], ceiling_bps=2_000, overrides=[override])
    assert most(mall, sku) == 1_000
    assert most(mall, sku, 1_000) == 200
    assert most(mall, make_costed_sku(mall)) == 1_000


def test_nothing_is_sold_at_such_a_price_before_a_worker_comes_by(mall):
    sku, other = make_costed_sku(mall), make_costed_sku(mall)
    make_limited(mall, sku, 6_000)
    make_limited(mall, other, 9_000)
    plan(mall, order_levels_bps=[2_000])
    with mall_scope(mall.pk):
        assert quote(buyer=None, lines=[(sku, 1), (other, 1)]).total_fen == 10_000 + 9_000


def test_a_plan_that_pays_more_pauses_a_price_that_would_lose_money(mall):
    sku = make_costed_sku(mall)
    limited = make_limited(mall, sku, 6_000)
    # ¥50 cost, ¥0.36 fees, ¥6 commission at 10 %: ¥56.36. At 20 % it would be ¥62.36.
    assert limited.floor_fen == 5_636
    plan(mall, order_levels_bps=[2_000])
    deliver(mall.pk)
    with mall_scope(mall.pk):
        assert LimitedPrice.objects.get(pk=limited.pk).paused_reason
        now = clock.now()
        with pytest.raises(BelowFloor) as refused:
            create_limited_price(
                sku=make_costed_sku(mall), price_fen=6_000, actor=None, starts_at=now, ends_at=now + timedelta(days=1)
            )
    assert refused.value.more["basis"]["commission_fen"] == 1_200
