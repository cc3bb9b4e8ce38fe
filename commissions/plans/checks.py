"""What a plan may say. The database says the same in constraints; here it is said in sentences."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.utils.translation import gettext as _

from commissions.errors import PlanRefused
from commissions.plans.models import PlanOverride, PlanVersion
from commissions.plans.selectors import PLAN_FIELDS
from mall.catalogue.models import Category, Product, Sku
from mall.money import BPS_FULL, FEN_MAX, floor_share, yuan

DAYS_MAX = 365
OVERRIDES_MAX = 500

_AMOUNTS = ("click_fen", "registration_fen")
_OPTIONAL_AMOUNTS = ("budget_month_fen", "click_cap_day_fen", "registration_cap_day_fen")
_FLAGS = ("self_purchase_earns", "count_staff_visits", "include_freight")
_CHOICES = {"attribution": ("last_click", "bound_first"), "click_pays": ("new", "all")}


def checked_changes(former: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Former with the changes applied; raises PlanRefused naming the first field that cannot stand."""
    unknown = sorted(set(changes) - set(PLAN_FIELDS) - {"overrides", "version", "valid_from"})
    if unknown:
        raise PlanRefused(_("方案里没有 %(unknown)s 这个字段。") % {"unknown": unknown[0]}, field=unknown[0])
    plan = former | {name: value for name, value in changes.items() if name in PLAN_FIELDS}
    for name in _AMOUNTS:
        plan[name] = _whole(name, plan.get(name, 0), FEN_MAX)
    for name in _OPTIONAL_AMOUNTS:
        plan[name] = None if plan.get(name) is None else _whole(name, plan[name], FEN_MAX)
    for name in _FLAGS:
        if not isinstance(plan.setdefault(name, False), bool):
            raise PlanRefused(_("%(name)s 只能是 true 或 false。") % {"name": name}, field=name)
    for name, choices in _CHOICES.items():
        if plan.setdefault(name, choices[0]) not in choices:
            raise PlanRefused(
                _("%(name)s 只能是 %(choices)s。") % {"name": name, "choices": _(" 或 ").join(choices)}, field=name
            )
    plan["hold_days"] = _whole("hold_days", plan.get("hold_days", 7), DAYS_MAX)
    plan["attribution_window_days"] = _whole(
        "attribution_window_days", plan.get("attribution_window_days", 15), DAYS_MAX, least=1
    )
    plan["ceiling_bps"] = _whole("ceiling_bps", plan.get("ceiling_bps", 3000), BPS_FULL)
    plan["order_levels_bps"] = _levels("order_levels_bps", plan.get("order_levels_bps", []), BPS_FULL)
    _refuse_above_ceiling(plan["order_levels_bps"], plan["ceiling_bps"], "order_levels_bps")
    if (plan["click_fen"] or plan["registration_fen"]) and plan["budget_month_fen"] is None:
        raise PlanRefused(_("点击或注册计佣必须设置每月预算 budget_month_fen。"), field="budget_month_fen")
    return plan


def checked_overrides(plan: PlanVersion, given: Any) -> list[PlanOverride]:
    """Unsaved overrides of the plan; raises PlanRefused for what is not this mall's, twice there, or too dear."""
    if not isinstance(given, list) or len(given) > OVERRIDES_MAX:
        raise PlanRefused(
            _("overrides 是一个列表，最多 %(overrides_max)s 条。") % {"overrides_max": OVERRIDES_MAX}, field="overrides"
        )
    made, seen = [], set()
    for number, item in enumerate(given):
        override = _override(plan, item, f"overrides.{number}")
        key = (override.category_id, override.product_id, override.sku_id)
        if key in seen:
            raise PlanRefused(_("同一个范围设置了两次。"), field=f"overrides.{number}.id")
        seen.add(key)
        made.append(override)
    return made


def _override(plan: PlanVersion, item: Any, field: str) -> PlanOverride:
    if not isinstance(item, dict):
        raise PlanRefused(_("每条设置是一个对象：scope、id 和比例或金额。"), field=field)
    models = {"category": Category, "product": Product, "sku": Sku}
    scope = item.get("scope")
    if not isinstance(scope, str) or scope not in models:
        raise PlanRefused(_("scope 只能是 category、product 或 sku。"), field=f"{field}.scope")
    target = models[scope].objects.filter(public_id=_uuid(item.get("id"), field)).first()
    if target is None:
        raise PlanRefused(_("本商城没有这个对象，请检查 id。"), field=f"{field}.id")
    bps, flat = item.get("order_levels_bps"), item.get("order_levels_fen")
    if (bps is None) == (flat is None):
        raise PlanRefused(_("order_levels_bps 和 order_levels_fen 必须且只能填一个。"), field=field)
    if bps is not None:
        rates = _levels(f"{field}.order_levels_bps", bps, BPS_FULL)
        _refuse_above_ceiling(rates, plan.ceiling_bps, f"{field}.order_levels_bps")
        return PlanOverride(mall_id=plan.mall_id, plan=plan, order_levels_bps=rates, **{scope: target})
    amounts = _levels(f"{field}.order_levels_fen", flat, FEN_MAX)
    _refuse_flat_above_ceiling(amounts, plan.ceiling_bps, scope, target, f"{field}.order_levels_fen")
    return PlanOverride(mall_id=plan.mall_id, plan=plan, order_levels_fen=amounts, **{scope: target})


def _uuid(value: Any, field: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise PlanRefused(_("本商城没有这个对象，请检查 id。"), field=f"{field}.id") from error


def _whole(name: str, value: Any, most: int, *, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= most:
        raise PlanRefused(
            _("%(name)s 必须是 %(least)s 到 %(most)s 之间的整数。") % {"name": name, "least": least, "most": most},
            field=name,
        )
    return value


def _levels(name: str, value: Any, most: int) -> list[int]:
    if not isinstance(value, (list, tuple)):
        raise PlanRefused(_("%(name)s 是一个列表，每级一个整数。") % {"name": name}, field=name)
    if len(value) > settings.REFERRAL_MAX_LEVELS:
        raise PlanRefused(
            _("最多 %(referral_max_levels)s 级，%(name)s 有 %(value)s 级。")
            % {"referral_max_levels": settings.REFERRAL_MAX_LEVELS, "name": name, "value": len(value)},
            field=name,
        )
    return [_whole(name, level, most) for level in value]


def _refuse_above_ceiling(rates: Sequence[int], ceiling_bps: int, field: str) -> None:
    if sum(rates) > ceiling_bps:
        raise PlanRefused(
            _("各级合计 %(total)s（%(parts)s），超过上限 %(ceiling_bps)s。请降低比例，或提高上限。")
            % {
                "total": _percent(sum(rates)),
                "parts": " + ".join(_percent(rate) for rate in rates),
                "ceiling_bps": _percent(ceiling_bps),
            },
            field=field,
        )


def _refuse_flat_above_ceiling(amounts: Sequence[int], ceiling_bps: int, scope: str, target: Any, field: str) -> None:
    """Flat amounts are held against the cheapest SKU they apply to."""
    skus = Sku.objects.filter(is_active=True)
    if scope == "sku":
        skus = skus.filter(pk=target.pk)
    elif scope == "product":
        skus = skus.filter(product=target)
    else:
        skus = skus.filter(product__category__in=target.get_descendants(include_self=True))
    cheapest = skus.aggregate(least=Min("price_fen"))["least"]
    if cheapest is None:
        return
    most = floor_share(cheapest, ceiling_bps)
    if sum(amounts) > most:
        raise PlanRefused(
            _(
                "各级合计 ¥%(amounts)s，最低售价 ¥%(cheapest)s 的上限是 ¥%(most)s（%(ceiling_bps)s）。"
                "请降低金额，或提高上限。"
            )
            % {
                "amounts": yuan(sum(amounts)),
                "cheapest": yuan(cheapest),
                "most": yuan(most),
                "ceiling_bps": _percent(ceiling_bps),
            },
            field=field,
        )


def _percent(bps: int) -> str:
    return f"{bps / 100:g}%"
