"""Limited-time prices: an end, a floor that shows its computation, one at a time, and what pauses them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mall import clock
from mall.catalogue.models import Sku
from mall.catalogue.services import set_skus
from mall.errors import NotAllowed
from mall.events.models import Event
from mall.malls.models import Mall
from mall.malls.services import update_settings
from mall.notices.models import StaffNotice
from mall.orders.quoting import quote
from mall.promotions.errors import (
    BadPromotion,
    BelowFloor,
    CostRequired,
    ExtendedAlready,
    PromotionClosed,
    SkuNotThere,
    TimedAlready,
)
from mall.promotions.models import LimitedPrice
from mall.promotions.rechecking import recheck, recheck_limited_prices
from mall.promotions.services import (
    Override,
    close_limited_price,
    extend_limited_price,
    resume_limited_price,
)
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_staff, owner_of
from tests.factories.offers import make_costed_sku, make_limited
from tests.factories.trade import make_sku, place

# Alone, the port answers that nothing is paid in commissions: cost 5,000, fees 0.6 %, no margin.


@pytest.fixture
def sku(mall):
    return make_costed_sku(mall)


@pytest.fixture
def commission(monkeypatch):
    """Say what the floor above would: one fen amount for every SKU."""

    def answer(fen: int) -> None:
        monkeypatch.setattr(
            "mall.promotions.floors.largest_commission", lambda prices: dict.fromkeys((s.pk for s in prices), fen)
        )

    return answer


def price_now(mall, sku, quantity=1) -> int:
    with mall_scope(mall.pk):
        return quote(buyer=None, lines=[(sku, quantity)]).total_fen


def test_the_floor_is_cost_fees_commission_and_margin_rounded_up(mall, sku, commission):
    commission(1_000)
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(payment_fee_bps=60, promotion_margin_bps=500)
    # 5,000 + ceil(6,352 × 0.6 %) = 39 + 1,000 = 6,039; × 1.05 = 6,340.95 → 6,341.
    limited = make_limited(mall, sku, 6_352)
    assert limited.floor_fen == 6_341
    assert limited.floor_basis == {
        "price_fen": 6_352, "cost_fen": 5_000, "fee_fen": 39, "commission_fen": 1_000, "fee_bps": 60,
        "margin_bps": 500, "break_even_fen": 6_039, "floor_fen": 6_341, "is_clearance": False,
    }  # fmt: skip
    assert price_now(mall, sku) == 6_352


def test_below_the_floor_is_refused_with_the_computation(mall, sku, commission):
    commission(1_000)
    with pytest.raises(BelowFloor) as refused:
        make_limited(mall, sku, 6_000)
    assert (refused.value.code, refused.value.field) == ("below_floor", "price_fen")
    assert refused.value.more["basis"]["floor_fen"] == 6_036
    for part in ("50.00", "0.36", "10.00", "60.36", "60.00"):
        assert part in str(refused.value)
    with mall_scope(mall.pk):
        assert not LimitedPrice.objects.exists()
    assert price_now(mall, sku) == 10_000


def test_without_a_cost_price_there_is_no_floor(mall):
    with pytest.raises(CostRequired):
        make_limited(mall, make_sku(mall), 9_000)


def test_a_reason_goes_down_to_break_even_and_a_clearance_to_the_cost_price(mall, sku, commission):
    commission(1_000)
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(promotion_margin_bps=2_000)
    # Break-even at ¥60.37 is 5,000 + 37 + 1,000 = 6,037.
    with pytest.raises(BelowFloor):
        make_limited(mall, sku, 6_036, override=Override("周年庆"))
    limited = make_limited(mall, sku, 6_037, override=Override("周年庆"))
    assert limited.override_reason == "周年庆"
    with mall_scope(mall.pk):
        record = AuditRecord.objects.get(action="limited_price.created")
        assert (record.detail["reason"], record.actor) == ("周年庆", owner_of(mall).user)
        close_limited_price(limited=limited, actor=None)
    with pytest.raises(BelowFloor):
        make_limited(mall, sku, 4_999, override=Override("清仓", is_clearance=True))
    with pytest.raises(BelowFloor):
        make_limited(mall, sku, 5_000, override=Override("", is_clearance=True))
    assert make_limited(mall, sku, 5_000, override=Override("清仓", is_clearance=True)).floor_basis["is_clearance"]


def test_a_reason_that_was_not_needed_is_not_kept(mall, sku):
    assert make_limited(mall, sku, 9_000, override=Override("没必要")).override_reason == ""


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (timedelta(), timedelta(days=31), "ends_at"),
        (timedelta(days=1), timedelta(days=1), "ends_at"),
        (timedelta(days=-2), timedelta(days=-1), "ends_at"),
        (timedelta(days=400), timedelta(days=401), "starts_at"),
    ],
)
def test_it_ends_and_within_thirty_days(mall, sku, start, end, field):
    now = clock.now()
    with pytest.raises(BadPromotion) as refused:
        make_limited(mall, sku, 9_000, starts_at=now + start, ends_at=now + end)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("price_fen", "more", "field"),
    [
        (10_000, {}, "price_fen"),
        (-1, {}, "price_fen"),
        (9_000.0, {}, "price_fen"),
        (9_000, {"quantity_limit": 0}, "quantity_limit"),
        (9_000, {"name": "限\n时"}, "name"),
        (9_000, {"override": Override("x" * 201)}, "reason"),
    ],
)
def test_a_bad_field_is_named(mall, sku, price_fen, more, field):
    with pytest.raises(BadPromotion) as refused:
        make_limited(mall, sku, price_fen, **more)
    assert refused.value.field == field


def test_another_malls_sku_is_not_there(mall, elsewhere):
    with pytest.raises(SkuNotThere):
        make_limited(mall, make_costed_sku(elsewhere), 9_000)


def test_a_sku_has_one_timed_price_at_a_time(mall, sku):
    first = make_limited(mall, sku, 9_000)
    with pytest.raises(TimedAlready) as refused:
        make_limited(mall, sku, 8_000)
    assert refused.value.more == {"conflict": str(first.public_id)}
    # After its end another may come, and another SKU is not concerned.
    make_limited(mall, sku, 8_000, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(days=1))
    make_limited(mall, make_costed_sku(mall), 9_000)


def test_it_holds_from_its_start_until_its_end_by_the_servers_clock(mall, sku):
    now = clock.now()
    make_limited(mall, sku, 9_000, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    assert price_now(mall, sku) == 10_000
    with clock.unmoved():
        clock.advance(hours=1)
        assert price_now(mall, sku) == 9_000
        clock.advance(hours=1)
        assert price_now(mall, sku) == 10_000


def test_the_api_tells_the_price_of_this_moment_and_when_it_ends(mall, sku, api):
    now = clock.now()
    limited = make_limited(mall, sku, 9_000, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))

    def told() -> tuple[int, bool]:
        product = api.get(f"products/{sku.product.public_id}").json()
        (shown,) = product["skus"]
        assert product["price_fen"] == shown["price_fen"]
        ends_at = shown["limited_until"]
        assert ends_at is None or datetime.fromisoformat(ends_at) == limited.ends_at
        return shown["price_fen"], ends_at is not None

    assert told() == (10_000, False)
    with clock.unmoved():
        clock.advance(hours=1)
        assert told() == (9_000, True)
        clock.advance(hours=1)
        assert told() == (10_000, False)


def test_closing_ends_it_for_good(mall, sku):
    limited = make_limited(mall, sku, 9_000)
    with mall_scope(mall.pk):
        close_limited_price(limited=limited, actor=None)
        with pytest.raises(PromotionClosed):
            close_limited_price(limited=limited, actor=None)
        with pytest.raises(PromotionClosed):
            extend_limited_price(limited=limited, ends_at=clock.now() + timedelta(days=2), actor=None)
    assert price_now(mall, sku) == 10_000


def test_it_may_be_extended_once(mall, sku):
    limited = make_limited(mall, sku, 9_000)
    with mall_scope(mall.pk):
        with pytest.raises(BadPromotion):
            extend_limited_price(limited=limited, ends_at=limited.starts_at + timedelta(days=31), actor=None)
        later = extend_limited_price(limited=limited, ends_at=limited.ends_at + timedelta(days=3), actor=None)
        assert later.ends_at - limited.ends_at == timedelta(days=3)
        with pytest.raises(ExtendedAlready):
            extend_limited_price(limited=limited, ends_at=later.ends_at + timedelta(days=1), actor=None)


def test_only_so_many_pieces_are_sold_at_it_and_the_next_costs_the_list_price(mall, buyer, sku):
    limited = make_limited(mall, sku, 9_000, quantity_limit=3)
    assert place(mall, buyer, (sku, 2)).total_fen == 18_000
    # Two at once would need one more than is left: the line as a whole costs the list price, and the quote says so.
    assert price_now(mall, sku, 2) == 20_000
    assert place(mall, buyer, (sku, 1)).total_fen == 9_000
    assert place(mall, buyer, (sku, 1)).total_fen == 10_000
    with mall_scope(mall.pk):
        assert LimitedPrice.objects.get(pk=limited.pk).sold_count == 3


def test_a_cost_that_rises_pauses_it_and_nothing_is_sold_below_in_between(mall, sku, owner):
    limited = make_limited(mall, sku, 6_000)
    with mall_scope(mall.pk):
        set_skus(
            product=sku.product,
            skus=[{"specs": {}, "price_fen": 10_000, "stock": 5, "cost_fen": 7_000}],
        )
        event = Event.objects.get(kind="sku.cost_changed")
        assert event.subject_id == sku.pk
    assert price_now(mall, sku) == 10_000
    with mall_scope(mall.pk):
        recheck([event])
        recheck([event])
        paused = LimitedPrice.objects.get(pk=limited.pk)
        assert "60.00" in paused.paused_reason
        assert "70.36" in paused.paused_reason
        assert AuditRecord.objects.filter(action="limited_price.paused").count() == 1
        assert StaffNotice.objects.get(kind="promotion.paused").subject_id == limited.pk
        with pytest.raises(BelowFloor):
            resume_limited_price(limited=paused, actor=owner)
        Sku.objects.filter(pk=sku.pk).update(cost_fen=5_500)
        assert resume_limited_price(limited=paused, actor=owner).floor_fen == 5_536
    assert price_now(mall, sku) == 6_000


def test_the_same_cost_again_is_no_news(mall, sku):
    with mall_scope(mall.pk):
        set_skus(product=sku.product, skus=[{"specs": {}, "price_fen": 9_999, "stock": 5, "cost_fen": 5_000}])
        assert not Event.objects.filter(kind="sku.cost_changed").exists()


def test_a_plan_that_pays_more_pauses_what_would_lose_money_and_only_that(mall, sku, commission):
    other = make_costed_sku(mall)
    losing, earning = make_limited(mall, sku, 6_000), make_limited(mall, other, 8_000)
    commission(1_500)
    with mall_scope(mall.pk):
        assert [one.pk for one in recheck_limited_prices()] == [losing.pk]
        assert LimitedPrice.objects.get(pk=earning.pk).floor_fen == 6_548
        assert recheck_limited_prices() == []
    assert (price_now(mall, sku), price_now(mall, other)) == (10_000, 8_000)


def test_only_the_owner_goes_below_the_floor(mall, sku, commission):
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(promotion_margin_bps=2_000)
    manager = make_staff(mall, role="manager")
    with pytest.raises(NotAllowed):
        make_limited(mall, sku, 5_500, override=Override("周年庆"), actor=manager)
    make_limited(mall, sku, 9_000, override=Override("没必要"), actor=manager)


def test_a_fee_or_margin_that_rises_pauses_what_would_earn_less(mall, sku):
    limited = make_limited(mall, sku, 6_000)
    with mall_scope(mall.pk):
        update_settings(actor=None, changes={"service_hours": "9:00-18:00"})
        assert not Event.objects.filter(kind="mall.margin_changed").exists()
        update_settings(actor=None, changes={"promotion_margin_bps": 3_000})
        recheck(list(Event.objects.filter(kind="mall.margin_changed")))
        # (5,000 + 36) × 1.3, rounded up.
        assert "65.47" in LimitedPrice.objects.get(pk=limited.pk).paused_reason
    assert price_now(mall, sku) == 10_000
