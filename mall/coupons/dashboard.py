"""优惠券 of the merchant: what there is to take, and giving one to somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
from mall.buyers.models import Buyer
from mall.coupons import services, showing
from mall.coupons.errors import BadCoupon
from mall.coupons.models import CouponTemplate
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PercentField, PlainTextField, YuanField, search_field
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.moments import MomentField, in_mall_time
from mall.dashboard.pages import show
from mall.promotions.offer_form import OfferForm
from mall.staff import rights

STATES: dict[str, Any] = {
    "": _("全部"),
    "open": _("发放中"),
    "over": _("已过期"),
    "closed": _("已停止"),
}


class CouponFilter(FilterForm):
    """What the kinds of coupons can be narrowed to."""

    q = search_field(_("名称"))
    kind = forms.ChoiceField(
        required=False, label=_("类型"), choices=[("", _("全部类型")), *CouponTemplate.Kind.choices]
    )
    state = forms.ChoiceField(required=False, label=_("状态"), choices=list(STATES.items()))


class CountForm(DashboardForm):
    """What may change once it is there."""

    name = PlainTextField(max_length=60, label=_("名称"), help_text=_("买家会看到。"))
    total_count = forms.IntegerField(
        min_value=1, max_value=services.COUNT_MAX, required=False, label=_("发放总数"), help_text=_("留空表示不限。")
    )
    per_person = forms.IntegerField(min_value=1, max_value=services.PER_PERSON_MAX, initial=1, label=_("每人限领"))
    is_public = forms.BooleanField(
        required=False, initial=True, label=_("买家可自行领取"), help_text=_("不勾选则只能由商家发放。")
    )


class CouponForm(OfferForm, CountForm):
    """A kind of coupon."""

    kind = forms.ChoiceField(choices=CouponTemplate.Kind.choices, label=_("类型"))
    off_fen = YuanField(least=1, required=False, label=_("减多少"), help_text=_("满减券填写。"))
    off_bps = PercentField(least=1, required=False, label=_("优惠比例"), help_text=_("折扣券填写：15% 即 8.5 折。"))
    off_max_fen = YuanField(least=1, required=False, label=_("最多减"), help_text=_("折扣券的封顶金额，留空不封顶。"))
    threshold_fen = YuanField(required=False, label=_("使用门槛"), help_text=_("适用商品满多少可用，留空无门槛。"))
    valid_days = forms.IntegerField(
        min_value=1, max_value=services.DAYS_MAX, required=False, label=_("领取后有效天数"),
        help_text=_("与下面的固定日期二选一。"),
    )  # fmt: skip
    valid_from = MomentField(required=False, label=_("生效时间"))
    valid_until = MomentField(required=False, label=_("失效时间"))
    field_order = (
        "name", "kind", "off_fen", "off_bps", "off_max_fen", "threshold_fen", "category", "product_name", "product",
        "valid_days", "valid_from", "valid_until", "total_count", "per_person", "is_public",
    )  # fmt: skip

    def clean_threshold_fen(self) -> int:
        """Nothing typed is no threshold."""
        return self.cleaned_data["threshold_fen"] or 0


class GiveForm(DashboardForm):
    """To whom."""

    phone = PlainTextField(max_length=20, label=_("买家手机号"), widget=forms.TextInput(attrs={"inputmode": "tel"}))


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def coupon_list(request: HttpRequest) -> HttpResponse:
    """Every kind, newest first, with how many were taken."""
    form = filters_of(CouponFilter, request)
    asked, now = form.asked(), clock.now()
    rows = _narrowed(CouponTemplate.objects.select_related("product", "category"), asked, now)
    if file := _exported(request, rows, now):
        return file
    page = page_of(request, rows)
    for template in page.rows:
        showing.dress_template(template)
        template.is_over = template.valid_until is not None and template.valid_until <= now
    context = {"section": "coupons", "page": page, "form": form, "is_narrowed": bool(asked)}
    return show(request, "dashboard/coupons.html", context)


def _narrowed(rows: QuerySet[CouponTemplate], asked: dict[str, Any], now: datetime) -> QuerySet[CouponTemplate]:
    if wanted := asked.get("q"):
        rows = rows.filter(name__icontains=wanted)
    if kind := asked.get("kind"):
        rows = rows.filter(kind=kind)
    over = Q(valid_until__lte=now)
    state = {
        "open": Q(closed_at__isnull=True) & ~over,
        "over": Q(closed_at__isnull=True) & over,
        "closed": Q(closed_at__isnull=False),
    }
    return rows.filter(state.get(asked.get("state", ""), Q()))


def _exported(request: HttpRequest, rows: QuerySet[CouponTemplate], now: datetime) -> HttpResponse | None:
    at = time_cell(request)

    def state(one: CouponTemplate) -> str:
        is_over = one.valid_until is not None and one.valid_until <= now
        return str(STATES["closed" if one.closed_at else "over" if is_over else "open"])

    columns = [
        (_("名称"), lambda one: one.name),
        (_("类型"), lambda one: str(one.get_kind_display())),
        (_("减多少"), lambda one: yuan_cell(one.off_fen)),
        (_("优惠比例"), lambda one: f"{one.percent_off}%" if one.off_bps else None),
        (_("最多减"), lambda one: yuan_cell(one.off_max_fen)),
        (_("使用门槛"), lambda one: yuan_cell(one.threshold_fen)),
        (_("适用范围"), lambda one: one.scope_words),
        (_("领取后有效天数"), lambda one: one.valid_days),
        (_("生效时间"), lambda one: at(one.valid_from)),
        (_("失效时间"), lambda one: at(one.valid_until)),
        (_("已领取"), lambda one: one.taken_count),
        (_("发放总数"), lambda one: one.total_count),
        (_("状态"), state),
    ]

    def complete(found: Sequence[CouponTemplate]) -> None:
        for template in found:
            showing.dress_template(template)

    return export_of(request, rows, name="coupons", columns=columns, complete=complete)


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
@in_mall_time
def coupon_new(request: HttpRequest) -> HttpResponse:
    """One more kind."""
    question = Question(
        title=_("新建优惠券"),
        sentence=_("面额、门槛和有效期创建后不能修改：买家领到的券不能变。限时价商品的优惠到底价为止，不会亏本。"),
        button=_("创建"),
        back=reverse("dashboard:coupons"),
    )

    def create(typed: dict[str, Any]) -> None:
        services.create_coupon_template(actor=request.staff_member, **typed)

    return ask(request, question, create, form_class=CouponForm, done=_t("优惠券已创建。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def coupon_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Its name, and how many there are."""
    template = get_or_404(CouponTemplate.objects.all(), public_id)
    question = Question(
        title=_("修改优惠券"),
        sentence=_("面额、门槛和有效期不能修改；要改请停止发放后新建一个。"),
        button=_("保存"),
        back=reverse("dashboard:coupons"),
        facts=((_("已领取"), template.taken_count),),
    )

    def change(typed: dict[str, Any]) -> None:
        services.change_coupon_template(template=template, changes=typed, actor=request.staff_member)

    initial = {name: getattr(template, name) for name in ("name", "total_count", "per_person", "is_public")}
    return ask(request, question, change, form_class=CountForm, initial=initial, done=_t("优惠券已保存。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def coupon_close(request: HttpRequest, public_id: str) -> HttpResponse:
    """No more of it."""
    template = get_or_404(CouponTemplate.objects.all(), public_id)
    question = Question(
        title=_("停止发放"),
        sentence=_t("“%(name)s”不再发放；已领取的仍可使用。停止后不能恢复。") % {"name": template.name},
        button=_("停止发放"),
        back=reverse("dashboard:coupons"),
        is_grave=True,
    )

    def close(_typed: dict[str, Any]) -> None:
        services.close_coupon_template(template=template, actor=request.staff_member)

    return ask(request, question, close, done=_t("已停止发放。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def coupon_give(request: HttpRequest, public_id: str) -> HttpResponse:
    """One into somebody's wallet."""
    template = get_or_404(CouponTemplate.objects.all(), public_id)
    question = Question(
        title=_("发放优惠券"),
        sentence=_t("把一张“%(name)s”放进买家的卡包。") % {"name": template.name},
        button=_("发放"),
        back=reverse("dashboard:coupons"),
    )

    def give(typed: dict[str, Any]) -> None:
        services.give_coupons(template=template, buyers=[_buyer(typed["phone"])], actor=request.staff_member)

    return ask(request, question, give, form_class=GiveForm, done=_t("优惠券已发放。"))


def _buyer(phone: str) -> Buyer:
    digits = "".join(char for char in phone if char.isdigit()).removeprefix("86")
    buyer = Buyer.objects.filter(phone=f"+86{digits}").order_by("id").first() if digits else None
    if buyer is None:
        raise BadCoupon(_t("没有找到使用这个手机号的买家，请核对号码。"), field="phone")
    return buyer


urlpatterns = [
    path("coupons", coupon_list, name="coupons"),
    path("coupons/new", coupon_new, name="coupon-new"),
    path("coupons/<str:public_id>", coupon_edit, name="coupon"),
    path("coupons/<str:public_id>/close", coupon_close, name="coupon-close"),
    path("coupons/<str:public_id>/give", coupon_give, name="coupon-give"),
]
