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
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.orders.models import OrderStatus
from mall.payments.models import Payment
from mall.staff import rights

BY_HAND = "bank_transfer"


class PaymentFilter(FilterForm):
    """What the list of payments can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号或付款单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """Transfers that wait to be confirmed; with ?all=1 the confirmed ones as well."""
    form = filters_of(PaymentFilter, request)
    asked = form.asked()
    shows_all = request.GET.get("all") == "1"
    rows = Payment.objects.filter(provider=BY_HAND).select_related("order__buyer", "confirmed_by")
    if not shows_all:
        rows = rows.filter(status=Payment.Status.PENDING, order__status=OrderStatus.AWAITING_PAYMENT)
    if wanted := asked.get("q"):
        rows = rows.filter(order__number=wanted) | rows.filter(number=wanted)
    page = page_of(request, rows)
    return show(
        request,
        "dashboard/payments.html",
        {"section": "payments", "page": page, "form": form, "shows_all": shows_all, "is_narrowed": bool(asked)},
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
        sentence=_t("请先在银行账户中核对这笔款项已到账。确认后订单 %(number)s 变为待发货，推广者开始计佣。")
        % {"number": payment.order.number},
        button=_t("已到账 ¥%(amount)s，确认") % {"amount": amount},
        back=reverse("dashboard:payments"),
        amount_fen=payment.amount_fen,
        facts=[(_("付款单号"), payment.number), (_("订单"), payment.order.number)],
    )
    return ask(
        request,
        question,
        lambda _typed: confirm_payment(payment=payment, actor=request.staff_member),
        done=_t("已确认收款 ¥%(amount)s，订单 %(number)s 待发货。") % {"amount": amount, "number": payment.order.number},
    )


urlpatterns = [
    path("payments", payment_list, name="payments"),
    path("payments/<str:public_id>/confirm", payment_confirm, name="payment-confirm"),
]
