"""待确认收款: transfers buyers say they made, until somebody has seen the money."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import money
from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.orders.models import OrderStatus
from mall.payments.models import Payment
from mall.staff import rights

BY_HAND = "bank_transfer"
VIEWS = ("open", "late", "all")


class PaymentFilter(FilterForm):
    """What the list of payments can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号或付款单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ConfirmForm(DashboardForm):
    """How the money is found again on the mall's account."""

    reference = PlainTextField(
        max_length=64,
        required=False,
        label=_("银行流水号"),
        help_text=_("同一流水号不能确认两笔付款。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """Transfers that wait to be confirmed; or came too late, or all."""
    form = filters_of(PaymentFilter, request)
    asked = form.asked()
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    rows = Payment.objects.filter(provider=BY_HAND).select_related("order__buyer", "confirmed_by")
    if view != "all":
        rows = rows.filter(status=Payment.Status.PENDING)
    if view == "open":
        rows = rows.filter(order__status=OrderStatus.AWAITING_PAYMENT)
    elif view == "late":
        rows = rows.exclude(order__status=OrderStatus.AWAITING_PAYMENT)
    if wanted := asked.get("q"):
        rows = rows.filter(order__number=wanted) | rows.filter(number=wanted)
    page = page_of(request, rows)
    return show(
        request,
        "dashboard/payments.html",
        {"section": "payments", "page": page, "form": form, "view": view, "is_narrowed": bool(asked)},
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def payment_confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody has seen the money on the mall's account."""
    from mall.payments.services import confirm_payment

    payment = get_or_404(Payment.objects.select_related("order"), public_id)
    amount = money.yuan(payment.amount_fen)
    question = Question(
        title=_("确认收款"),
        sentence=_sentence(payment),
        button=_t("已到账 ¥%(amount)s，确认") % {"amount": amount},
        back=reverse("dashboard:payments"),
        amount_fen=payment.amount_fen,
        facts=[(_("付款单号"), payment.number), (_("订单"), payment.order.number)],
    )
    return ask(
        request,
        question,
        lambda typed: confirm_payment(payment=payment, actor=request.staff_member, reference=typed["reference"]),
        form_class=ConfirmForm,
        done=_t("已确认收款 ¥%(amount)s，订单 %(number)s。") % {"amount": amount, "number": payment.order.number},
    )


def _sentence(payment: Payment) -> str:
    if payment.order.status == OrderStatus.AWAITING_PAYMENT:
        return _t("请先在银行账户中核对这笔款项已到账。确认后订单变为待发货，推广者开始计佣。")
    return _t(
        "这张订单已经%(status)s，但钱到了就不能丢：确认后，库存还够则重新开启订单，否则自动生成一笔全额退款等您处理。"
    ) % {"status": payment.order.get_status_display()}


urlpatterns = [
    path("payments", payment_list, name="payments"),
    path("payments/<str:public_id>/confirm", payment_confirm, name="payment-confirm"),
]
