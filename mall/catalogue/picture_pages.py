"""A product's pictures, beside its editor: add some, put them in order, take one away."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from mall.api.lookup import get_or_404
from mall.catalogue.models import Product
from mall.catalogue.pictures import BYTES_MAX, PICTURES_MAX, add_picture, order_pictures, picture_of, remove_picture
from mall.catalogue.selectors import pictures
from mall.dashboard.actions import leave_for
from mall.dashboard.doors import staff_page
from mall.errors import DomainError
from mall.staff import rights


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def product_pictures(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take in what was chosen, each picture on its own: a bad one keeps no good one out."""
    product = get_or_404(Product.objects.all(), public_id)
    if not request.FILES.getlist("pictures"):
        messages.error(request, _t("请先选择图片。"))
    take_in(request, product)
    return leave_for(request, _back(product))


def take_in(request: HttpRequest, product: Product) -> None:
    """Keep what came along as the product's pictures; what is no picture is told, and the rest stays."""
    for file in request.FILES.getlist("pictures")[:PICTURES_MAX]:
        try:
            with transaction.atomic():
                add_picture(product=product, data=file.read(BYTES_MAX + 1))
        except DomainError as refusal:
            messages.error(request, _t("“%(name)s”：%(why)s") % {"name": str(file.name)[:60], "why": refusal})


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def product_picture(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """Move one picture to the front, or one place on, or take it away."""
    product = get_or_404(Product.objects.all(), public_id)
    chosen = picture_of(product, key)
    wish = request.POST.get("to")
    if wish == "away":
        remove_picture(picture=chosen)
    else:
        row = pictures(product)
        place = row.index(chosen)
        row.insert(max(0, {"front": 0, "on": place + 1}.get(str(wish), place - 1)), row.pop(place))
        order_pictures(product=product, pictures=row)
    return leave_for(request, _back(product))


def _back(product: Product) -> str:
    return reverse("dashboard:product", args=[product.public_id]) + "#pictures"


urlpatterns = [
    path("products/<str:public_id>/pictures", product_pictures, name="product-pictures"),
    path("products/<str:public_id>/pictures/<str:key>", product_picture, name="product-picture"),
]
