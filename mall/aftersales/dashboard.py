"""售后: what buyers claim back, and the merchant's answer."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import money
from mall.aftersales.case_models import Case
from mall.aftersales.models import Refund
from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, NoFields, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.orders.models import Order
from mall.staff import rights


class RefundFilter(FilterForm):
    """What the list of refunds can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号或退款单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class RejectForm(DashboardForm):
    """Why a claim is turned down; the buyer reads it."""

    reason = PlainTextField(
        max_length=200,
        label=_("拒绝原因"),
        help_text=_("买家会看到这句话。"),
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
    )


class EvidenceForm(DashboardForm):
    """How money that was sent back by hand is found again."""

    evidence = PlainTextField(
        max_length=200,
        label=_("退款凭证"),
        help_text=_("请先从银行账户把钱退给买家，再填写流水号。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@staff_page(rights.SEE_ORDERS)
@require_safe
def refund_list(request: HttpRequest) -> HttpResponse:
    """Claims of buyers, those that wait for an answer unless asked otherwise."""
    form = filters_of(RefundFilter, request)
    asked = form.asked()
    status = request.GET.get("status", Refund.Status.REQUESTED)
    rows = Refund.objects.select_related("order__buyer")
    if status in Refund.Status.values:
        rows = rows.filter(status=status)
    if wanted := asked.get("q"):
        rows = rows.filter(number=wanted) | rows.filter(order__number=wanted)
    if file := _exported(request, rows):
        return file
    return show(
        request,
        "dashboard/refunds.html",
        {
            "section": "cases",
            "page": page_of(request, rows),
            "form": form,
            "status": status,
            "statuses": Refund.Status.choices,
            "is_narrowed": bool(asked),
        },
    )


def _exported(request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("退款单号"), lambda one: one.number),
        (_("订单号"), lambda one: one.order.number),
        (_("买家"), lambda one: one.order.buyer.nickname),
        (_("原因"), lambda one: one.reason),
        (_("金额"), lambda one: yuan_cell(one.amount_fen)),
        (_("状态"), lambda one: str(one.get_status_display())),
        (_("申请时间"), lambda one: at(one.requested_at)),
        (_("处理时间"), lambda one: at(one.decided_at)),
        (_("商家说明"), lambda one: one.decision_note),
    ]
    return export_of(request, rows, name="refunds", columns=columns)


@staff_page(rights.SEE_ORDERS)
@require_safe
def refund_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One claim with its lines."""
    refund = get_or_404(
        Refund.objects.select_related("order__buyer", "decided_by").prefetch_related("lines__line"), public_id
    )
    return show(
        request,
        "dashboard/refund.html",
        {"section": "cases", "refund": refund, "case": Case.objects.filter(refund=refund).first()},
    )


@staff_page(rights.DECIDE_REFUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def refund_approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the money back."""
    from mall.aftersales.services import approve_refund

    refund = get_or_404(Refund.objects.select_related("order"), public_id)
    amount = money.yuan(refund.amount_fen)
    question = Question(
        title=_("同意退款"),
        sentence=_t("退给订单 %(number)s 的买家。这部分金额对应的佣金会同时逐级收回，退款后不能撤销。")
        % {"number": refund.order.number},
        button=_t("退款 ¥%(amount)s") % {"amount": amount},
        back=reverse("dashboard:refund", args=[refund.public_id]),
        amount_fen=refund.amount_fen,
        facts=[(_("退款单号"), refund.number), (_("买家原因"), refund.reason)],
        is_grave=True,
    )
    return ask(
        request,
        question,
        lambda typed: approve_refund(refund=refund, actor=request.staff_member, evidence=typed.get("evidence", "")),
        form_class=EvidenceForm if is_by_hand(refund.order) else NoFields,
        done=_t("已退款 ¥%(amount)s。") % {"amount": amount},
    )


def is_by_hand(order: Order) -> bool:
    """Whether the money of an order goes back by somebody's hand."""
    return order.payments.filter(status="succeeded", provider="bank_transfer").exists()


@staff_page(rights.DECIDE_REFUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def refund_reject(request: HttpRequest, public_id: str) -> HttpResponse:
    """Turn a claim down, with a reason."""
    from mall.aftersales.services import reject_refund

    refund = get_or_404(Refund.objects.select_related("order"), public_id)
    question = Question(
        title=_("拒绝退款"),
        sentence=_t("订单 %(number)s 的退款申请将被拒绝，不退任何金额。") % {"number": refund.order.number},
        button=_("拒绝申请"),
        back=reverse("dashboard:refund", args=[refund.public_id]),
        amount_fen=refund.amount_fen,
        is_grave=True,
    )
    return ask(
        request,
        question,
        lambda typed: reject_refund(refund=refund, reason=typed["reason"], actor=request.staff_member),
        form_class=RejectForm,
        done=_t("已拒绝退款申请 %(number)s。") % {"number": refund.number},
    )


urlpatterns = [
    path("refunds", refund_list, name="refunds"),
    path("refunds/<str:public_id>", refund_detail, name="refund"),
    path("refunds/<str:public_id>/approve", refund_approve, name="refund-approve"),
    path("refunds/<str:public_id>/reject", refund_reject, name="refund-reject"),
]
