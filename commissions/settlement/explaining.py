"""Why did I (not) get paid: the trace of a commission in numbers that add up."""

from __future__ import annotations

from typing import Any

from django.db import connection

from commissions.plans.models import PlanVersion
from commissions.settlement import facts
from commissions.settlement.facts import OrderFacts
from commissions.settlement.models import Commission, Settlement
from commissions.settlement.rules import line_amounts
from commissions.settlement.targets import ACTIVITY_DAYS, line_states
from mall.tenancy.context import require_mall_id


def explanation(commission: Commission) -> dict[str, Any]:
    """How a commission came about, without anything that tells who bought what.

    lines: per order line base, rate and amount of this level; their amounts sum to amount_fen
    (unless the account was closed). movements: what the ledger posted to the beneficiary; accruals
    less reversals sum to amount_fen. All amounts are fen, rates basis points, times UTC.
    """
    conversion = commission.conversion
    settlement = Settlement.objects.get(conversion=conversion)
    trace = settlement.trace
    lines = _order_lines(commission, trace) if commission.kind == "order" else []
    return {
        "id": str(commission.public_id),
        "kind": commission.kind,
        "level": commission.level,
        "state": commission.state,
        "amount_fen": commission.amount_fen,
        "accrued_fen": commission.accrued_fen,
        "reversed_fen": commission.reversed_fen,
        "base_fen": commission.base_fen,
        "rate_bps": commission.rate_bps,
        "link": _link(conversion),
        "attribution": {"rule": conversion.rule, "occurred_at": conversion.occurred_at, **_shown(conversion.trace)},
        "plan_version": PlanVersion.objects.values_list("version", flat=True).get(pk=settlement.plan_id),
        "lines": lines,
        "caps": {
            "ceiling_bps": trace.get("ceiling_bps"),
            "cap_day_fen": trace.get("cap_day_fen"),
            "budget_month_fen": trace.get("budget_month_fen"),
            "flat_fen": trace.get("amount_fen"),
        },
        "release": {
            "hold_days": trace["hold_days"],
            "activity_days": ACTIVITY_DAYS if commission.kind == "registration" else None,
            "releases_at": commission.releases_at,
            "released_at": commission.released_at,
            "held_reason": commission.held_reason or None,
            "ended_reason": commission.ended_reason or None,
        },
        "refunded_fen": sum(line["refunded_fen"] for line in lines),
        "movements": _movements(commission),
    }


def _order_lines(commission: Commission, trace: dict[str, Any]) -> list[dict[str, Any]]:
    order_id = commission.conversion.order_id
    order: OrderFacts = facts.orders(require_mall_id(), [order_id])[order_id]
    index = commission.level - 1
    lines = []
    for number, (state, rates) in enumerate(line_states(trace, order), start=1):
        amounts = line_amounts(state, rates, trace["ceiling_bps"])
        lines.append(
            {
                "number": number,
                "quantity": state.quantity,
                "base_at_placement_fen": state.paid_fen,
                "refunded_fen": state.paid_fen - state.still_paid_fen,
                "base_fen": state.still_paid_fen,
                "scope": rates.scope,
                "rate_bps": _at(rates.bps, index),
                "flat_fen": _at(rates.flat_fen, index),
                "amount_fen": _at(amounts, index) or 0,
            }
        )
    return lines


def _at(values: Any, index: int) -> int | None:
    return None if values is None or index >= len(values) else values[index]


def _link(conversion: Any) -> dict[str, Any] | None:
    link = conversion.link
    if link is None:
        return None
    return {"id": str(link.public_id), "code": link.code, "kind": link.kind, "channel": link.channel.slug}


def _shown(trace: dict[str, Any]) -> dict[str, Any]:
    """The parts of the attribution's trace that tell nothing about people."""
    return {name: trace[name] for name in ("policy", "window_days", "clicked_at") if name in trace}


def _movements(commission: Commission) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.event_type, j.posted_at, a.kind, e.amount_fen FROM commissions_journal j "
            "JOIN commissions_entry e ON e.mall_id = j.mall_id AND e.journal_id = j.id "
            "JOIN commissions_account a ON a.mall_id = e.mall_id AND a.id = e.account_id "
            "WHERE j.mall_id = %s AND j.conversion_id = %s AND a.member_id = %s ORDER BY j.id, e.id",
            [require_mall_id(), commission.conversion_id, commission.beneficiary_id],
        )
        return [
            {"type": event_type, "at": at, "account": kind, "amount_fen": amount}
            for event_type, at, kind, amount in cursor.fetchall()
        ]
