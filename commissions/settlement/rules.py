"""The commission rules as pure functions: facts in, fen out. design.md §6 is their source.

Nothing here reads a clock, a database or a setting; settlement freezes the inputs in its trace, and
the audit computes the same sums by other code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mall.money import BPS_FULL


@dataclass(frozen=True, slots=True)
class LineRates:
    """What one order line pays per level: either basis points of its base, or flat fen per piece."""

    scope: str
    bps: tuple[int, ...] | None
    flat_fen: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class LineState:
    """One order line as it stands. Fen. paid_fen: at placement, still_paid_fen: after refunds."""

    quantity: int
    paid_fen: int
    still_paid_fen: int


def rates_for_line(
    *,
    sku_id: int,
    product_id: int,
    category_ids: Sequence[int],
    mall_bps: Sequence[int],
    overrides: Mapping[tuple[str, int], Any],
    levels_max: int,
) -> LineRates:
    """The narrowest rates that apply: SKU, product, nearest category first, mall.

    category_ids: the product's category and its ancestors, nearest first. overrides: objects with
    order_levels_bps and order_levels_fen, one of them None, by ("sku"|"product"|"category", id).
    An explicit 0 is a rate like any other and never falls back.
    """
    keys = [("sku", sku_id), ("product", product_id), *(("category", category_id) for category_id in category_ids)]
    for key in keys:
        override = overrides.get(key)
        if override is None:
            continue
        if override.order_levels_bps is not None:
            return LineRates(key[0], tuple(override.order_levels_bps[:levels_max]), None)
        return LineRates(key[0], None, tuple(override.order_levels_fen[:levels_max]))
    return LineRates("mall", tuple(mall_bps[:levels_max]), None)


def line_amounts(line: LineState, rates: LineRates, ceiling_bps: int) -> list[int]:
    """Fen per level, level 1 first: floor(base × rate / 10,000), or floor(flat × quantity × still paid / paid).

    The levels together never exceed floor(base × ceiling / 10,000); the deepest is cut first.
    """
    base_fen = line.still_paid_fen
    if rates.bps is not None:
        amounts = [base_fen * rate // BPS_FULL for rate in rates.bps]
    elif line.paid_fen == 0:
        amounts = [0] * len(rates.flat_fen or ())
    else:
        amounts = [flat * line.quantity * base_fen // line.paid_fen for flat in rates.flat_fen or ()]
    over = sum(amounts) - base_fen * ceiling_bps // BPS_FULL
    for level in reversed(range(len(amounts))):
        if over <= 0:
            break
        cut = min(over, amounts[level])
        amounts[level] -= cut
        over -= cut
    return amounts


def order_amounts(lines: Sequence[tuple[LineState, LineRates]], ceiling_bps: int) -> list[int]:
    """Fen per level of a whole order: the sum over its lines. As long as the deepest line's levels."""
    per_line = [line_amounts(line, rates, ceiling_bps) for line, rates in lines]
    depth = max((len(amounts) for amounts in per_line), default=0)
    return [sum(amounts[level] for amounts in per_line if level < len(amounts)) for level in range(depth)]


def still_paid(*, paid_fen: int, freight_fen: int, refunded_fen: int, include_freight: bool) -> tuple[int, int]:
    """(base at placement, base now) of a line, in fen. A refund takes the goods' money first, then freight's."""
    if include_freight:
        base = paid_fen + freight_fen
        return base, max(0, base - refunded_fen)
    return paid_fen, max(0, paid_fen - refunded_fen)
