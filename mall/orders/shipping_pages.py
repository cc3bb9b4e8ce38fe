"""拣货单 and 批量发货: what has to be picked, and many parcels sent off by one table."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.api.lookup import get_or_404
from mall.dashboard.doors import staff_page
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.errors import DomainError
from mall.imports.models import ImportJob
from mall.imports.reading import BYTES_MAX
from mall.imports.writing import download
from mall.orders import picking
from mall.orders.models import Order, OrderStatus
from mall.orders.shipping_table import TITLES, apply_shipments, take_in_shipments
from mall.staff import rights

JOBS_SHOWN = 10


class UploadForm(DashboardForm):
    """The table of parcels."""

    file = forms.FileField(
        label=_("表格"),
        help_text=_("XLSX 或 CSV，三列：订单号、快递公司、运单号，不超过 1000 行、10 MB。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


@staff_page(rights.SHIP)
@require_safe
def pick_list(request: HttpRequest) -> HttpResponse:
    """What waits to be sent: all pieces by SKU, then a slip for each order. Made to be printed."""
    found = picking.pick_list()
    context = {
        "section": "orders",
        "orders": found.orders,
        "pieces": found.pieces,
        "is_more": found.is_more,
        "now": clock.now(),
    }
    return show(request, "dashboard/pick_list.html", context)


@staff_page(rights.SHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def shipping(request: HttpRequest) -> HttpResponse:
    """Upload a table of parcels; nothing is sent off yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, made = form.cleaned_data["file"], []

        def take_in() -> None:
            data = file.read(BYTES_MAX + 1)
            made.append(take_in_shipments(data=data, file_name=str(file.name), author=request.user))

        if form.carried_out(take_in):
            return HttpResponseRedirect(reverse("dashboard:shipping-job", args=[made[0].public_id]))
    jobs = ImportJob.objects.filter(kind=ImportJob.Kind.SHIPMENTS).defer("rows", "errors").order_by("-id")[:JOBS_SHOWN]
    return show(request, "dashboard/shipping.html", {"section": "orders", "form": form, "jobs": jobs})


@staff_page(rights.SHIP)
@require_safe
def shipping_template(request: HttpRequest) -> HttpResponse:
    """The orders that wait, ready for carrier and number to be filled in."""
    waiting = Order.objects.filter(status=OrderStatus.PAID).order_by("id").values_list("number", flat=True)
    rows = [[number, "", ""] for number in waiting[:1_000]]
    return download(kind="xlsx", name="shipping", header=[str(title) for title in TITLES.values()], rows=rows)


@staff_page(rights.SHIP)
@require_safe
def shipping_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """What would happen, or what came of it."""
    return show(request, "dashboard/shipping_job.html", {"section": "orders", "job": _job_or_404(public_id)})


@staff_page(rights.SHIP)
@require_POST
def shipping_apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send them off."""
    job = _job_or_404(public_id)
    try:
        with transaction.atomic():
            done = apply_shipments(job=job, only_good="only_good" in request.POST, actor=request.staff_member)
        messages.success(request, _t("已发货 %(shipped)s 单。") % done.result)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("dashboard:shipping-job", args=[job.public_id]))


def _job_or_404(public_id: str) -> ImportJob:
    return get_or_404(ImportJob.objects.filter(kind=ImportJob.Kind.SHIPMENTS), public_id)


urlpatterns = [
    path("shipping", shipping, name="shipping"),
    path("shipping/pick-list", pick_list, name="pick-list"),
    path("shipping/template", shipping_template, name="shipping-template"),
    path("shipping/<str:public_id>", shipping_job, name="shipping-job"),
    path("shipping/<str:public_id>/apply", shipping_apply, name="shipping-apply"),
]
