"""The worked example beside the plan editor: what an order pays whom, and what the mall keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commissions.settlement.rules import LineRates, LineState, line_amounts


def worked_example(plan: dict[str, Any], price_fen: int = 10_000) -> dict[str, Any]:
    """An order of one piece at price_fen under the plan's mall-wide rates.

    Answers {price_fen, levels: [{level, rate_bps, amount_fen}], paid_fen, kept_fen, ceiling_fen, over_ceiling}.
    over_ceiling compares the rates as they stand, before anything is cut.
    """
    rates: Sequence[int] = plan["order_levels_bps"]
    line = LineState(quantity=1, paid_fen=price_fen, still_paid_fen=price_fen)
    amounts = line_amounts(line, LineRates("mall", tuple(rates), None), plan["ceiling_bps"])
    return {
        "price_fen": price_fen,
        "levels": [
            {"level": level, "rate_bps": rate, "amount_fen": amount}
            for level, (rate, amount) in enumerate(zip(rates, amounts, strict=True), start=1)
        ],
        "paid_fen": sum(amounts),
        "kept_fen": price_fen - sum(amounts),
        "ceiling_fen": price_fen * plan["ceiling_bps"] // 10_000,
        "over_ceiling": sum(rates) > plan["ceiling_bps"],
    }
