"""单独设置: rates of their own for a category, a product or a SKU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from commissions.errors import PlanRefused
from commissions.plans.describing import levels
from commissions.plans.models import PlanOverride, PlanVersion
from commissions.plans.plan_form import OverrideForm
from commissions.plans.selectors import current_plan, plan_as_dict
from commissions.plans.services import change_plan
from mall.api.lookup import get_or_404
from mall.catalogue.models import Category, Product, Sku
from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.pages import show
from mall.staff import rights

SCOPES = {"category": Category, "product": Product, "sku": Sku}
SCOPE_NAMES = {"category": _("分类"), "product": _("商品"), "sku": _("规格")}
FOUND_MAX = 30


@dataclass(frozen=True)
class NamedOverride:
    """An override as people read it."""

    scope: str
    scope_name: Any
    public_id: str
    name: str
    rates: str


class TargetFilter(FilterForm):
    """What somebody looks for to set rates of its own."""

    q = PlainTextField(
        required=False,
        max_length=60,
        label=_("商品或分类名称"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "autofocus": True}),
    )


def named_overrides(plan: PlanVersion) -> list[NamedOverride]:
    """The overrides of a plan with the names of what they are for. One statement."""
    rows = PlanOverride.objects.filter(plan=plan).select_related("category", "product", "sku__product").order_by("pk")
    return [_named(row) for row in rows]


def _named(row: PlanOverride) -> NamedOverride:
    scope = next(scope for scope in SCOPES if getattr(row, f"{scope}_id"))
    target = getattr(row, scope)
    return NamedOverride(scope, SCOPE_NAMES[scope], str(target.public_id), name_of(scope, target), _rates_of(row))


def _rates_of(row: PlanOverride) -> str:
    if row.order_levels_bps is not None:
        return levels(row.order_levels_bps)
    return _t("每件 %(rates)s") % {"rates": levels(row.order_levels_fen, flat=True)}


def name_of(scope: str, target: Any) -> str:
    """What people call a category, a product or a SKU."""
    return f"{target.product.name} · {target}" if scope == "sku" else target.name


@staff_page(rights.EDIT_PLAN)
@require_safe
def override_targets(request: HttpRequest) -> HttpResponse:
    """Categories and products by name, with the rates each has of its own."""
    form = filters_of(TargetFilter, request)
    wanted = form.asked().get("q", "")
    categories, products = Category.objects.all(), Product.objects.order_by("-id")
    if wanted:
        categories, products = categories.filter(name__icontains=wanted), products.filter(name__icontains=wanted)
    plan = current_plan()
    own = {(one.scope, one.public_id): one.rates for one in named_overrides(plan)}
    found = [("category", one) for one in categories[:FOUND_MAX]]
    for product in products.prefetch_related("skus")[:FOUND_MAX]:
        found.append(("product", product))
        skus = [sku for sku in product.skus.all() if sku.is_active]
        if len(skus) > 1:
            for sku in skus:
                sku.product = product
                found.append(("sku", sku))
    rows = [
        {
            "scope": scope,
            "scope_name": SCOPE_NAMES[scope],
            "public_id": target.public_id,
            "name": str(target) if scope == "sku" else target.name,
            "rates": own.get((scope, str(target.public_id))),
        }
        for scope, target in found
    ]
    return show(
        request,
        "dashboard/plan_targets.html",
        {"section": "plan", "form": form, "rows": rows, "wanted": wanted, "plan": plan},
    )


@staff_page(rights.EDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def override_edit(request: HttpRequest, scope: str, public_id: str) -> HttpResponse:
    """The rates of one of them; inheriting takes its own away."""
    if scope not in SCOPES:
        raise Http404
    targets = SCOPES[scope].objects.all()
    target = get_or_404(targets.select_related("product") if scope == "sku" else targets, public_id)
    plan = current_plan()
    stands = PlanOverride.objects.filter(plan=plan, **{scope: target}).first()
    if request.method == "POST":
        form = OverrideForm(request.POST)
        if form.is_valid() and form.carried_out(lambda: _set(request, form, scope, str(target.public_id))):
            messages.success(request, _t("“%(name)s”的佣金设置已生效。") % {"name": name_of(scope, target)})
            return HttpResponseRedirect(reverse("dashboard:plan"))
    else:
        form = OverrideForm(initial=_initial(plan, stands))
    return show(
        request,
        "dashboard/plan_override.html",
        {
            "section": "plan",
            "form": form,
            "scope": scope,
            "scope_name": SCOPE_NAMES[scope],
            "target": target,
            "name": name_of(scope, target),
            "plan": plan,
            "mall_rates": levels(plan.order_levels_bps),
            "cheapest_fen": _cheapest(scope, target),
        },
    )


def _set(request: HttpRequest, form: OverrideForm, scope: str, public_id: str) -> None:
    """Replace the override of one target in the list of all. Raises PlanRefused."""
    others = [
        one for one in plan_as_dict(current_plan())["overrides"] if (one["scope"], one["id"]) != (scope, public_id)
    ]
    setting = form.setting()
    mine = [{"scope": scope, "id": public_id, **setting}] if setting is not None else []
    # The one that was touched comes first, so that a refusal about it names number 0.
    plan = change_plan(author=request.staff_member.user, changes={"overrides": [*mine, *others]})
    if plan.version != form.cleaned_data["version"] + 1:
        raise PlanRefused(
            _t("您打开页面之后，方案已被改为第 %(n)s 版。请刷新页面核对后再改。") % {"n": plan.version - 1}
        )


def _initial(plan: PlanVersion, stands: PlanOverride | None) -> dict[str, Any]:
    if stands is None:
        return {"version": plan.version, "mode": "inherit"}
    mode = "bps" if stands.order_levels_bps is not None else "fen"
    rates = stands.order_levels_bps if mode == "bps" else stands.order_levels_fen
    return {
        "version": plan.version,
        "mode": mode,
        **{f"{mode}_{number}": rate for number, rate in enumerate(rates, start=1)},
    }


def _cheapest(scope: str, target: Any) -> int | None:
    skus = Sku.objects.filter(is_active=True)
    if scope == "sku":
        skus = skus.filter(pk=target.pk)
    elif scope == "product":
        skus = skus.filter(product=target)
    else:
        skus = skus.filter(product__category__in=target.get_descendants(include_self=True))
    return skus.aggregate(least=Min("price_fen"))["least"]


urlpatterns = [
    path("plan/overrides", override_targets, name="plan-targets"),
    path("plan/overrides/<str:scope>/<str:public_id>", override_edit, name="plan-override"),
]
