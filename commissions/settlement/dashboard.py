"""佣金 and 未计佣转化: what was earned and why, and what paid nothing and why not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from commissions.settlement.explaining import explanation
from commissions.settlement.models import Commission, Settlement
from commissions.settlement.selectors import commissions_of_mall
from mall.api.lookup import get_or_404, public_uuid
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.orders.models import Order
from mall.staff import rights
from members.models import Member
from referrals.clicks.models import Reason
from referrals.conversions.models import Conversion, ConversionKind

STATES = (
    ("pending", _("待结算")),
    ("held", _("暂缓")),
    ("available", _("已结算")),
    ("reversed", _("已收回")),
)
STATE_NAMES = dict(STATES)
MEMBERS_MAX = 200


class CommissionFilter(FilterForm):
    """What the list of commissions can be narrowed to."""

    kind = forms.ChoiceField(required=False, label=_("来源"), choices=[("", _("全部")), *ConversionKind.choices])
    member = PlainTextField(
        required=False,
        max_length=40,
        label=_("推广者昵称或手机尾号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    order = PlainTextField(
        required=False, max_length=40, label=_("订单号"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ConversionFilter(FilterForm):
    """What the list of conversions without pay can be narrowed to."""

    kind = forms.ChoiceField(required=False, label=_("类型"), choices=[("", _("全部")), *ConversionKind.choices])
    reason = forms.ChoiceField(
        required=False, label=_("原因"), choices=[("", _("全部")), *((v, n) for v, n in Reason.choices if v)]
    )
    member = PlainTextField(
        required=False,
        max_length=40,
        label=_("推广者昵称或手机尾号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


def members_called(wanted: str) -> QuerySet[Member]:
    """Members by a part of the nickname, by the tail of the phone, or by a public id."""
    wanted = wanted.strip()
    if public_uuid(wanted) is not None:
        return Member.objects.filter(public_id=wanted)
    digits = wanted.replace(" ", "").lstrip("+")
    if digits.isascii() and digits.isdigit() and len(digits) >= 4:
        return Member.objects.filter(buyer__phone__endswith=digits)
    return Member.objects.filter(buyer__nickname__icontains=wanted)


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def commission_list(request: HttpRequest) -> HttpResponse:
    """Every commission of the mall, newest first."""
    form = filters_of(CommissionFilter, request)
    asked = form.asked()
    state = request.GET.get("state", "")
    state = state if state in STATE_NAMES else ""
    rows = commissions_of_mall(kind=asked.get("kind"), state=state or None)
    rows = rows.select_related("conversion__member__buyer")
    if wanted := asked.get("member"):
        rows = rows.filter(beneficiary__in=members_called(wanted).values("pk")[:MEMBERS_MAX])
    if wanted := asked.get("order"):
        rows = rows.filter(conversion__order__number=wanted)
    if file := export_commissions(request, rows):
        return file
    return show(
        request,
        "dashboard/commissions.html",
        {
            "section": "commissions",
            "page": page_of(request, rows),
            "form": form,
            "state": state,
            "states": STATES,
            "state_names": STATE_NAMES,
            "is_narrowed": bool(asked) or bool(state),
        },
    )


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def commission_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One commission with its reckoning, which adds up."""
    commission = get_or_404(
        Commission.objects.select_related(
            "beneficiary__buyer",
            "conversion__order",
            "conversion__member__buyer",
            "conversion__customer__buyer",
            "conversion__link__channel",
            "conversion__link__owner__buyer",
        ),
        public_id,
    )
    return show(
        request,
        "dashboard/commission.html",
        {
            "section": "commissions",
            "commission": commission,
            "why": explanation(commission),
            "state_names": STATE_NAMES,
            "reasons": dict(Reason.choices),
        },
    )


def export_commissions(request: HttpRequest, rows: QuerySet[Commission]) -> HttpResponse | None:
    """The narrowed commissions as a file, where one is asked for."""
    at = time_cell(request)
    columns = [
        (_("佣金编号"), lambda commission: str(commission.public_id)),
        (_("推广者"), lambda commission: commission.beneficiary.buyer.nickname),
        (_("来源"), lambda commission: str(commission.get_kind_display())),
        (_("层级"), lambda commission: commission.level),
        (_("订单号"), lambda commission: commission.conversion.order.number if commission.conversion.order else ""),
        (_("基数"), lambda commission: yuan_cell(commission.base_fen)),
        (_("比例（万分之）"), lambda commission: commission.rate_bps),
        (_("计佣"), lambda commission: yuan_cell(commission.accrued_fen)),
        (_("收回"), lambda commission: yuan_cell(commission.reversed_fen)),
        (_("现佣金"), lambda commission: yuan_cell(commission.amount_fen)),
        (_("状态"), lambda commission: str(STATE_NAMES.get(commission.state, commission.state))),
        (_("发生时间"), lambda commission: at(commission.occurred_at)),
        (_("结算时间"), lambda commission: at(commission.released_at)),
    ]
    return export_of(request, rows, name="commissions", columns=columns)


def export_conversions(request: HttpRequest, rows: QuerySet[Conversion]) -> HttpResponse | None:
    """The narrowed conversions as a file, where one is asked for."""
    at, reasons = time_cell(request), dict(Reason.choices)
    columns = [
        (_("编号"), lambda conversion: str(conversion.public_id)),
        (_("类型"), lambda conversion: str(conversion.get_kind_display())),
        (_("推广者"), lambda conversion: conversion.promoter.buyer.nickname if conversion.promoter else ""),
        (_("订单号"), lambda conversion: conversion.order.number if conversion.order else ""),
        (_("原因"), lambda conversion: str(reasons.get(conversion.why, conversion.why) or "")),
        (_("发生时间"), lambda conversion: at(conversion.occurred_at)),
    ]
    people = rows.select_related("promoter__buyer", "order")
    return export_of(request, people, name="conversions", columns=columns)


def unpaid_conversions(reason: str = "") -> QuerySet[Conversion]:
    """Conversions that pay nothing, or nothing for this reason, each with `why` as the latest judgement has it."""
    judged = Settlement.objects.filter(conversion=OuterRef("pk"))
    # Most carry their reason themselves; only for the others the settlement is asked.
    paid_nothing = (
        Q(reason=reason) | Q(Exists(judged.filter(reason=reason)))
        if reason
        else ~Q(reason="") | Q(Exists(judged.exclude(reason="")))
    )
    return (
        Conversion.objects.annotate(why=Coalesce(NullIf(F("reason"), Value("")), Subquery(judged.values("reason")[:1])))
        .filter(paid_nothing)
        .select_related("order", "member__buyer", "customer__buyer", "promoter__buyer", "link__channel")
    )


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def conversion_list(request: HttpRequest) -> HttpResponse:
    """What links brought and nobody was paid for, with the reason."""
    form = filters_of(ConversionFilter, request)
    asked = form.asked()
    rows = unpaid_conversions(asked.get("reason", ""))
    if kind := asked.get("kind"):
        rows = rows.filter(kind=kind)
    if wanted := asked.get("member"):
        called = members_called(wanted).values("pk")[:MEMBERS_MAX]
        rows = rows.filter(Q(promoter__in=called) | Q(level_1__in=called))
    if file := export_conversions(request, rows):
        return file
    return show(
        request,
        "dashboard/conversions.html",
        {
            "section": "conversions",
            "page": page_of(request, rows),
            "form": form,
            "reasons": dict(Reason.choices),
            "is_narrowed": bool(asked),
        },
    )


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def order_earnings(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who earns from an order, level by level: a part of the order's page."""
    order = get_or_404(Order.objects.all(), public_id)
    conversion = (
        Conversion.objects.select_related("link__channel", "promoter__buyer").filter(order=order, kind="order").first()
    )
    context: dict[str, Any] = {"order": order, "conversion": conversion, "state_names": STATE_NAMES}
    if conversion is not None:
        commissions = list(
            Commission.objects.filter(conversion=conversion).select_related("beneficiary__buyer").order_by("level")
        )
        reason = Settlement.objects.filter(conversion=conversion).values_list("reason", flat=True).first()
        context |= {
            "commissions": commissions,
            "sum_fen": sum(commission.amount_fen for commission in commissions),
            "why": dict(Reason.choices).get(reason or conversion.reason) if not commissions else "",
        }
    return show(request, "dashboard/parts/order_earnings.html", context)


urlpatterns = [
    path("commissions", commission_list, name="commissions"),
    path("commissions/<str:public_id>", commission_detail, name="commission"),
    path("conversions", conversion_list, name="conversions"),
    path("orders/<str:public_id>/earnings", order_earnings, name="order-earnings"),
]
