"""The plan as a form: per cent and yuan outside, basis points and fen inside; nothing means nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from commissions.plans.checks import DAYS_MAX
from commissions.plans.models import PlanVersion
from mall.dashboard.fields import PercentField, YuanField
from mall.dashboard.forms import DashboardForm
from mall.errors import DomainError

LEVEL_NAMES = (_("一级"), _("二级"), _("三级"))

# Where a refusal about a field of the plan is shown.
_PLACES = {
    "order_levels_bps": "level_1",
    "ceiling_bps": "ceiling",
    "click_fen": "click",
    "registration_fen": "registration",
    "budget_month_fen": "budget",
    "click_cap_day_fen": "click_cap",
    "registration_cap_day_fen": "registration_cap",
}


class DaysField(forms.IntegerField):
    """A whole number of days."""

    unit = _("天")

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=least, max_value=DAYS_MAX, widget=widget, **kwargs)


class PlanForm(DashboardForm):
    """Everything a plan says but its overrides. `version` is the one the merchant looked at."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    ceiling = PercentField(label=_("分佣总上限"), help_text=_("一件商品各级佣金合计不能超过实付的这个比例。"))
    include_freight = forms.BooleanField(
        required=False, label=_("运费也计入佣金基数"), help_text=_("默认只按商品实付金额计佣。")
    )
    self_purchase_earns = forms.BooleanField(
        required=False,
        label=_("自购返佣"),
        help_text=_("推广者自己下单时按一级拿佣金，他的推荐人按二级。关闭时自己那一级不付。"),
    )
    hold_days = DaysField(
        label=_("结算等待"), help_text=_("收货后（点击为点击后）满这么多天转为可提现；0 为立即。建议不短于售后期。")
    )
    attribution = forms.ChoiceField(
        choices=[
            ("last_click", _("最后点击优先：归最近一次有效点击的推广者；没有点击才归绑定的推荐人")),
            ("bound_first", _("绑定优先：归注册时绑定的推荐人；没有推荐人才归最后点击")),
        ],
        label=_("订单归谁"),
        widget=forms.RadioSelect,
    )
    attribution_window_days = DaysField(
        least=1, label=_("点击有效期"), help_text=_("点击后多少天内下单算这次点击带来的。")
    )
    pays_clicks = forms.BooleanField(required=False, label=_("开启点击计佣，我已阅读上面的提示"))
    click = YuanField(required=False, label=_("每次有效点击"))
    click_cap = YuanField(required=False, label=_("每人每日上限"), help_text=_("留空为不限。"))
    click_pays = forms.ChoiceField(
        choices=[("new", _("只算新访客")), ("all", _("会员的点击也算"))], label=_("哪些访客的点击计佣")
    )
    count_staff_visits = forms.BooleanField(
        required=False, label=_("员工的访问也计佣"), help_text=_("默认不计，避免自己人点击花掉预算。")
    )
    pays_registrations = forms.BooleanField(required=False, label=_("开启注册计佣，我已阅读上面的提示"))
    registration = YuanField(required=False, label=_("每位新会员"), help_text=_("新会员收到首单后才放款。"))
    registration_cap = YuanField(required=False, label=_("每人每日上限"), help_text=_("留空为不限。"))
    budget = YuanField(
        required=False, label=_("点击与注册的月预算"), help_text=_("开启点击或注册计佣时必填，用完即停，下月重新开始。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, settings.REFERRAL_MAX_LEVELS + 1):
            self.fields[f"level_{number}"] = PercentField(required=False, label=LEVEL_NAMES[number - 1])

    @property
    def level_fields(self) -> list[forms.BoundField]:
        """The inputs of the levels, the first first."""
        return [self[f"level_{number}"] for number in range(1, settings.REFERRAL_MAX_LEVELS + 1)]

    @classmethod
    def initial_of(cls, plan: PlanVersion) -> dict[str, Any]:
        """What the form shows of a plan."""
        initial = {
            "version": plan.version,
            "ceiling": plan.ceiling_bps,
            "pays_clicks": plan.click_fen > 0,
            "click": plan.click_fen or None,
            "click_cap": plan.click_cap_day_fen,
            "pays_registrations": plan.registration_fen > 0,
            "registration": plan.registration_fen or None,
            "registration_cap": plan.registration_cap_day_fen,
            "budget": plan.budget_month_fen,
        }
        initial |= {f"level_{number}": rate for number, rate in enumerate(plan.order_levels_bps, start=1)}
        same = (
            "include_freight", "self_purchase_earns", "hold_days", "attribution", "attribution_window_days",
            "click_pays", "count_staff_visits",
        )  # fmt: skip
        return initial | {name: getattr(plan, name) for name in same}

    def clean(self) -> dict[str, Any]:
        """A switch that is on needs its amount, and its budget."""
        typed = self.cleaned_data
        for switch, amount in (("pays_clicks", "click"), ("pays_registrations", "registration")):
            if typed.get(switch) and not typed.get(amount) and amount not in self.errors:
                self.add_error(amount, _t("已开启，请填写大于 0 的金额，或关闭它。"))
        needs_budget = typed.get("pays_clicks") or typed.get("pays_registrations")
        if needs_budget and typed.get("budget") is None and "budget" not in self.errors:
            self.add_error("budget", _t("点击或注册计佣必须设置月预算。"))
        return typed

    def levels_bps(self) -> list[int]:
        """The rates typed, without empty levels at the end; an empty one between is 0."""
        rates = [self.cleaned_data.get(field.name) for field in self.level_fields]
        while rates and rates[-1] is None:
            rates.pop()
        return [rate or 0 for rate in rates]

    def changes(self) -> dict[str, Any]:
        """The plan as its service takes it."""
        typed = self.cleaned_data
        return {
            "order_levels_bps": self.levels_bps(),
            "ceiling_bps": typed["ceiling"],
            "click_fen": typed["click"] if typed["pays_clicks"] else 0,
            "click_cap_day_fen": typed["click_cap"],
            "registration_fen": typed["registration"] if typed["pays_registrations"] else 0,
            "registration_cap_day_fen": typed["registration_cap"],
            "budget_month_fen": typed["budget"],
            "hold_days": typed["hold_days"],
            "attribution": typed["attribution"],
            "attribution_window_days": typed["attribution_window_days"],
            "click_pays": typed["click_pays"],
            "self_purchase_earns": typed["self_purchase_earns"],
            "count_staff_visits": typed["count_staff_visits"],
            "include_freight": typed["include_freight"],
        }

    def refuse(self, refusal: DomainError) -> None:
        """Beside the field the refusal names, in this form's words; one about an override above the form."""
        field = _PLACES.get(refusal.field or "", refusal.field)
        self.add_error(field if field in self.fields else None, str(refusal))


class OverrideForm(DashboardForm):
    """The rates of one category, product or SKU."""

    MODES = (
        ("inherit", _("跟随上一级设置")),
        ("bps", _("单独按比例")),
        ("fen", _("单独按固定金额，每件")),
    )
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    mode = forms.ChoiceField(choices=MODES, label=_("怎样计佣"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, settings.REFERRAL_MAX_LEVELS + 1):
            self.fields[f"bps_{number}"] = PercentField(required=False, label=LEVEL_NAMES[number - 1])
            self.fields[f"fen_{number}"] = YuanField(required=False, label=LEVEL_NAMES[number - 1])

    @property
    def bps_fields(self) -> list[forms.BoundField]:
        """Inputs of the rates."""
        return [self[f"bps_{number}"] for number in range(1, settings.REFERRAL_MAX_LEVELS + 1)]

    @property
    def fen_fields(self) -> list[forms.BoundField]:
        """Inputs of the flat amounts."""
        return [self[f"fen_{number}"] for number in range(1, settings.REFERRAL_MAX_LEVELS + 1)]

    def clean(self) -> dict[str, Any]:
        """Own rates must be typed: an empty form would silently mean nothing for everybody."""
        mode = self.cleaned_data.get("mode")
        if mode in ("bps", "fen") and all(value is None for value in self.rates(mode)) and not self.errors:
            self.add_error(f"{mode}_1", _t("请填写，不付佣金填 0。"))
        return self.cleaned_data

    def rates(self, mode: str) -> list[int | None]:
        """What was typed for a mode, level by level."""
        return [self.cleaned_data.get(f"{mode}_{number}") for number in range(1, settings.REFERRAL_MAX_LEVELS + 1)]

    def setting(self) -> dict[str, list[int]] | None:
        """{"order_levels_bps": …} or {"order_levels_fen": …}; None to inherit."""
        mode = self.cleaned_data["mode"]
        if mode == "inherit":
            return None
        return {f"order_levels_{mode}": [rate or 0 for rate in self.rates(mode)]}

    def refuse(self, refusal: DomainError) -> None:
        """The refusal names the override by its number; here there is one only."""
        name = (refusal.field or "").rsplit(".", 1)[-1]
        field = {"order_levels_bps": "bps_1", "order_levels_fen": "fen_1"}.get(name)
        self.add_error(field, str(refusal))
