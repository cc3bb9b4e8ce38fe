"""促销 of the merchant: limited-time prices and threshold discounts, with the computation of their floor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import clock
from mall.api.lookup import get_or_404
from mall.catalogue.models import Product, Sku
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField, YuanField, search_field
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.moments import MomentField, in_mall_time
from mall.dashboard.pages import show
from mall.money import yuan
from mall.promotions import services
from mall.promotions.floors import floor_at
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.promotions.offer_form import OfferForm
from mall.staff import rights

FOUND_MAX = 50
_BACK = "dashboard:promotions"


STATES: dict[str, Any] = {
    "running": _("进行中"),
    "coming": _("未开始"),
    "paused": _("已暂停"),
    "over": _("已结束"),
}


class LimitedFilter(FilterForm):
    """What the limited-time prices can be narrowed to."""

    q = search_field(_("商品或活动名称"), 60)
    state = forms.ChoiceField(required=False, label=_("状态"), choices=[("", _("全部")), *STATES.items()])


class ThresholdFilter(FilterForm):
    """What the threshold discounts can be narrowed to."""

    q = search_field(_("名称"), 60)
    state = forms.ChoiceField(
        required=False,
        label=_("状态"),
        choices=[("", _("全部")), *((key, name) for key, name in STATES.items() if key != "paused")],
    )


class LimitedForm(DashboardForm):
    """A limited-time price."""

    price_fen = YuanField(label=_("限时价"), help_text=_("低于底价会被拒绝，并列出计算。"))
    starts_at = MomentField(label=_("开始时间"))
    ends_at = MomentField(label=_("结束时间"), help_text=_("最长 30 天，只能延期一次。"))
    quantity_limit = forms.IntegerField(
        min_value=1,
        max_value=services.QUANTITY_MAX,
        required=False,
        label=_("限量（件）"),
        help_text=_("留空表示不限。"),
    )
    name = PlainTextField(
        max_length=60, required=False, label=_("活动名称"), help_text=_("买家会看到，例如“周末特价”。")
    )
    reason = PlainTextField(
        max_length=200,
        required=False,
        label=_("低于底价的理由"),
        help_text=_("仅店主可填写，会记入操作记录；最低到保本价。"),
    )
    is_clearance = forms.BooleanField(
        required=False, label=_("清仓"), help_text=_("填写理由并勾选后，最低可到成本价。")
    )


class EndForm(DashboardForm):
    """A later end."""

    ends_at = MomentField(label=_("新的结束时间"))


class ThresholdForm(OfferForm):
    """A threshold discount."""

    name = PlainTextField(max_length=60, label=_("活动名称"), help_text=_("买家会看到，例如“满 200 减 20”。"))
    threshold_fen = YuanField(least=1, label=_("满"))
    off_fen = YuanField(least=1, label=_("减"), help_text=_("若有商品会因此亏本，会被拒绝并列出计算。"))
    starts_at = MomentField(label=_("开始时间"))
    ends_at = MomentField(label=_("结束时间"), help_text=_("最长 30 天。"))
    field_order = (
        "name", "threshold_fen", "off_fen", "category", "product_name", "product", "starts_at", "ends_at",
    )  # fmt: skip


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def promotions(request: HttpRequest) -> HttpResponse:
    """Limited-time prices, newest first."""
    form = filters_of(LimitedFilter, request)
    asked = form.asked()
    rows = _in_state(LimitedPrice.objects.select_related("sku__product"), asked.get("state", ""))
    if wanted := asked.get("q"):
        rows = rows.filter(Q(sku__product__name__icontains=wanted) | Q(name__icontains=wanted))
    if file := _limited_file(request, rows):
        return file
    page = page_of(request, rows)
    for limited in page.rows:
        limited.state, limited.state_name, limited.tone = _state(limited)
    context = {"section": "promotions", "page": page, "form": form, "is_narrowed": bool(asked)}
    return show(request, "dashboard/promotions.html", context)


def _limited_file(request: HttpRequest, rows: QuerySet[LimitedPrice]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("商品"), lambda one: f"{one.sku.product.name} {one.sku}".strip()),
        (_("活动名称"), lambda one: one.name),
        (_("限时价"), lambda one: yuan_cell(one.price_fen)),
        (_("原价"), lambda one: yuan_cell(one.sku.price_fen)),
        (_("底价"), lambda one: yuan_cell(one.floor_fen)),
        (_("开始时间"), lambda one: at(one.starts_at)),
        (_("结束时间"), lambda one: at(one.ends_at)),
        (_("已售"), lambda one: one.sold_count),
        (_("限量（件）"), lambda one: one.quantity_limit),
        (_("状态"), lambda one: str(_state(one)[1])),
        (_("低于底价的理由"), lambda one: one.override_reason),
    ]
    return export_of(request, rows, name="limited-prices", columns=columns)


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    """Threshold discounts, newest first."""
    form = filters_of(ThresholdFilter, request)
    asked = form.asked()
    rows = _in_state(ThresholdDiscount.objects.select_related("product", "category"), asked.get("state", ""))
    if wanted := asked.get("q"):
        rows = rows.filter(name__icontains=wanted)
    if file := _threshold_file(request, rows):
        return file
    page = page_of(request, rows)
    for discount in page.rows:
        discount.state, discount.state_name, discount.tone = _state(discount)
    context = {"section": "promotions", "page": page, "form": form, "is_narrowed": bool(asked)}
    return show(request, "dashboard/thresholds.html", context)


def _threshold_file(request: HttpRequest, rows: QuerySet[ThresholdDiscount]) -> HttpResponse | None:
    at = time_cell(request)

    def scope(one: ThresholdDiscount) -> str:
        return str(getattr(one.product or one.category, "name", _("全场通用")))

    columns = [
        (_("名称"), lambda one: one.name),
        (_("满"), lambda one: yuan_cell(one.threshold_fen)),
        (_("减"), lambda one: yuan_cell(one.off_fen)),
        (_("适用范围"), scope),
        (_("开始时间"), lambda one: at(one.starts_at)),
        (_("结束时间"), lambda one: at(one.ends_at)),
        (_("状态"), lambda one: str(_state(one)[1])),
    ]
    return export_of(request, rows, name="threshold-discounts", columns=columns)


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    """Those that are in this state now; all for an empty one."""
    now = clock.now()
    if state == "over":
        return rows.filter(Q(closed_at__isnull=False) | Q(ends_at__lte=now))
    if not state:
        return rows
    rows = rows.filter(closed_at__isnull=True, ends_at__gt=now)
    if rows.model is LimitedPrice:
        rows = rows.exclude(paused_reason="") if state == "paused" else rows.filter(paused_reason="")
    return (
        rows if state == "paused" else rows.filter(**{"starts_at__gt" if state == "coming" else "starts_at__lte": now})
    )


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def limited_pick(request: HttpRequest) -> HttpResponse:
    """Which SKU is to be cheaper for a while."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    skus = Sku.objects.select_related("product").filter(is_active=True, product__status=Product.Status.ON_SALE)
    if typed:
        skus = skus.filter(Q(product__search_text__contains=typed.lower()) | Q(code__icontains=typed))
    context = {"section": "promotions", "typed": typed, "skus": skus.order_by("-product_id", "position")[:FOUND_MAX]}
    return show(request, "dashboard/limited_pick.html", context)


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
@in_mall_time
def limited_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """A lower price for a while; what it must not fall below is shown beside it."""
    sku = get_or_404(Sku.objects.select_related("product"), public_id)
    facts: list[tuple[Any, Any]] = [(_("商品"), f"{sku.product.name} {sku}"), (_("原价"), f"¥{yuan(sku.price_fen)}")]
    if sku.cost_fen is None:
        facts.append((_("成本价"), _("未填写，请先在商品里填写")))
    else:
        facts.append((_("按原价计算"), floor_at(sku, sku.price_fen).sentence()))
    question = Question(
        title=_("设置限时价"),
        sentence=_("到时间自动恢复原价。优惠券和满减不会让它低于底价。"),
        button=_("创建"),
        back=reverse(_BACK),
        facts=facts,
    )

    def create(typed: dict[str, Any]) -> None:
        override = services.Override(typed.pop("reason"), typed.pop("is_clearance"))
        services.create_limited_price(sku=sku, actor=request.staff_member, override=override, **typed)

    initial = {"starts_at": clock.now()}
    return ask(request, question, create, form_class=LimitedForm, initial=initial, done=_t("限时价已创建。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def limited_close(request: HttpRequest, public_id: str) -> HttpResponse:
    """The end, now."""
    limited = get_or_404(LimitedPrice.objects.select_related("sku__product"), public_id)
    question = Question(
        title=_("结束限时价"),
        sentence=_t("“%(name)s”立即恢复原价，不能再开启。") % {"name": limited.sku.product.name},
        button=_("结束"),
        back=reverse(_BACK),
        is_grave=True,
    )

    def close(_typed: dict[str, Any]) -> None:
        services.close_limited_price(limited=limited, actor=request.staff_member)

    return ask(request, question, close, done=_t("限时价已结束。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
@in_mall_time
def limited_extend(request: HttpRequest, public_id: str) -> HttpResponse:
    """A later end, once."""
    limited = get_or_404(LimitedPrice.objects.select_related("sku__product"), public_id)
    question = Question(
        title=_("延期"), sentence=_("只能延期一次，总时长不超过 30 天。"), button=_("延期"), back=reverse(_BACK)
    )

    def extend(typed: dict[str, Any]) -> None:
        services.extend_limited_price(limited=limited, actor=request.staff_member, **typed)

    initial = {"ends_at": limited.ends_at}
    return ask(request, question, extend, form_class=EndForm, initial=initial, done=_t("已延期。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def limited_resume(request: HttpRequest, public_id: str) -> HttpResponse:
    """After a pause, if it lies on today's floor."""
    limited = get_or_404(LimitedPrice.objects.select_related("sku__product"), public_id)
    facts: list[tuple[Any, Any]] = [(_("暂停原因"), limited.paused_reason or "—")]
    if limited.sku.cost_fen is not None:
        facts.append((_("现在的计算"), floor_at(limited.sku, limited.price_fen).sentence()))
    question = Question(
        title=_("恢复限时价"),
        sentence=_t("“%(name)s”按 ¥%(price)s 继续销售。")
        % {"name": limited.sku.product.name, "price": yuan(limited.price_fen)},
        button=_("恢复"),
        back=reverse(_BACK),
        facts=facts,
    )

    def resume(_typed: dict[str, Any]) -> None:
        services.resume_limited_price(limited=limited, actor=request.staff_member)

    return ask(request, question, resume, done=_t("限时价已恢复。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
@in_mall_time
def threshold_new(request: HttpRequest) -> HttpResponse:
    """So much off for an order of so much."""
    question = Question(
        title=_("新建满减"),
        sentence=_("每件商品只参加一个满减，减得最多的优先。优惠按金额分摊到每件商品，佣金按分摊后的实付计算。"),
        button=_("创建"),
        back=reverse("dashboard:thresholds"),
    )

    def create(typed: dict[str, Any]) -> None:
        services.create_threshold_discount(actor=request.staff_member, **typed)

    initial = {"starts_at": clock.now()}
    return ask(request, question, create, form_class=ThresholdForm, initial=initial, done=_t("满减已创建。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def threshold_close(request: HttpRequest, public_id: str) -> HttpResponse:
    """The end, now."""
    discount = get_or_404(ThresholdDiscount.objects.all(), public_id)
    question = Question(
        title=_("结束满减"),
        sentence=_t("“%(name)s”立即结束，不能再开启。") % {"name": discount.name},
        button=_("结束"),
        back=reverse("dashboard:thresholds"),
        is_grave=True,
    )

    def close(_typed: dict[str, Any]) -> None:
        services.close_threshold_discount(discount=discount, actor=request.staff_member)

    return ask(request, question, close, done=_t("满减已结束。"))


def _state(one: LimitedPrice | ThresholdDiscount) -> tuple[str, Any, str]:
    """(state, its name, the badge's tone) at this moment."""
    now = clock.now()
    if one.closed_at is not None or one.ends_at <= now:
        return "over", STATES["over"], ""
    if getattr(one, "paused_reason", ""):
        return "paused", STATES["paused"], "warn"
    if one.starts_at > now:
        return "coming", STATES["coming"], "info"
    return "running", STATES["running"], "good"


urlpatterns = [
    path("promotions", promotions, name="promotions"),
    path("promotions/new", limited_pick, name="limited-pick"),
    path("promotions/new/<str:public_id>", limited_new, name="limited-new"),
    path("promotions/<str:public_id>/close", limited_close, name="limited-close"),
    path("promotions/<str:public_id>/extend", limited_extend, name="limited-extend"),
    path("promotions/<str:public_id>/resume", limited_resume, name="limited-resume"),
    path("thresholds", thresholds, name="thresholds"),
    path("thresholds/new", threshold_new, name="threshold-new"),
    path("thresholds/<str:public_id>/close", threshold_close, name="threshold-close"),
]
