"""运费模板 of the merchant: prices region by region."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask, leave_for
from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PlainTextField, YuanField
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.freight import services
from mall.freight.models import FreightRule, FreightTemplate
from mall.freight.selectors import templates_with_rules
from mall.orders.regions import regions
from mall.staff import rights

_BACK = "dashboard:freight"
_RULE = ("regions", "is_excluded", *services.RULE_FIELDS)


class PriceForm(DashboardForm):
    """What one rule asks for."""

    first_units = forms.IntegerField(
        min_value=1,
        max_value=services.UNITS_MAX,
        initial=1,
        label=_("首件（件或克）"),
        help_text=_("按件计填件数，按重量计填克数，例如 1000。"),
    )
    first_fen = YuanField(initial=0, label=_("首件或首重运费"))
    extra_units = forms.IntegerField(min_value=1, max_value=services.UNITS_MAX, initial=1, label=_("每增加（件或克）"))
    extra_fen = YuanField(initial=0, label=_("加收"))
    is_excluded = forms.BooleanField(required=False, label=_("不配送"))


class TemplateForm(PriceForm):
    """A template with what it asks for everywhere else."""

    name = PlainTextField(max_length=40, label=_("名称"))
    charge_by = forms.ChoiceField(choices=FreightTemplate.ChargeBy.choices, label=_("计费方式"))
    free_above_fen = YuanField(
        required=False, label=_("满额包邮"), help_text=_("该模板的商品实付满多少包邮，留空不包邮。")
    )
    is_default = forms.BooleanField(
        required=False, label=_("设为默认"), help_text=_("没有选模板、又不包邮的商品使用它。")
    )
    field_order = (
        "name", "charge_by", "first_units", "first_fen", "extra_units", "extra_fen", "is_excluded", "free_above_fen",
        "is_default",
    )  # fmt: skip


class RegionRuleForm(PriceForm):
    """A price of its own for the regions that are ticked."""

    regions = forms.MultipleChoiceField(label=_("地区"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = []
        for province in regions().values():
            names.append(province.name)
            names += [f"{province.name}/{city}" for city in province.cities]
        self.fields["regions"].choices = [(name, name) for name in names]

    def map(self) -> list[dict[str, Any]]:
        """Provinces with their cities, each with whether it is ticked."""
        ticked = set(self["regions"].value() or ())
        return [
            {
                "name": province.name,
                "ticked": province.name in ticked,
                "cities": [
                    {"value": value, "name": city, "ticked": value in ticked}
                    for city in province.cities
                    for value in [f"{province.name}/{city}"]
                ],
                "open": any(f"{province.name}/{city}" in ticked for city in province.cities),
            }
            for province in regions().values()
        ]


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def freight_list(request: HttpRequest) -> HttpResponse:
    """Every template with its prices."""
    context = {"section": "freight", "freight_templates": templates_with_rules()}
    return show(request, "dashboard/freight.html", context)


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def freight_new(request: HttpRequest) -> HttpResponse:
    """One more template; regions come next."""
    question = Question(
        title=_("新建运费模板"),
        sentence=_("先填其他地区的运费；创建后可为某些地区单独定价或设为不配送。"),
        button=_("创建"),
        back=reverse(_BACK),
    )
    return ask(request, question, lambda typed: _save(request, None, typed, []), form_class=TemplateForm,
               done=_t("运费模板已创建。"))  # fmt: skip


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def freight_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Its name, and what it asks for everywhere else."""
    template = get_or_404(FreightTemplate.objects.all(), public_id)
    rules = _rules(template)
    elsewhere = next((rule for rule in rules if not rule["regions"]), {})
    question = Question(
        title=_("修改运费模板"),
        sentence=_("这里是其他地区的运费；已下的订单不变。"),
        button=_("保存"),
        back=reverse(_BACK),
    )
    names = ("name", "charge_by", "free_above_fen", "is_default")
    initial = {**elsewhere, **{name: getattr(template, name) for name in names}}

    def change(typed: dict[str, Any]) -> None:
        _save(request, template, typed, [rule for rule in rules if rule["regions"]])

    return ask(request, question, change, form_class=TemplateForm, initial=initial, done=_t("运费模板已保存。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def freight_delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a template away."""
    template = get_or_404(FreightTemplate.objects.all(), public_id)
    question = Question(
        title=_("删除运费模板"),
        sentence=_t("“%(name)s”不再可选；有商品使用时不能删除。") % {"name": template.name},
        button=_("删除"),
        back=reverse(_BACK),
        is_grave=True,
    )

    def delete(_typed: dict[str, Any]) -> None:
        services.delete_freight_template(template=template, actor=request.staff_member)

    return ask(request, question, delete, done=_t("运费模板已删除。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def freight_rule_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """A price of its own for some regions."""
    template = get_or_404(FreightTemplate.objects.all(), public_id)
    form = RegionRuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rules = [*_rules(template), form.cleaned_data]
        if form.carried_out(lambda: _save_rules(request, template, rules)):
            return leave_for(request, reverse(_BACK))
    context = {"section": "freight", "template": template, "form": form}
    return show(request, "dashboard/freight_rule.html", context)


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def freight_rule_remove(request: HttpRequest, public_id: str, position: int) -> HttpResponse:
    """These regions cost what everywhere else costs again."""
    template = get_or_404(FreightTemplate.objects.all(), public_id)
    rule = FreightRule.objects.filter(template=template, position=position).first()
    if rule is None or not rule.regions:
        raise Http404
    question = Question(
        title=_("删除地区运费"),
        sentence=_t("%(regions)s 改按其他地区计费。") % {"regions": _t("、").join(rule.regions)[:300]},
        button=_("删除"),
        back=reverse(_BACK),
        is_grave=True,
    )

    def remove(_typed: dict[str, Any]) -> None:
        _save_rules(request, template, [one for one in _rules(template) if one["regions"] != rule.regions])

    return ask(request, question, remove, done=_t("地区运费已删除。"))


def _rules(template: FreightTemplate) -> list[dict[str, Any]]:
    return list(FreightRule.objects.filter(template=template).order_by("position", "id").values(*_RULE))


def _save_rules(request: HttpRequest, template: FreightTemplate, rules: list[dict[str, Any]]) -> None:
    services.save_freight_template(
        template=template,
        name=template.name,
        charge_by=template.charge_by,
        free_above_fen=template.free_above_fen,
        is_default=template.is_default,
        rules=rules,
        actor=request.staff_member,
    )


def _save(
    request: HttpRequest, template: FreightTemplate | None, typed: dict[str, Any], by_region: list[dict[str, Any]]
) -> None:
    elsewhere = {"regions": [], **{name: typed.pop(name) for name in ("is_excluded", *services.RULE_FIELDS)}}
    services.save_freight_template(
        template=template, rules=[*by_region, elsewhere], actor=request.staff_member, **typed
    )


urlpatterns = [
    path("freight", freight_list, name="freight"),
    path("freight/new", freight_new, name="freight-new"),
    path("freight/<str:public_id>", freight_edit, name="freight-edit"),
    path("freight/<str:public_id>/delete", freight_delete, name="freight-delete"),
    path("freight/<str:public_id>/rules/new", freight_rule_new, name="freight-rule-new"),
    path("freight/<str:public_id>/rules/<int:position>/remove", freight_rule_remove, name="freight-rule-remove"),
]
