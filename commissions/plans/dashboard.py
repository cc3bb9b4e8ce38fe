"""推广方案: the editor with its worked example, the review before a version begins, and the history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commissions.errors import PlanRefused
from commissions.plans import override_pages
from commissions.plans.describing import FIELD_NAMES, differences, in_words
from commissions.plans.example import worked_example
from commissions.plans.models import PlanOverride, PlanVersion
from commissions.plans.override_pages import named_overrides
from commissions.plans.plan_form import LEVEL_NAMES, PlanForm
from commissions.plans.selectors import PLAN_FIELDS, current_plan, versions
from commissions.plans.services import change_plan
from mall.dashboard.doors import may, refused, staff_page
from mall.dashboard.fields import YuanField
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.money import FEN_MAX
from mall.staff import rights

EXAMPLE_FEN = 10_000
BAR = 1000


class ExampleForm(DashboardForm):
    """The price the example is worked out at."""

    example_price = YuanField(required=False, least=1, most=FEN_MAX, label=_("示例订单"))


class _OnlyTried(Exception):
    """Undoes a change that was made to see whether it could be."""


@staff_page(rights.SEE_COMMISSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: HttpRequest) -> HttpResponse:
    """The plan in force: as a form for who may change it, else as it reads."""
    plan = current_plan()
    if not may(request, rights.EDIT_PLAN):
        return refused(request, rights.EDIT_PLAN) if request.method == "POST" else _show_only(request, plan)
    if request.method != "POST":
        return _show_editor(request, plan, PlanForm(initial=PlanForm.initial_of(plan)))
    form = PlanForm(request.POST)
    if not form.is_valid() or "back" in request.POST:
        return _show_editor(request, plan, form)
    return _answer(request, plan, form)


def _answer(request: HttpRequest, plan: PlanVersion, form: PlanForm) -> HttpResponse:
    """A sound form: nothing new, to be reviewed, or confirmed and so in force."""
    if form.cleaned_data["version"] == plan.version and not differences(plan, form.changes()):
        messages.info(request, _t("方案没有改动。"))
        return HttpResponseRedirect(reverse("dashboard:plan"))
    if "confirmed" not in request.POST:
        return _show_review(request, plan, form) if _can_stand(request, form) else _show_editor(request, plan, form)
    if not form.carried_out(lambda: _change(request, form.cleaned_data["version"], form.changes())):
        return _show_editor(request, plan, form)
    messages.success(request, _t("新方案已生效。之前下的订单仍按下单时的方案计佣。"))
    return HttpResponseRedirect(reverse("dashboard:plan"))


def _change(request: HttpRequest, seen_version: int, changes: dict[str, Any]) -> PlanVersion:
    """Make the next version, unless somebody else was quicker. Raises PlanRefused."""
    plan = change_plan(author=request.staff_member.user, changes=changes)
    if plan.version != seen_version + 1:
        raise PlanRefused(
            _t("您打开页面之后，方案已被改为第 %(n)s 版。请刷新页面核对后再改。") % {"n": plan.version - 1}
        )
    return plan


def _can_stand(request: HttpRequest, form: PlanForm) -> bool:
    """Whether the service would take it; the refusal is put into the form."""

    def try_it() -> None:
        _change(request, form.cleaned_data["version"], form.changes())
        raise _OnlyTried

    try:
        return form.carried_out(try_it)
    except _OnlyTried:
        return True


def _show_only(request: HttpRequest, plan: PlanVersion) -> HttpResponse:
    rows = [(FIELD_NAMES[field], in_words(field, getattr(plan, field))) for field in PLAN_FIELDS]
    return show(
        request,
        "dashboard/plan_seen.html",
        {
            "section": "plan",
            "plan": plan,
            "rows": rows,
            "overrides": named_overrides(plan),
            "example": _example(plan.order_levels_bps, plan.ceiling_bps, EXAMPLE_FEN),
        },
    )


def _show_editor(request: HttpRequest, plan: PlanVersion, form: PlanForm) -> HttpResponse:
    return show(
        request,
        "dashboard/plan.html",
        {
            "section": "plan",
            "plan": plan,
            "form": form,
            "overrides": named_overrides(plan),
            "example": _example(plan.order_levels_bps, plan.ceiling_bps, EXAMPLE_FEN),
            "price_form": ExampleForm(initial={"example_price": EXAMPLE_FEN}),
        },
    )


def _show_review(request: HttpRequest, plan: PlanVersion, form: PlanForm) -> HttpResponse:
    changes = form.changes()
    return show(
        request,
        "dashboard/plan_review.html",
        {
            "section": "plan",
            "plan": plan,
            "form": form,
            "next_version": plan.version + 1,
            "changes": differences(plan, changes),
            "example": _example(changes["order_levels_bps"], changes["ceiling_bps"], EXAMPLE_FEN),
            "clicks": _affordable(changes["budget_month_fen"], changes["click_fen"]),
            "registrations": _affordable(changes["budget_month_fen"], changes["registration_fen"]),
            "plan_now": changes,
        },
    )


def _affordable(budget_fen: int | None, each_fen: int) -> int | None:
    """How often a month's budget pays an amount."""
    return budget_fen // each_fen if each_fen and budget_fen is not None else None


@staff_page(rights.EDIT_PLAN)
@require_POST
def plan_example(request: HttpRequest) -> HttpResponse:
    """The worked example of what stands in the form right now, asked for while it is typed."""
    form, price_form = PlanForm(request.POST), ExampleForm(request.POST)
    form.is_valid()
    price_form.is_valid()
    price_fen = price_form.cleaned_data.get("example_price") or EXAMPLE_FEN
    unclear = any(field.errors for field in form.level_fields) or "ceiling" in form.errors
    typed = form.cleaned_data
    context: dict[str, Any] = {"unclear": unclear, "price_errors": price_form.errors.get("example_price")}
    if not unclear:
        context["example"] = _example(form.levels_bps(), typed["ceiling"], price_fen)
        click = typed.get("click") if typed.get("pays_clicks") else None
        registration = typed.get("registration") if typed.get("pays_registrations") else None
        context |= {
            "clicks": _affordable(typed.get("budget"), click or 0),
            "registrations": _affordable(typed.get("budget"), registration or 0),
            "click_fen": click,
            "registration_fen": registration,
            "budget_fen": typed.get("budget"),
        }
    return show(request, "dashboard/parts/plan_example.html", context)


def _example(rates: list[int], ceiling_bps: int, price_fen: int) -> dict[str, Any]:
    """The worked example with what its bar needs: x and width of each part, of BAR."""
    example = worked_example({"order_levels_bps": rates, "ceiling_bps": ceiling_bps}, price_fen)
    bar, x = [], 0
    for level in example["levels"]:
        level["name"] = LEVEL_NAMES[level["level"] - 1]
        width = level["amount_fen"] * BAR // price_fen
        bar.append({"name": f"l{level['level']}", "x": x, "width": width})
        x += width
    bar.append({"name": "keep", "x": x, "width": BAR - x})
    return {**example, "bar": bar, "sum_bps": sum(rates), "ceiling_bps": ceiling_bps}


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def plan_versions(request: HttpRequest) -> HttpResponse:
    """Every version with who made it and what it changed."""
    found = versions()
    counts: dict[int, int] = {}
    for plan_id in PlanOverride.objects.filter(plan__in=found).values_list("plan_id", flat=True):
        counts[plan_id] = counts.get(plan_id, 0) + 1
    rows = []
    for position, plan in enumerate(found):
        former = found[position + 1] if position + 1 < len(found) else None
        rows.append(
            {
                "plan": plan,
                "changes": differences(former, plan) if former or plan.version == 1 else None,
                "is_first": plan.version == 1,
                "overrides": counts.get(plan.pk, 0),
                "overrides_before": counts.get(former.pk, 0) if former else 0,
            }
        )
    return show(request, "dashboard/plan_versions.html", {"section": "plan", "rows": rows})


urlpatterns = [
    path("plan", plan_page, name="plan"),
    path("plan/example", plan_example, name="plan-example"),
    path("plan/versions", plan_versions, name="plan-versions"),
    *override_pages.urlpatterns,
]
