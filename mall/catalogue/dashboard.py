"""商品: what is on sale, at which price, and how much is left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.api.lookup import get_or_404
from mall.catalogue import exporting, services
from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.catalogue.picture_pages import take_in
from mall.catalogue.pictures import LIST_SIDE
from mall.catalogue.product_form import ProductEditor, SkuForm, stock_of
from mall.catalogue.selectors import picture_url, pictures
from mall.dashboard.actions import leave_for
from mall.dashboard.doors import may, refused, staff_page
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.errors import DomainError
from mall.staff import rights


class ProductFilter(FilterForm):
    """What the list of products can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=60,
        label=_("名称"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    category = forms.ModelChoiceField(
        queryset=None, required=False, label=_("分类"), empty_label=_("全部分类"), to_field_name="public_id"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.queryset = Category.objects.all()
        field.label_from_instance = lambda category: "　" * category.level + category.name


@staff_page(rights.SEE_ORDERS)
@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    """Every product of the mall, newest first."""
    form = filters_of(ProductFilter, request)
    asked, status = form.asked(), request.GET.get("status", "")
    page = page_of(
        request,
        narrowed(request)
        .select_related("category")
        .prefetch_related(
            Prefetch("skus", Sku.objects.filter(is_active=True).order_by("price_fen"), to_attr="sold_as"),
            Prefetch("pictures", ProductPicture.objects.order_by("position", "id"), to_attr="shown_as"),
        ),
    )
    for product in page.rows:
        product.stock = stock_of(product.sold_as)
        product.cover = picture_url(product.shown_as[0].file, LIST_SIDE) if product.shown_as else None
    return show(
        request,
        "dashboard/products.html",
        {
            "section": "products",
            "page": page,
            "form": form,
            "status": status,
            "statuses": Product.Status.choices,
            "is_narrowed": bool(asked) or bool(status),
        },
    )


def narrowed(request: HttpRequest) -> QuerySet[Product]:
    """The products that the list's address asks for."""
    asked, status = filters_of(ProductFilter, request).asked(), request.GET.get("status", "")
    return exporting.narrowed(
        search=asked.get("q", ""),
        category=asked.get("category"),
        status=status if status in Product.Status.values else "",
    )


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def product_new(request: HttpRequest) -> HttpResponse:
    """A new product; the button decides whether it goes on sale at once."""
    editor = ProductEditor(data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and editor.is_valid():
        status = Product.Status.ON_SALE if "publish" in request.POST else Product.Status.DRAFT
        try:
            with transaction.atomic():
                product = services.create_product(**editor.fields(), skus=editor.sku_inputs(), status=status)
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            take_in(request, product)
            messages.success(request, _t("已创建“%(name)s”。") % {"name": product.name})
            return HttpResponseRedirect(reverse("dashboard:product", args=[product.public_id]))
    return _show_editor(request, editor)


@staff_page(rights.SEE_ORDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def product_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """One product; those who may not edit see it as it is."""
    product = get_or_404(Product.objects.select_related("category"), public_id)
    if not may(request, rights.EDIT_PRODUCTS):
        return refused(request, rights.EDIT_PRODUCTS) if request.method == "POST" else _show_only(request, product)
    editor = ProductEditor(product, request.POST if request.method == "POST" else None)
    if request.method == "POST" and editor.is_valid():
        try:
            with transaction.atomic():
                services.update_product(product=product, changes=editor.fields())
                services.set_skus(product=product, skus=editor.sku_inputs())
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _t("已保存。"))
            return HttpResponseRedirect(reverse("dashboard:product", args=[product.public_id]))
    return _show_editor(request, editor)


def _show_only(request: HttpRequest, product: Product) -> HttpResponse:
    skus = Sku.objects.filter(product=product, is_active=True).order_by("position", "id")
    return show(request, "dashboard/product_seen.html", {"section": "products", "product": product, "skus": skus})


def _show_editor(request: HttpRequest, editor: ProductEditor) -> HttpResponse:
    return show(
        request,
        "dashboard/product.html",
        {
            "section": "products",
            "editor": editor,
            "form": editor.form,
            "product": editor.product,
            "pictures": _pictures(editor.product) if editor.product else [],
        },
    )


def _pictures(product: Product) -> list[dict[str, str | None]]:
    return [{"key": one.key, "address": picture_url(one.file, LIST_SIDE)} for one in pictures(product)]


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def sku_row(request: HttpRequest) -> HttpResponse:
    """One more empty row for the table of SKUs."""
    columns = request.GET.get("columns", "")
    wide = int(columns) if columns in ("3", "4", "5") else 3
    return show(request, "dashboard/parts/sku_row.html", {"row": SkuForm(columns=wide)})


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def product_publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a product on sale, or take it off."""
    product = get_or_404(Product.objects.all(), public_id)
    try:
        with transaction.atomic():
            if request.POST.get("to") == "off_sale":
                services.withdraw_product(product=product)
                messages.success(request, _t("“%(name)s”已下架，已下的订单不受影响。") % {"name": product.name})
            else:
                services.publish_product(product=product)
                messages.success(request, _t("“%(name)s”已上架。") % {"name": product.name})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return leave_for(request, reverse("dashboard:product", args=[product.public_id]))


urlpatterns = [
    path("products", product_list, name="products"),
    path("products/new", product_new, name="product-new"),
    path("products/sku-row", sku_row, name="sku-row"),
    path("products/<str:public_id>", product_edit, name="product"),
    path("products/<str:public_id>/publish", product_publish, name="product-publish"),
]
