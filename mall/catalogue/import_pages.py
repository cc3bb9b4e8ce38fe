"""批量导入与导出: goods by table, looked through before anything changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.api.lookup import get_or_404
from mall.catalogue import exporting, import_jobs
from mall.catalogue.dashboard import narrowed
from mall.catalogue.product_table import COLUMNS
from mall.dashboard.actions import Question, ask, leave_for
from mall.dashboard.doors import staff_page
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.errors import DomainError
from mall.imports import carrying, writing
from mall.imports.models import ImportJob
from mall.imports.reading import BYTES_MAX
from mall.staff import rights

JOBS_SHOWN, SAMPLES_SHOWN = 10, 2


class UploadForm(DashboardForm):
    """The table to take in."""

    file = forms.FileField(
        label=_("表格"),
        help_text=_("XLSX 或 CSV，第一行是列名，每个规格一行，不超过 10000 行、10 MB。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def product_import(request: HttpRequest) -> HttpResponse:
    """Upload a table; nothing changes yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made: list[ImportJob] = []

        def take_in() -> None:
            data = file.read(BYTES_MAX + 1)
            job = import_jobs.take_in_products(data=data, file_name=str(file.name), author=request.user)
            made.append(job)

        if form.carried_out(take_in):
            return _to(made[0])
    jobs = (
        ImportJob.objects.filter(kind=ImportJob.Kind.PRODUCTS)
        .defer("rows", "errors", "plan")
        .order_by("-id")[:JOBS_SHOWN]
    )
    return show(request, "dashboard/imports.html", {"section": "products", "form": form, "jobs": jobs})


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def product_import_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Which column means what, and what would happen; a POST says the columns anew."""
    jobs = ImportJob.objects.filter(kind=ImportJob.Kind.PRODUCTS)
    # The progress is asked for every two seconds, and needs no ten thousand rows.
    job = get_or_404(jobs.defer("rows", "plan") if request.htmx else jobs, public_id)
    if request.method == "POST":
        columns = {
            column.field: int(chosen)
            for column in COLUMNS
            if (chosen := request.POST.get(f"column_{column.field}", "")).isascii() and chosen.isdigit()
            and len(chosen) < 4
        }  # fmt: skip
        try:
            with transaction.atomic():
                import_jobs.check_products(job=job, columns=columns)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return _to(job)
    if request.htmx and job.status == ImportJob.Status.APPLYING:
        return show(request, "dashboard/parts/import_progress.html", {"job": job})
    if request.htmx:
        # Done since the page last asked: what came of it is another page at the same address.
        return leave_for(request, _address(job))
    return show(request, "dashboard/import.html", {"section": "products", "job": job, "fields": _fields(job)})


def _fields(job: ImportJob) -> list[dict[str, Any]]:
    """Each field with the columns it can be read from, and what stands in the chosen one; none once it has begun."""
    fields: list[dict[str, Any]] = []
    if job.status not in (ImportJob.Status.UPLOADED, ImportJob.Status.CHECKED):
        return fields
    for column in COLUMNS:
        place = job.columns.get(column.field)
        samples = [row[place] for row in job.rows if row[place]][:SAMPLES_SHOWN] if place is not None else []
        fields.append({"name": f"column_{column.field}", "column": column, "place": place, "samples": samples})
    return fields


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def product_import_apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Carry it out."""
    job = get_or_404(ImportJob.objects.filter(kind=ImportJob.Kind.PRODUCTS), public_id)
    try:
        with transaction.atomic():
            job = import_jobs.apply_products(job=job, only_good="only_good" in request.POST)
        if job.status == ImportJob.Status.DONE:
            messages.success(
                request,
                _t("已导入：新建 %(created)s 个商品，修改 %(changed)s 个，不变 %(unchanged)s 个。") % job.result,
            )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _to(job)


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def product_import_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Half-way: what is written stays."""
    job = get_or_404(ImportJob.objects.filter(kind=ImportJob.Kind.PRODUCTS).defer("rows", "plan"), public_id)
    if request.method != "POST" and job.status != ImportJob.Status.APPLYING:
        # Done since the page was drawn: there is nothing left to ask about.
        return leave_for(request, _address(job))
    question = Question(
        title=_("停止导入"),
        sentence=_t(
            "已处理 %(done)s / %(total)s 个商品。正在写入的几个商品会写完，其余的不再写入；"
            "已写入的保留。之后可以从停下的地方继续。"
        )
        % {"done": job.position, "total": job.groups},
        button=_("停止导入"),
        back=_address(job),
        is_grave=True,
    )
    return ask(request, question, lambda _typed: carrying.stop(job=job), done=_t("导入已停止。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def product_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The goods of the list as it is narrowed, as a file that the import reads back."""
    if kind not in writing.FORMATS:
        raise Http404
    try:
        return exporting.product_file(products=narrowed(request), kind=kind, actor=request.staff_member)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(f"{reverse('dashboard:products')}?{request.GET.urlencode()}")


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def product_import_template(request: HttpRequest) -> HttpResponse:
    """An empty table to fill in: the titles, and one row that shows how."""
    example = {
        "code": "LJ-250", "name": _t("明前龙井"), "category": "", "specs": _t("规格:250克"), "price_fen": "128.00",
        "stock": 100, "status": _t("草稿"),
    }  # fmt: skip
    columns = [column for column in COLUMNS if column.field not in ("sku_id", "stock_before")]
    header, row = [str(column.title) for column in columns], [example.get(column.field) for column in columns]
    return writing.download(kind="xlsx", name="products-template", header=header, rows=[row])


def _address(job: ImportJob) -> str:
    return reverse("dashboard:product-import-job", args=[job.public_id])


def _to(job: ImportJob) -> HttpResponse:
    return HttpResponseRedirect(_address(job))


urlpatterns = [
    path("product-imports", product_import, name="product-import"),
    path("product-imports/template", product_import_template, name="product-import-template"),
    path("product-imports/<str:public_id>", product_import_job, name="product-import-job"),
    path("product-imports/<str:public_id>/apply", product_import_apply, name="product-import-apply"),
    path("product-imports/<str:public_id>/stop", product_import_stop, name="product-import-stop"),
    path("products.<str:kind>", product_export, name="product-export"),
]
