"""The price pipeline: an order of 50 lines with every step in it, each of 5 coupons tried, the best one chosen."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.databases import Databases
from benchmarks.report import Table
from tests.installation import Installation

LINES, COUPONS, ROUNDS = 50, 5, 200
GOAL_MS = 5.0


def run(_installation: Installation, _databases: Databases, options: Any) -> None:
    """Print the table of prices."""
    lines, offers, wallet = _order()
    table = Table(f"Prices: {LINES} lines, {COUPONS} coupons in the wallet, one thread, no database")
    table.limit("quote with the best coupon, median", _median_ms(lines, offers, wallet, options), GOAL_MS, "ms")
    table.print()


def _median_ms(lines: list[Any], offers: Any, wallet: list[Any], options: Any) -> float:
    from mall.pricing.choosing import best_of, try_coupons
    from mall.pricing.pipeline import price

    took = []
    for _ in range(options.size(ROUNDS)):
        before = time.perf_counter()
        best_of(try_coupons(lines, offers, wallet), price(lines, offers))
        took.append((time.perf_counter() - before) * 1000)
    return statistics.median(took)


def _order() -> tuple[list[Any], Any, list[Any]]:
    from mall.pricing.facts import CouponTerms, FreightPrice, FreightTerms, Limited, Line, Offers, Scope, Threshold

    lines = [
        Line(
            sku_id=n,
            product_id=n // 2,
            quantity=n % 5 + 1,
            list_fen=1_999 + 37 * n,
            category_ids=frozenset({n % 7, 100}),
            member_fen=1_899 + 37 * n if n % 3 == 0 else None,
            limited=Limited(n, 1_500 + 37 * n, 1_200 + 37 * n) if n % 4 == 0 else None,
            weight_g=100 + n,
            freight=n % 3 or None,
        )
        for n in range(1, LINES + 1)
    ]
    thresholds = tuple(Threshold(n, 10_000 * n, 500 * n, Scope(category_id=n)) for n in range(1, 7))
    prices = (
        FreightPrice(("浙江省/杭州市",), first_fen=500, extra_fen=100),
        FreightPrice((), first_fen=800, extra_fen=200),
    )
    freight = {1: FreightTerms(prices), 2: FreightTerms(prices, by_weight=True, free_above_fen=10_000_000)}
    offers = Offers(thresholds, freight, ("浙江省", "杭州市", "西湖区"))
    wallet = [CouponTerms(n, off_fen=3_000 + n) for n in range(1, 3)]
    wallet += [CouponTerms(n, off_bps=1_000, off_max_fen=5_000, scope=Scope(category_id=n)) for n in range(3, 6)]
    return lines, offers, wallet
