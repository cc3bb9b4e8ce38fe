"""发票: what buyers ask for, and what became of it."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import money
from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.invoices.models import InvoiceRequest
from mall.invoices.selectors import invoices_of_mall
from mall.invoices.services import issue_invoice, refuse_invoice
from mall.staff import rights


class InvoiceFilter(FilterForm):
    """What the list of invoices can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class IssueForm(DashboardForm):
    """Under which number the invoice was issued."""

    number = PlainTextField(
        max_length=40,
        label=_("发票号码"),
        help_text=_("请先在开票软件中开具，再填写号码；买家会看到它。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class RefuseForm(DashboardForm):
    """Why no invoice is issued; the buyer reads it."""

    reason = PlainTextField(
        max_length=200,
        label=_("不能开票的原因"),
        help_text=_("买家会看到这句话，改正后可以重新申请。"),
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
    )


@staff_page(rights.SEE_ORDERS)
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Requests of buyers, those that wait unless asked otherwise."""
    form = filters_of(InvoiceFilter, request)
    asked = form.asked()
    status = request.GET.get("status", InvoiceRequest.Status.REQUESTED)
    rows = invoices_of_mall(status=status if status in InvoiceRequest.Status.values else "", number=asked.get("q", ""))
    if file := _exported(request, rows):
        return file
    context = {
        "section": "invoices",
        "page": page_of(request, rows),
        "form": form,
        "status": status,
        "statuses": InvoiceRequest.Status.choices,
        "is_narrowed": bool(asked),
    }
    return show(request, "dashboard/invoices.html", context)


def _exported(request: HttpRequest, rows: QuerySet[InvoiceRequest]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("订单号"), lambda one: one.order.number),
        (_("状态"), lambda one: str(one.get_status_display())),
        (_("发票抬头"), lambda one: one.title),
        (_("税号"), lambda one: one.tax_number),
        (_("接收邮箱"), lambda one: one.email),
        (_("开票金额"), lambda one: yuan_cell(one.worth_fen)),
        (_("发票号码"), lambda one: one.number),
        (_("申请时间"), lambda one: at(one.requested_at)),
        (_("处理时间"), lambda one: at(one.decided_at)),
    ]
    return export_of(request, rows, name="invoices", columns=columns)


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_issue(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark an invoice as issued."""
    invoice = get_or_404(invoices_of_mall(), public_id)
    return ask(
        request,
        _question(invoice, _("登记已开票"), _("登记")),
        lambda typed: issue_invoice(invoice=invoice, number=typed["number"], actor=request.staff_member),
        form_class=IssueForm,
        done=_t("订单 %(number)s 的发票已登记。") % {"number": invoice.order.number},
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_refuse(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that none is issued, and why."""
    invoice = get_or_404(invoices_of_mall(), public_id)
    return ask(
        request,
        _question(invoice, _("不予开票"), _("确定")),
        lambda typed: refuse_invoice(invoice=invoice, reason=typed["reason"], actor=request.staff_member),
        form_class=RefuseForm,
        done=_t("已告知订单 %(number)s 的买家。") % {"number": invoice.order.number},
    )


def _question(invoice: InvoiceRequest, title: object, button: object) -> Question:
    order = invoice.order
    facts = [
        (_("发票抬头"), invoice.title),
        (_("税号"), invoice.tax_number or "—"),
        (_("接收邮箱"), invoice.email or "—"),
        (_("开票金额"), f"¥{money.yuan(invoice.worth_fen)}"),
    ]
    sentence = _t("订单 %(number)s。") % {"number": order.number}
    return Question(title=title, sentence=sentence, button=button, back=reverse("dashboard:invoices"), facts=facts)


urlpatterns = [
    path("invoices", invoice_list, name="invoices"),
    path("invoices/<str:public_id>/issue", invoice_issue, name="invoice-issue"),
    path("invoices/<str:public_id>/refuse", invoice_refuse, name="invoice-refuse"),
]
