"""Changing the plan: each change is a new version; what was placed under an old one keeps it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from commissions.errors import PlanRefused
from commissions.plans.checks import checked_changes, checked_overrides
from commissions.plans.models import PlanOverride, PlanVersion
from commissions.plans.selectors import PLAN_FIELDS
from mall import clock
from mall.events.services import record
from mall.promotions.rechecking import recheck_limited_prices
from mall.staff.audit import log
from mall.staff.models import User
from mall.tenancy.context import mall_scope, require_mall_id

# Orders pay one level of 10 %, and nothing else pays, until the merchant says so:
# the platforms punish careless defaults.
DEFAULT_LEVELS_BPS = [1000]


def create_default_plan(mall_id: int) -> None:
    """The plan every mall begins with. Called when the mall is made (port mall_created); repeating it is harmless."""
    with mall_scope(mall_id):
        if not PlanVersion.objects.exists():
            PlanVersion.objects.create(version=1, valid_from=clock.now(), order_levels_bps=DEFAULT_LEVELS_BPS)


def change_plan(*, author: User | None, changes: dict[str, Any]) -> PlanVersion:
    """Make a new version out of the newest one and the changes; absent fields keep their value.

    changes has the shape of api.md's plan; overrides, when given, replace all overrides and name
    their scope's object by its public id. Raises PlanRefused with the field and the sum.
    Limited-time prices that would lose under it are paused with it.
    Locks: the mall's plan (advisory, to the end of the transaction), so versions count on; limited-time prices by id.
    """
    mall_id = require_mall_id("The plan")
    with mall_scope(mall_id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('commissions.plan', %s))", [mall_id])
        newest = PlanVersion.objects.order_by("-version").first()
        former = {name: getattr(newest, name) for name in PLAN_FIELDS} if newest else {}
        fields = checked_changes(former, changes)
        plan = PlanVersion.objects.create(
            version=newest.version + 1 if newest else 1, valid_from=clock.now(), author=author, **fields
        )
        if "overrides" in changes:
            overrides = checked_overrides(plan, changes["overrides"])
        else:
            overrides = _copied(newest, plan) if newest else []
            # A lower ceiling must hold for the overrides that stay, too. A price that fell since is no reason to
            # refuse another change: the ceiling cuts what an order pays, whatever its overrides say.
            if newest is not None and plan.ceiling_bps < newest.ceiling_bps:
                checked_overrides(plan, [_as_input(override) for override in overrides])
        PlanOverride.objects.bulk_create(overrides)
        detail = {"version": plan.version, "fields": sorted(changes)}
        log(action="plan.changed", subject=plan, detail=detail, actor=author)
        record("plan.changed", plan.pk)
        # Now and not when a worker comes by: no order in between is placed at a price that loses under this plan.
        recheck_limited_prices()
    return plan


def _copied(former: PlanVersion, plan: PlanVersion) -> list[PlanOverride]:
    return [
        PlanOverride(
            mall_id=plan.mall_id,
            plan=plan,
            category=old.category,
            product=old.product,
            sku=old.sku,
            order_levels_bps=old.order_levels_bps,
            order_levels_fen=old.order_levels_fen,
        )
        for old in PlanOverride.objects.filter(plan=former).select_related("category", "product", "sku").order_by("pk")
    ]


def _as_input(override: PlanOverride) -> dict[str, Any]:
    scope = next(scope for scope in ("category", "product", "sku") if getattr(override, f"{scope}_id"))
    rates = "order_levels_fen" if override.order_levels_bps is None else "order_levels_bps"
    return {"scope": scope, "id": str(getattr(override, scope).public_id), rates: getattr(override, rates)}


__all__ = ["PlanRefused", "change_plan", "create_default_plan"]
