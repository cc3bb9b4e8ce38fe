"""Which plan held when, and in the shape the API speaks."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Literal, cast

from django.conf import settings

from commissions.plans.models import PlanOverride, PlanVersion
from mall import clock
from referrals.attribution.ports import AttributionRules


def plan_at(at: datetime) -> PlanVersion:
    """The version in force at a moment: the newest that began at or before it, else the first."""
    return (
        PlanVersion.objects.filter(valid_from__lte=at).order_by("-version").first()
        or PlanVersion.objects.order_by("version")[:1].get()
    )


def current_plan() -> PlanVersion:
    """The version in force now."""
    return plan_at(clock.now())


def attribution_rules_at(at: datetime) -> AttributionRules:
    """The plan's part that attribution asks for (port of the referrals floor)."""
    plan = plan_at(at)
    return AttributionRules(
        policy=cast(Literal["last_click", "bound_first"], plan.attribution),
        window_days=plan.attribution_window_days,
        self_purchase_earns=plan.self_purchase_earns,
        count_staff_visits=plan.count_staff_visits,
        click_pays=cast(Literal["new", "all"], plan.click_pays),
        levels=settings.REFERRAL_MAX_LEVELS,
        version=plan.version,
    )


PLAN_FIELDS = (
    "order_levels_bps", "click_fen", "registration_fen", "budget_month_fen", "click_cap_day_fen",
    "registration_cap_day_fen", "ceiling_bps", "hold_days", "attribution", "attribution_window_days", "click_pays",
    "self_purchase_earns", "count_staff_visits", "include_freight",
)  # fmt: skip


def plan_as_dict(plan: PlanVersion) -> dict[str, Any]:
    """The plan as api.md shows it, `version` and overrides included; ids are public ids."""
    shown: dict[str, Any] = {"version": plan.version, "valid_from": plan.valid_from}
    shown |= {name: getattr(plan, name) for name in PLAN_FIELDS}
    shown["overrides"] = [
        _override_as_dict(override)
        for override in PlanOverride.objects.filter(plan=plan)
        .select_related("category", "product", "sku")
        .order_by("pk")
    ]
    return shown


def _override_as_dict(override: PlanOverride) -> dict[str, Any]:
    scope = next(scope for scope in ("category", "product", "sku") if getattr(override, f"{scope}_id"))
    rates = "order_levels_fen" if override.order_levels_bps is None else "order_levels_bps"
    return {"scope": scope, "id": str(getattr(override, scope).public_id), rates: list(getattr(override, rates))}


def versions() -> list[PlanVersion]:
    """Every version, newest first."""
    return list(PlanVersion.objects.select_related("author").order_by("-version")[:100])


def overrides_by_scope(plan_ids: list[int]) -> dict[int, dict[tuple[str, int], PlanOverride]]:
    """{plan id: {("sku" | "product" | "category", id): override}} in one statement."""
    found: dict[int, dict[tuple[str, int], PlanOverride]] = defaultdict(dict)
    for override in PlanOverride.objects.filter(plan_id__in=plan_ids):
        for scope in ("sku", "product", "category"):
            target = getattr(override, f"{scope}_id")
            if target is not None:
                found[override.plan_id][scope, target] = override
    return found
