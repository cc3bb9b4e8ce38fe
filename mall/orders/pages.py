"""Ordering: the checkout, the buyer's orders, and what he may do with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.aftersales.models import Refund
from mall.api.lookup import get_or_404
from mall.buyers.ports import buyer_logged_in
from mall.catalogue.models import Product, Sku
from mall.catalogue.selectors import picture_url, pictures
from mall.orders import services, showing
from mall.orders.attempts import once
from mall.orders.checkout import Checkout, former_address
from mall.orders.freight import freight_for
from mall.orders.models import Order, OrderAddress
from mall.orders.ports import visitor_of_request
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page
from mall.payments.transfers import transfer_of
from mall.staff.selectors import active_staff_member

PAGE_SIZE = 10
TABS = {
    "": gettext_lazy("全部"),
    "awaiting_payment": gettext_lazy("待付款"),
    "paid": gettext_lazy("待发货"),
    "shipped": gettext_lazy("待收货"),
    "refunds": gettext_lazy("退款/售后"),
}


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """提交订单, of one SKU: ?sku= &quantity=."""
    asked = request.POST if request.method == "POST" else request.GET
    sku = _asked_sku(asked)
    if request.method == "POST" and "update" not in request.GET:
        form = Checkout(request.POST)
        if form.is_valid():
            order = _place(request, form, sku)
            if order is not None:
                return redirect("pages:cashier" if order.total_fen else "pages:paid", order.public_id)
        return _checkout_page(request, form, sku)
    # Shown for the first time, or again with another quantity: nothing that was typed is lost.
    initial = {"attempt": uuid4(), **former_address(request.buyer), **{name: asked[name] for name in asked}}
    return _checkout_page(request, Checkout(initial=initial), sku)


@buyer_page
@require_POST
def amounts(request: HttpRequest) -> HttpResponse:
    """What the order costs, after another quantity was chosen."""
    sku = _asked_sku(request.POST)
    shown = _amounts(Checkout(initial={"quantity": request.POST.get("quantity", "")}), sku)
    return page(request, "h5/orders/amounts.html", {**shown, "is_fragment": True})


@buyer_page
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """我的订单, by what they wait for."""
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = ""
    found = Order.objects.filter(buyer=request.buyer).order_by("-id")
    if tab == "refunds":
        found = found.filter(pk__in=Refund.objects.filter(order__buyer=request.buyer).values("order"))
    elif tab:
        found = found.filter(status=tab)
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(Order.objects.filter(buyer=request.buyer), before).pk)
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    older = f"{reverse('pages:orders')}?tab={tab}&before={shown[-1].public_id}" if len(rows) > PAGE_SIZE else ""
    context = {
        "tab": "orders",
        "tabs": [{"key": key, "label": label, "current": key == tab} for key, label in TABS.items()],
        "orders": showing.dress(shown),
        "more": older,
        "fresh": True,
    }
    return page(request, "h5/orders/list.html", context)


@buyer_page
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """订单详情."""
    found = mine(request, order_id)
    showing.dress([found])
    context = {
        "order": found,
        "address": OrderAddress.objects.filter(order=found, erased_at__isnull=True).first(),
        "refunds": showing.refunds(found),
        "steps": showing.steps(found),
        "transfer": transfer_of(found),
        "fresh": True,
    }
    return page(request, "h5/orders/detail.html", context)


@buyer_page
@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """取消订单."""
    found = mine(request, order_id)
    with refusals() as refused:
        services.cancel_order(order=found, actor=request.buyer)
    return _told(request, found, refused, _("订单已取消。"))


@buyer_page
@require_POST
def receipt(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """确认收货."""
    found = mine(request, order_id)
    with refusals() as refused:
        services.confirm_receipt(order=found, actor=request.buyer)
    return _told(request, found, refused, _("已确认收货。"))


def mine(request: HttpRequest, order_id: UUID) -> Order:
    """The buyer's own order, or 404 as for one that does not exist."""
    return get_or_404(Order.objects.filter(buyer=request.buyer), order_id)


def _place(request: HttpRequest, form: Checkout, sku: Sku) -> Order | None:
    def place() -> Order:
        return services.place_order(
            buyer=request.buyer,
            lines=[(sku, form.cleaned_data["quantity"])],
            address=form.address(),
            visitor_key=visitor_of_request(request),
            note=form.cleaned_data["note"],
            placed_by_staff=_is_staff(request),
        )

    placed = None
    with form.service():
        placed = once(request, make=place, among=Order.objects.all())
    if placed is not None and not request.buyer.is_guest:
        buyer_logged_in(request, request.buyer.pk)
    return placed


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_authenticated and active_staff_member(request.user) is not None


def _asked_sku(asked: QueryDict) -> Sku:
    return get_or_404(Sku.objects.select_related("product").filter(is_active=True), asked.get("sku", ""))


def _checkout_page(request: HttpRequest, form: Checkout, sku: Sku) -> HttpResponse:
    covers = pictures(sku.product)
    shown = _amounts(form, sku)
    line = {
        "name": sku.product.name,
        "specs": sku.specs,
        "price_fen": sku.price_fen,
        "quantity": shown["quantity"],
        "picture": picture_url(covers[0].file) if covers else None,
    }
    context = {
        **shown,
        "form": form,
        "region_fields": form.region_fields(),
        "sku": sku,
        "product": sku.product,
        "line": line,
        "sold_out": sku.stock == 0 or sku.product.status != Product.Status.ON_SALE,
    }
    return page(request, "h5/orders/checkout.html", context)


def _amounts(form: Checkout, sku: Sku) -> dict[str, int]:
    """What is shown before anything is placed, for the quantity asked for, if it is one."""
    try:
        quantity = form.fields["quantity"].clean(form["quantity"].value())
    except ValidationError:
        quantity = 1
    goods_fen = sku.price_fen * quantity
    freight_fen = freight_for([(sku, quantity)], ("", "", ""))
    return {
        "quantity": quantity,
        "goods_fen": goods_fen,
        "freight_fen": freight_fen,
        "total_fen": goods_fen + freight_fen,
    }


def _told(request: HttpRequest, found: Order, refused: list[Any], done: str) -> HttpResponse:
    if refused:
        messages.error(request, sentence(refused[0]))
    else:
        messages.success(request, done)
    return redirect("pages:order", found.public_id)
