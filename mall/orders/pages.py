"""Ordering: the checkout, the buyer's orders, and what he may do with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.aftersales.case_models import Case
from mall.aftersales.models import Refund
from mall.api.lookup import get_or_404
from mall.buyers.models import Buyer
from mall.invoices.models import InvoiceRequest
from mall.orders import services, showing
from mall.orders.link_pages import link_of
from mall.orders.models import Order, OrderAddress
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page
from mall.payments.transfers import transfer_of
from mall.reviews.selectors import lines_awaiting_review

PAGE_SIZE = 10
TABS = {
    "": gettext_lazy("全部"),
    "awaiting_payment": gettext_lazy("待付款"),
    "paid": gettext_lazy("待发货"),
    "shipped": gettext_lazy("待收货"),
    "to_review": gettext_lazy("待评价"),
    "refunds": gettext_lazy("售后"),
}


@buyer_page
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """我的订单, by what they wait for."""
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = ""
    found = _in_tab(Order.objects.filter(buyer=request.buyer).order_by("-id"), tab, request.buyer)
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(Order.objects.filter(buyer=request.buyer), before).pk)
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    older = f"{reverse('pages:orders')}?tab={tab}&before={shown[-1].public_id}" if len(rows) > PAGE_SIZE else ""
    context = {
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
        "cases": Case.objects.filter(order=found).order_by("-id"),
        "steps": showing.steps(found),
        "now": clock.now(),
        "order_link": link_of(request, found),
        "invoice": InvoiceRequest.objects.filter(order=found).first(),
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


def _in_tab(found: QuerySet[Order], tab: str, buyer: Buyer) -> QuerySet[Order]:
    if tab == "refunds":
        refunded = Refund.objects.filter(order__buyer=buyer).values("order")
        return found.filter(Q(pk__in=refunded) | Q(pk__in=Case.objects.filter(order__buyer=buyer).values("order")))
    if tab == "to_review":
        return found.filter(pk__in=lines_awaiting_review(buyer).order_by().values("order"))
    return found.filter(status=tab) if tab else found


def _told(request: HttpRequest, found: Order, refused: list[Any], done: str) -> HttpResponse:
    if refused:
        messages.error(request, sentence(refused[0]))
    else:
        messages.success(request, done)
    return redirect("pages:order", found.public_id)
