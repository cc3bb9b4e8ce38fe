"""The commission rules, by tables of cases and by properties."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.settlement.rules import LineRates, LineState, line_amounts, order_amounts, rates_for_line, still_paid


def bps(*rates: int) -> LineRates:
    return LineRates("mall", rates, None)


def flat(*amounts: int) -> LineRates:
    return LineRates("sku", None, amounts)


def line(still_paid_fen: int, *, paid_fen: int | None = None, quantity: int = 1) -> LineState:
    return LineState(quantity, still_paid_fen if paid_fen is None else paid_fen, still_paid_fen)


@pytest.mark.parametrize(
    ("state", "rates", "ceiling", "expected"),
    [
        pytest.param(line(10_000), bps(1000, 500), 3000, [1000, 500], id="ten and five per cent of 100 yuan"),
        pytest.param(line(9_999), bps(1000, 500), 3000, [999, 499], id="each level is rounded down by itself"),
        pytest.param(line(9), bps(1000), 3000, [0], id="what is below a fen is nothing"),
        pytest.param(line(10_000), bps(0, 500), 3000, [0, 500], id="a zero at level 1 does not block level 2"),
        pytest.param(line(10_000), bps(), 3000, [], id="no levels pay nobody"),
        pytest.param(line(1000), flat(88), 3000, [88], id="flat wins over no rate"),
        pytest.param(line(3000, quantity=3), flat(200), 3000, [600], id="flat is per piece"),
        pytest.param(line(7000, paid_fen=10_000), bps(1000), 3000, [700], id="a refund of 30 takes 30 of the base"),
        pytest.param(
            line(7000, paid_fen=10_000, quantity=2), flat(100), 3000, [140], id="flat shrinks with what is paid"
        ),
        pytest.param(line(0, paid_fen=10_000), bps(1000, 500), 3000, [0, 0], id="a full refund leaves nothing"),
        pytest.param(line(0, paid_fen=0), flat(100), 3000, [0], id="a free piece pays nothing"),
        pytest.param(line(1000), flat(250, 100), 3000, [250, 50], id="the ceiling cuts the deepest level first"),
        pytest.param(line(1000), flat(400, 100), 3000, [300, 0], id="and then the one above it"),
        pytest.param(line(10_000), bps(3000), 3000, [3000], id="the ceiling itself is allowed"),
    ],
)
def test_what_a_line_pays(state, rates, ceiling, expected):
    assert line_amounts(state, rates, ceiling) == expected


def test_an_order_pays_the_sum_of_its_lines_floored_line_by_line():
    # 3 × floor(9.99 → 0.999) differs from floor of the sum: lines are floored one by one.
    lines = [(line(999), bps(1000)), (line(999), bps(1000)), (line(999), bps(1000, 500))]
    assert order_amounts(lines, 3000) == [99 * 3, 49]


def test_lines_of_different_depth_add_up_level_by_level():
    assert order_amounts([(line(10_000), bps(1000)), (line(10_000), flat(5, 7, 9))], 10_000) == [1005, 7, 9]


@pytest.mark.parametrize(
    ("include_freight", "refunded", "expected"),
    [
        (False, 0, (10_000, 10_000)),
        (True, 0, (11_000, 11_000)),
        (False, 4_000, (10_000, 6_000)),
        (True, 4_000, (11_000, 7_000)),
        (False, 11_000, (10_000, 0)),
        (True, 11_000, (11_000, 0)),
    ],
)
def test_freight_counts_only_where_the_mall_opts_in(include_freight, refunded, expected):
    base = still_paid(paid_fen=10_000, freight_fen=1_000, refunded_fen=refunded, include_freight=include_freight)
    assert base == expected


def override(*, bps=None, fen=None):
    return SimpleNamespace(order_levels_bps=bps, order_levels_fen=fen)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, ("mall", (1000, 500), None)),
        ({("category", 2): override(bps=[800])}, ("category", (800,), None)),
        ({("category", 1): override(bps=[800]), ("category", 2): override(bps=[300])}, ("category", (300,), None)),
        ({("category", 2): override(bps=[800]), ("product", 20): override(bps=[0])}, ("product", (0,), None)),
        ({("product", 20): override(bps=[900]), ("sku", 200): override(fen=[0, 5])}, ("sku", None, (0, 5))),
        ({("sku", 999): override(bps=[1])}, ("mall", (1000, 500), None)),
    ],
)
def test_the_narrowest_scope_wins_and_zero_is_zero(overrides, expected):
    rates = rates_for_line(
        sku_id=200, product_id=20, category_ids=[2, 1], mall_bps=[1000, 500], overrides=overrides, levels_max=2
    )
    assert (rates.scope, rates.bps, rates.flat_fen) == expected


def test_levels_beyond_the_installations_limit_are_not_even_computed():
    rates = rates_for_line(
        sku_id=1, product_id=1, category_ids=[], mall_bps=[1000, 500, 200], overrides={}, levels_max=2
    )
    assert rates.bps == (1000, 500)


rates_strategy = st.one_of(
    st.lists(st.integers(0, 4000), max_size=3).map(lambda rates: LineRates("mall", tuple(rates), None)),
    st.lists(st.integers(0, 10**6), max_size=3).map(lambda amounts: LineRates("sku", None, tuple(amounts))),
)


@given(paid=st.integers(0, 10**9), kept=st.integers(0, 10**9), quantity=st.integers(1, 99), rates=rates_strategy,
       ceiling=st.integers(0, 10_000))  # fmt: skip
def test_no_level_is_negative_and_all_together_stay_below_the_ceiling(paid, kept, quantity, rates, ceiling):
    still = min(paid, kept)
    amounts = line_amounts(LineState(quantity, paid, still), rates, ceiling)
    assert all(amount >= 0 for amount in amounts)
    assert sum(amounts) <= still * ceiling // 10_000
    assert sum(amounts) <= still


@given(paid=st.integers(1, 10**6), rates=rates_strategy, ceiling=st.integers(0, 10_000), data=st.data())
def test_any_split_of_the_same_refunds_ends_at_the_same_fen(paid, rates, ceiling, data):
    refunds = data.draw(st.lists(st.integers(0, paid), max_size=5).filter(lambda parts: sum(parts) <= paid))
    at_once = line_amounts(LineState(1, paid, paid - sum(refunds)), rates, ceiling)
    standing = line_amounts(LineState(1, paid, paid), rates, ceiling)
    still = paid
    for refund in refunds:
        still -= refund
        target = line_amounts(LineState(1, paid, still), rates, ceiling)
        standing = [before + (after - before) for before, after in zip(standing, target, strict=True)]
    assert standing == at_once
