"""What the histories choose from, and how often each act was taken."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import strategies as st

FIRED = Counter[str]()
COMPARED = Counter[str]()

pick = st.integers(0, 10**6)
chances = st.integers(0, 2**32).map(random.Random)
rates = st.lists(st.sampled_from([0, 1, 33, 250, 500, 999, 1000, 1500, 2000, 7000]), max_size=2)
flats = st.lists(st.sampled_from([0, 1, 2, 7, 88, 499, 1700]), max_size=2)
changes = st.fixed_dictionaries(
    {},
    optional={
        "order_levels_bps": rates,
        "ceiling_bps": st.sampled_from([500, 1500, 3000, 9000]),
        "click_fen": st.sampled_from([0, 5, 7]),
        "registration_fen": st.sampled_from([0, 33, 100]),
        "budget_month_fen": st.sampled_from([None, 40, 150, 100_000]),
        "click_cap_day_fen": st.sampled_from([None, 0, 12]),
        "registration_cap_day_fen": st.sampled_from([None, 66]),
        "hold_days": st.sampled_from([0, 1, 7]),
        "attribution": st.sampled_from(["last_click", "bound_first"]),
        "attribution_window_days": st.sampled_from([1, 15]),
        "click_pays": st.sampled_from(["new", "all"]),
        "self_purchase_earns": st.booleans(),
        "include_freight": st.booleans(),
    },
)
overrides = st.lists(st.tuples(pick, st.sampled_from(["bps", "fen"]), rates, flats), max_size=3)


def one_of(items: Any, number: int) -> Any:
    """Some item of a collection, always the same one for a number."""
    ordered = sorted(items)
    return ordered[number % len(ordered)]


MEMBERS_MAX = 8
CASE: dict[str, Any] = {
    "kind": st.sampled_from(["refund", "return", "return", "exchange", "repair"]),
    "shares": st.lists(st.sampled_from([0, 33, 50, 99, 100]), min_size=3, max_size=3),
    "pieces": st.lists(st.sampled_from([0, 1, 1, 2, 3]), min_size=3, max_size=3),
    # A: approve, R: reject, W: withdraw, S: goods sent back, G: goods received, N: new ones sent, C: confirmed.
    "path": st.sampled_from(["", "", "A", "R", "W", "AS", "ASG", "ASGN", "ASGNC", "ASR"]),
}
ORDER: dict[str, Any] = {
    "buyer": pick,
    "visitor": pick,
    "lines": st.lists(st.tuples(pick, st.integers(1, 3)), min_size=1, max_size=3),
    "far": st.booleans(),
    "steps": st.sampled_from([3, 3, 2, 3, 1, 0]),
    "case": st.fixed_dictionaries(CASE) | st.none(),
}
REFUND: dict[str, Any] = {
    "number": pick,
    "shares": st.lists(st.sampled_from([0, 1, 33, 50, 99, 100, 110]), min_size=3, max_size=3),
    "decide": st.sampled_from("AAAR-"),
}
PAYOUT: dict[str, Any] = {
    "number": pick,
    "share": st.sampled_from([1, 50, 100, 100, 101]),
    "decide": st.sampled_from("ASSR-"),
}
