"""收银台 and what comes after it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import clock
from mall.orders.link_pages import link_of
from mall.orders.models import Order, OrderStatus
from mall.orders.pages import mine
from mall.orders.showing import was_late
from mall.pages.access import buyer_page
from mall.pages.forms import PageForm, sent
from mall.pages.rendering import page
from mall.payments import providers
from mall.payments.services import start_payment
from mall.payments.transfers import transfer_of
from mall.payments.wechat import pages as wechat

# Provider → its sign, its name and a word of help.
WAYS = {
    "sandbox": ("wallet", _("模拟支付"), _("演示环境：不会扣款，立即成功")),
    **{name: ("wechat", _("微信支付"), _("推荐使用，付款后立即到账")) for name in wechat.NAMES},
    "bank_transfer": ("bank", _("银行转账"), _("转账到商家对公账户，商家确认后发货")),
}


class Cashier(PageForm):
    """How to pay."""

    provider = forms.CharField(max_length=20, error_messages={"required": _("请选择付款方式。")})


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def cashier(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """收银台. An order that is paid has nothing to do here; one whose time is over is told so, and what to do."""
    order = mine(request, order_id)
    if order.paid_at is not None:
        return redirect("pages:paid", order.public_id)
    if was_late(order):
        return page(request, "h5/payments/closed.html", {"order": order, "fresh": True})
    if order.status != OrderStatus.AWAITING_PAYMENT:
        return redirect("pages:order", order.public_id)
    if request.method == "GET" and wechat.asks_first(request):
        return wechat.to_wechat(request)
    form = Cashier(sent(request))
    if request.method == "POST" and form.is_valid() and (begun := _begin(request, order, form)):
        return redirect(f"pages:{begun}", order.public_id)
    context = {"order": order, "form": form, "ways": _ways(request, form), "now": clock.now(), "fresh": True}
    return page(request, "h5/payments/cashier.html", context)


@buyer_page
@require_safe
def paid(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """支付成功, or waiting for the merchant to see a transfer; the server's word, never the browser's."""
    order = mine(request, order_id)
    is_paid = order.paid_at is not None
    if request.htmx:
        answer = HttpResponse(status=204)
        if is_paid:
            answer["HX-Refresh"] = "true"
        return answer
    transfer = transfer_of(order)
    if not is_paid and transfer is None:
        return redirect("pages:cashier", order.public_id)
    context = {
        "order": order,
        "paid": is_paid,
        "transfer": transfer,
        "order_link": link_of(request, order),
        "fresh": True,
    }
    return page(request, "h5/payments/result.html", context)


def _begin(request: HttpRequest, order: Order, form: Cashier) -> str:
    """Begin to pay in the chosen way. The page that comes next; "" where the form says why it did not work."""
    provider = form.cleaned_data["provider"]
    payer = wechat.payer_of(request) if provider in wechat.NAMES else providers.NOBODY
    with form.service():
        start_payment(order=order, provider=provider, payer=payer)
    if provider in wechat.NAMES and not form.errors:
        return "wechat-pay"
    # A second tap while the first was being paid is refused, and paid all the same.
    is_begun = not form.errors or mine(request, order.public_id).paid_at is not None
    return "paid" if is_begun else ""


def _ways(request: HttpRequest, form: Cashier) -> list[dict[str, Any]]:
    fits = wechat.fitting(request)
    offered = [
        one.name
        for one in providers.offered(request.mall)
        if one.name in WAYS and (one.name not in wechat.NAMES or one.name == fits)
    ]
    chosen = form["provider"].value() or (offered[0] if offered else "")
    return [
        {"key": name, "sign": WAYS[name][0], "label": WAYS[name][1], "help": WAYS[name][2], "chosen": name == chosen}
        for name in offered
    ]
