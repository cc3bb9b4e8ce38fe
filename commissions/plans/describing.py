"""A plan in words: its fields' names, its values as people read them, and what two versions differ in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commissions.plans.models import PlanVersion
from commissions.plans.selectors import PLAN_FIELDS
from mall.money import yuan

FIELD_NAMES: dict[str, Any] = {
    "order_levels_bps": _("订单分佣"),
    "click_fen": _("每次有效点击"),
    "registration_fen": _("每位新会员"),
    "budget_month_fen": _("点击与注册的月预算"),
    "click_cap_day_fen": _("点击：每人每日上限"),
    "registration_cap_day_fen": _("注册：每人每日上限"),
    "ceiling_bps": _("分佣总上限"),
    "hold_days": _("结算等待"),
    "attribution": _("归属规则"),
    "attribution_window_days": _("点击有效期"),
    "click_pays": _("哪些访客的点击计佣"),
    "self_purchase_earns": _("自购返佣"),
    "count_staff_visits": _("员工访问计佣"),
    "include_freight": _("运费计入佣金基数"),
}

_CLICK_PAYS = {"new": _("只算新访客"), "all": _("会员也算")}


@dataclass(frozen=True)
class Change:
    """One field that two plans differ in, in words."""

    name: Any
    before: str
    after: str


def percent(bps: int) -> str:
    """750 → 7.5%."""
    whole, places = divmod(bps, 100)
    return f"{whole}.{places:02d}".rstrip("0") + "%" if places else f"{whole}%"


def levels(rates: Sequence[int], *, flat: bool = False) -> str:
    """[1000, 500] → 一级 10%，二级 5%."""
    if not any(rates):
        return _t("不分佣")
    names = (_t("一级"), _t("二级"), _t("三级"))
    return _t("，").join(
        f"{name} {'¥' + yuan(rate) if flat else percent(rate)}" for name, rate in zip(names, rates, strict=False)
    )


def in_words(field: str, value: Any) -> str:
    """One value of a plan as people read it."""
    if field == "order_levels_bps":
        return levels(value)
    if value is None:
        return _t("不限") if field.endswith("cap_day_fen") else _t("未设置")
    if isinstance(value, bool):
        return _t("是") if value else _t("否")
    if isinstance(value, int):
        return _number_in_words(field, value)
    return str(_CLICK_PAYS.get(value) or PlanVersion.Attribution(value).label)


def _number_in_words(field: str, number: int) -> str:
    if field.endswith("_bps"):
        return percent(number)
    if field.endswith("_days"):
        return ngettext("%(n)s 天", "%(n)s 天", number) % {"n": number}
    return f"¥{yuan(number)}" if number or field == "budget_month_fen" else _t("不计佣")


def differences(before: PlanVersion | None, after: PlanVersion | dict[str, Any]) -> list[Change]:
    """What changed between two plans, field by field; overrides are not looked at."""
    found = []
    for field in PLAN_FIELDS:
        now = after[field] if isinstance(after, dict) else getattr(after, field)
        former = getattr(before, field) if before is not None else None
        if before is None or former != now:
            shown = in_words(field, former) if before is not None else "—"
            found.append(Change(FIELD_NAMES[field], shown, in_words(field, now)))
    return found
