"""The first look at a conversion: its plan version, its rates and its levels are fixed in the trace.

Everything a later computation needs stands in the trace or can only shrink (what is still paid), so
an edited plan, a moved category or a re-priced product changes nothing that has been placed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from commissions.plans.models import PlanVersion
from commissions.plans.selectors import overrides_by_scope
from commissions.settlement import facts
from commissions.settlement.facts import ConversionFacts, OrderFacts, SettlementRow
from commissions.settlement.rules import rates_for_line

HEAD_AMOUNTS = {"click": "click_fen", "registration": "registration_fen"}


def settlements_of(
    mall_id: int, conversions: Sequence[ConversionFacts], orders: Mapping[int, OrderFacts]
) -> dict[int, SettlementRow]:
    """The settlements of locked conversions by conversion; where there is none yet, a new one, frozen, not written."""
    rows = _locked(mall_id, [conversion.id for conversion in conversions])
    missing = [conversion for conversion in conversions if conversion.id not in rows]
    if missing:
        for conversion_id, plan_id, trace in _frozen(mall_id, missing, orders):
            rows[conversion_id] = SettlementRow(conversion_id, plan_id, 0, "", trace, is_new=True)
    return rows


def _locked(mall_id: int, conversion_ids: list[int]) -> dict[int, SettlementRow]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversion_id, plan_id, revision, reason, trace::text FROM commissions_settlement "
            "WHERE mall_id = %s AND conversion_id = ANY(%s) ORDER BY conversion_id FOR NO KEY UPDATE",
            [mall_id, conversion_ids],
        )
        rows = cursor.fetchall()
    return {row[0]: SettlementRow(row[0], row[1], row[2], row[3], orjson.loads(row[4])) for row in rows}


def _frozen(
    mall_id: int, conversions: Sequence[ConversionFacts], orders: Mapping[int, OrderFacts]
) -> list[tuple[int, int, dict[str, Any]]]:
    plans = _Plans()
    used = [plans.at(conversion.occurred_at) for conversion in conversions]
    overrides = overrides_by_scope(list({plan.pk for plan in used}))
    by_category = any(scope == "category" for found in overrides.values() for scope, _ in found)
    parents = facts.category_parents(mall_id) if by_category else {}
    members = {member for conversion in conversions for member in conversion.beneficiaries if member is not None}
    standings = facts.standings(mall_id, sorted(members))
    frozen = []
    for conversion, plan in zip(conversions, used, strict=True):
        trace: dict[str, Any] = {"kind": conversion.kind, "plan": plan.version, "hold_days": plan.hold_days}
        trace["levels"] = _levels(conversion, plan, standings)
        if conversion.kind == "order":
            trace |= {"ceiling_bps": plan.ceiling_bps, "include_freight": plan.include_freight}
            trace["lines"] = _lines(orders[conversion.order_id or 0], plan, overrides.get(plan.pk, {}), parents)
        else:
            trace["amount_fen"] = getattr(plan, HEAD_AMOUNTS[conversion.kind])
        frozen.append((conversion.id, plan.pk, trace))
    return frozen


class _Plans:
    """The mall's plan versions, to be asked by moment."""

    def __init__(self) -> None:
        self._plans = list(PlanVersion.objects.order_by("version"))
        self._starts = [plan.valid_from for plan in self._plans]

    def at(self, moment: datetime) -> PlanVersion:
        return self._plans[max(0, bisect_right(self._starts, moment) - 1)]


def _levels(
    conversion: ConversionFacts, plan: PlanVersion, standings: Mapping[int, list[tuple[datetime, str]]]
) -> list[dict[str, Any]]:
    """Who stands at each level, and why he is not paid if he is not. Nobody moves up."""
    depth = settings.REFERRAL_MAX_LEVELS if conversion.kind == "order" else 1
    levels: list[dict[str, Any]] = []
    for level, member_id in enumerate(conversion.beneficiaries[:depth], start=1):
        if member_id is None:
            # Of several empty levels the first is the buyer himself, or there would be no chain.
            is_himself = conversion.has_himself and all(one["member"] is not None for one in levels)
            why = "self_purchase" if is_himself else "no_referrer"
        elif _standing(standings.get(member_id, []), conversion.occurred_at) != "active":
            why = "suspended"
        elif member_id == conversion.customer_id and not (conversion.kind == "order" and plan.self_purchase_earns):
            why = "self_purchase" if conversion.kind == "order" else "own_click"
        else:
            why = ""
        levels.append({"level": level, "member": member_id, "why": why})
    return levels


def _standing(changes: list[tuple[datetime, str]], at: datetime) -> str:
    standing = "active"
    for changed_at, after in changes:
        if changed_at > at:
            break
        standing = after
    return standing


def _lines(
    order: OrderFacts,
    plan: PlanVersion,
    overrides: Mapping[tuple[str, int], Any],
    parents: Mapping[int, int | None],
) -> list[dict[str, Any]]:
    lines = []
    for line in order.lines:
        categories, category = [], line.category_id
        while category is not None and category not in categories:
            categories.append(category)
            category = parents.get(category)
        rates = rates_for_line(
            sku_id=line.sku_id,
            product_id=line.product_id,
            category_ids=categories,
            mall_bps=plan.order_levels_bps,
            overrides=overrides,
            levels_max=settings.REFERRAL_MAX_LEVELS,
        )
        lines.append({"line": line.id, "scope": rates.scope, "bps": rates.bps, "flat_fen": rates.flat_fen})
    return lines
