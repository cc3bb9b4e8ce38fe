"""What a conversion should have paid by now: computed from its trace and the facts as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from commissions.settlement.facts import ConversionFacts, OrderFacts, SettlementRow
from commissions.settlement.rules import LineRates, LineState, order_amounts, still_paid

# A new member must receive his first order within this time, or his registration pays nobody.
ACTIVITY_DAYS = 30


@dataclass(frozen=True, slots=True)
class LevelTarget:
    """What one level should stand at. Fen."""

    level: int
    member_id: int
    amount_fen: int
    base_fen: int
    rate_bps: int | None


@dataclass(slots=True)
class Target:
    """What a whole conversion should stand at. reason says why it pays nothing, where it does not."""

    levels: list[LevelTarget] = field(default_factory=list)
    reason: str = ""
    releases_at: datetime | None = None
    held_reason: str = ""
    ended_reason: str = ""


def line_states(trace: dict[str, Any], order: OrderFacts) -> list[tuple[LineState, LineRates]]:
    """The order's lines as they stand, beside the rates frozen for them."""
    frozen = {line["line"]: line for line in trace["lines"]}
    states = []
    for line in order.lines:
        base, now = still_paid(
            paid_fen=line.paid_fen,
            freight_fen=line.freight_fen,
            refunded_fen=line.refunded_fen,
            include_freight=trace["include_freight"],
        )
        rates = frozen[line.id]
        states.append(
            (
                LineState(line.quantity, base, now),
                LineRates(
                    rates["scope"],
                    None if rates["bps"] is None else tuple(rates["bps"]),
                    None if rates["flat_fen"] is None else tuple(rates["flat_fen"]),
                ),
            )
        )
    return states


def order_target(conversion: ConversionFacts, settlement: SettlementRow, order: OrderFacts) -> Target:
    """The target of an order: nothing before payment; afterwards what the frozen rates give on what is still paid."""
    trace = settlement.trace
    target = Target(reason=conversion.reason)
    if order.paid_at is None or conversion.reason:
        return target
    lines = line_states(trace, order)
    amounts = order_amounts(lines, trace["ceiling_bps"])
    base_fen = sum(state.still_paid_fen for state, _ in lines)
    for level in trace["levels"]:
        index = level["level"] - 1
        amount = amounts[index] if index < len(amounts) else 0
        if level["why"] or amount == 0:
            continue
        rate = _common_rate([rates for _, rates in lines], index)
        target.levels.append(LevelTarget(level["level"], level["member"], amount, base_fen, rate))
    if order.received_at is not None:
        target.releases_at = order.received_at + timedelta(days=trace["hold_days"])
    if order.case_open:
        target.held_reason = "after_sales"
    if not target.levels:
        target.reason = _why_nothing(trace, amounts, base_fen)
    return target


def _common_rate(rates: Sequence[LineRates], index: int) -> int | None:
    """The rate of a level, where every line has the same one in basis points."""
    found = {rate.bps[index] if rate.bps is not None and index < len(rate.bps) else None for rate in rates}
    return found.pop() if len(found) == 1 else None


def _why_nothing(trace: dict[str, Any], amounts: list[int], base_fen: int) -> str:
    # An intended beneficiary tells more than an empty chain below him.
    whys = [level["why"] for level in trace["levels"] if level["why"]]
    if sum(amounts) > 0 and whys:
        return next((why for why in whys if why != "no_referrer"), "no_referrer")
    return "refunded" if base_fen == 0 else "rate_zero"


def head_target(
    conversion: ConversionFacts, settlement: SettlementRow, first_receipts: Mapping[int, datetime], now: datetime
) -> Target:
    """The target of a click or a registration: the flat amount, once caps and budget have let it through."""
    trace = settlement.trace
    target = Target(reason=conversion.reason or settlement.reason)
    level = trace["levels"][0]
    if target.reason or not trace.get("taken"):
        return target
    amount = trace["amount_fen"]
    if conversion.kind == "registration":
        deadline = conversion.occurred_at + timedelta(days=ACTIVITY_DAYS)
        received_at = first_receipts.get(conversion.member_id or 0)
        if received_at is not None and received_at <= deadline:
            target.releases_at = received_at
        elif now >= deadline:
            target.ended_reason, amount = "no_activity", 0
        else:
            # Looked at again when the time is up; a receipt comes earlier by its event.
            target.releases_at = None
    else:
        target.releases_at = conversion.occurred_at + timedelta(days=trace["hold_days"])
    target.levels = [LevelTarget(1, level["member"], amount, 0, None)]
    return target


def head_refusal(conversion: ConversionFacts, settlement: SettlementRow) -> str:
    """Why a click or registration pays nothing before any cap is asked; "" when it may ask."""
    if conversion.reason:
        return conversion.reason
    why = settlement.trace["levels"][0]["why"]
    if why:
        return why
    return "" if settlement.trace["amount_fen"] > 0 else "rate_zero"
