"""申请发票, for one of the buyer's paid orders."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mall.invoices.models import InvoiceRequest
from mall.invoices.selectors import invoice_of
from mall.invoices.services import EMAIL_MAX, request_invoice
from mall.orders.pages import mine
from mall.pages.access import buyer_page
from mall.pages.forms import Line, PageForm, sent
from mall.pages.rendering import page


class InvoiceForm(PageForm):
    """What stands on the invoice."""

    title = Line(
        label=gettext_lazy("发票抬头"),
        max_length=100,
        placeholder=gettext_lazy("个人姓名或单位名称"),
        autocomplete="organization",
    )
    tax_number = Line(
        label=gettext_lazy("税号（单位必填）"),
        max_length=30,
        required=False,
        placeholder=gettext_lazy("统一社会信用代码；个人不填"),
    )
    email = forms.EmailField(
        label=gettext_lazy("接收邮箱（选填）"),
        max_length=EMAIL_MAX,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def invoice(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """申请发票, and what became of it."""
    order = mine(request, order_id)
    there = invoice_of(order)
    initial = {name: getattr(there, name) for name in InvoiceForm.base_fields} if there else {}
    form = InvoiceForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.service():
            request_invoice(order=order, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("已提交，商家开具后这里会显示发票号码。"))
            return redirect("pages:invoice", order.public_id)
    context = {
        "order": order,
        "form": form,
        "invoice": there,
        "is_issued": there is not None and there.status == InvoiceRequest.Status.ISSUED,
        "may_ask": order.paid_at is not None and order.refunded_fen < order.total_fen,
        "worth_fen": order.total_fen - order.refunded_fen,
        "fresh": True,
    }
    return page(request, "h5/invoices/invoice.html", context)
