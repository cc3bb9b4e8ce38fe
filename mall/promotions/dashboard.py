"""促销 of the merchant: limited-time prices and threshold discounts, with the computation of their floor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import clock
from mall.api.lookup import get_or_404
from mall.catalogue.models import Category, Product, Sku
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PlainTextField, YuanField
from mall.dashboard.forms import DashboardForm
from mall.dashboard.lists import page_of
from mall.dashboard.moments import MomentField, in_mall_time
from mall.dashboard.pages import show
from mall.money import yuan
from mall.promotions import services
from mall.promotions.floors import floor_at
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.staff import rights

FOUND_MAX = 50
_BACK = "dashboard:promotions"


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


class ThresholdForm(DashboardForm):
    """A threshold discount."""

    name = PlainTextField(max_length=60, label=_("活动名称"), help_text=_("买家会看到，例如“满 200 减 20”。"))
    threshold_fen = YuanField(least=1, label=_("满"))
    off_fen = YuanField(least=1, label=_("减"), help_text=_("若有商品会因此亏本，会被拒绝并列出计算。"))
    category = forms.ModelChoiceField(
        queryset=None, required=False, label=_("适用分类"), empty_label=_("全场通用"), to_field_name="public_id"
    )
    starts_at = MomentField(label=_("开始时间"))
    ends_at = MomentField(label=_("结束时间"), help_text=_("最长 30 天。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.queryset = Category.objects.all()
        field.label_from_instance = lambda category: "　" * category.level + category.name


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def promotions(request: HttpRequest) -> HttpResponse:
    """Limited-time prices, newest first."""
    page = page_of(request, LimitedPrice.objects.select_related("sku__product"))
    for limited in page.rows:
        limited.state, limited.state_name, limited.tone = _state(limited)
    return show(request, "dashboard/promotions.html", {"section": "promotions", "page": page})


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    """Threshold discounts, newest first."""
    page = page_of(request, ThresholdDiscount.objects.select_related("product", "category"))
    for discount in page.rows:
        discount.state, discount.state_name, discount.tone = _state(discount)
    return show(request, "dashboard/thresholds.html", {"section": "promotions", "page": page})


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
        return "over", _("已结束"), ""
    if getattr(one, "paused_reason", ""):
        return "paused", _("已暂停"), "warn"
    if one.starts_at > now:
        return "coming", _("未开始"), "info"
    return "running", _("进行中"), "good"


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
