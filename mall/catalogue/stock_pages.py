"""库存预警: what runs low, and putting new goods on the shelf."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.catalogue import stock
from mall.catalogue.models import ProductPicture, Sku
from mall.catalogue.pictures import LIST_SIDE
from mall.catalogue.selectors import picture_url
from mall.catalogue.skus import STOCK_MAX
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import Column, export_of
from mall.dashboard.fields import search_field
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.staff import rights


class StockFilter(FilterForm):
    """What the SKUs that run low can be narrowed to."""

    q = search_field(_("商品名或货号"), 60)


class RestockForm(DashboardForm):
    """How many pieces have come in."""

    pieces = forms.IntegerField(
        min_value=1,
        max_value=STOCK_MAX,
        label=_("到货数量"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
    )


_COLUMNS: list[Column] = [
    (_("商品"), lambda sku: sku.product.name),
    (_("规格"), str),
    (_("货号"), lambda sku: sku.code),
    (_("库存"), lambda sku: sku.stock),
    (_("预警线"), lambda sku: sku.low_stock_at),
]


@staff_page(rights.SEE_ORDERS)
@require_safe
def low_stock_list(request: HttpRequest) -> HttpResponse:
    """SKUs at or below the number their merchant wants to be told at."""
    only_gone = request.GET.get("view") == "gone"
    form = filters_of(StockFilter, request)
    asked = form.asked()
    rows = stock.low_stock()
    if only_gone:
        rows = rows.filter(stock=0)
    if wanted := asked.get("q"):
        rows = rows.filter(Q(product__name__icontains=wanted) | Q(code__icontains=wanted))
    if file := export_of(request, rows, name="low-stock", columns=_COLUMNS):
        return file
    covers = Prefetch("product__pictures", ProductPicture.objects.order_by("position", "id"), to_attr="shown_as")
    page = page_of(request, rows.prefetch_related(covers))
    for sku in page.rows:
        shown = sku.product.shown_as
        sku.cover = picture_url(shown[0].file, LIST_SIDE) if shown else None
    context = {
        "section": "products",
        "page": page,
        "form": form,
        "only_gone": only_gone,
        "is_narrowed": bool(asked) or only_gone,
    }
    return show(request, "dashboard/low_stock.html", context)


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def restock(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add what has come in."""
    sku = get_or_404(Sku.objects.select_related("product"), public_id)

    def add(typed: dict[str, Any]) -> None:
        stock.restock(sku=sku, pieces=typed["pieces"])

    name = f"{sku.product.name} {sku}".strip()
    question = Question(
        title=_("补货"),
        sentence=_t("“%(name)s”现有 %(stock)s 件。到货数量会加到库存上，期间卖出的不受影响。")
        % {"name": name, "stock": sku.stock},
        button=_("加入库存"),
        back=reverse("dashboard:low-stock"),
    )
    return ask(request, question, add, form_class=RestockForm, done=_t("已补货。"))


urlpatterns = [
    path("low-stock", low_stock_list, name="low-stock"),
    path("skus/<str:public_id>/restock", restock, name="sku-restock"),
]
