"""微信支付 in the cashier: which way fits this browser, and the page on which it is carried out."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mall.api.network import client_address
from mall.limits.policy import MINUTE, Limit
from mall.orders.models import OrderStatus
from mall.orders.pages import mine
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page
from mall.payments import providers
from mall.payments.models import Payment
from mall.payments.wechat import identity, oauth
from mall.payments.wechat.client import is_pretended_for_phones
from mall.payments.wechat.ways import H5, JsApi, Native

NAMES = (JsApi.name, H5.name, Native.name)
PHONES = ("Mobile", "Android", "iPhone", "iPad")
LOOKS = Limit("wechat-look", 12, MINUTE, closed=False)


def fitting(request: HttpRequest) -> str:
    """The one of the three ways that works in this browser; "" inside WeChat when nobody can say who pays."""
    agent = request.headers.get("User-Agent", "")
    if "MicroMessenger/" in agent and not is_pretended_for_phones():
        return JsApi.name if oauth.known_in(request) or oauth.may_ask(request) else ""
    return H5.name if any(word in agent for word in PHONES) else Native.name


def payer_of(request: HttpRequest) -> providers.Payer:
    """Who pays at this cashier: the openid this browser has shown, else the one the buyer is known by."""
    return providers.Payer(
        openid=identity.openid_for(request.buyer, handle=request.COOKIES.get(oauth.HANDLE_COOKIE, "")),
        client_ip=client_address(request),
    )


def asks_first(request: HttpRequest) -> bool:
    """Whether this browser should be sent to WeChat for its openid before it can pay, and has not been yet."""
    if "wx" in request.GET or oauth.known_in(request) is not None or not oauth.may_ask(request):
        return False
    return not payer_of(request).openid


def to_wechat(request: HttpRequest) -> HttpResponse:
    """Away for the openid, and back to this page."""
    return redirect(f"{reverse('pages:wechat-oauth')}?{urlencode({'next': f'{request.path}?wx=1'})}")


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def wechat_pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Where WeChat opens, or its code is scanned. Whether it was paid, the server says; POST asks WeChat at once."""
    order = mine(request, order_id)
    if order.paid_at is not None:
        return _go(request, reverse("pages:paid", args=[order.public_id]))
    begun = Payment.objects.filter(order=order, provider__in=NAMES, status=Payment.Status.PENDING).order_by("-id")
    payment = begun.first()
    if payment is None or not payment.instructions or order.status != OrderStatus.AWAITING_PAYMENT:
        return _go(request, reverse("pages:cashier", args=[order.public_id]))
    if request.htmx and request.method != "POST":
        return HttpResponse(status=204)
    if request.method == "POST":
        return _look(request, payment)
    return page(
        request,
        "h5/payments/wechat.html",
        {"order": order, "payment": payment, "fresh": True, **_shown(request, payment)},
    )


def _look(request: HttpRequest, payment: Payment) -> HttpResponse:
    with refusals() as refused:
        LOOKS.count(str(payment.pk))
        payment = _asked(payment)
    if payment.status == Payment.Status.SUCCEEDED:
        return redirect("pages:paid", payment.order.public_id)
    told = sentence(refused[0]) if refused else _("还没有收到这笔付款。若您已付款，请稍候再看，不会重复扣款。")
    messages.info(request, told)
    return redirect("pages:wechat-pay", payment.order.public_id)


def _asked(payment: Payment) -> Payment:
    providers.provider(payment.provider).query(payment)
    return Payment.objects.select_related("order").get(pk=payment.pk)


def _shown(request: HttpRequest, payment: Payment) -> dict[str, Any]:
    """What the page needs for the payment's way."""
    told = payment.instructions or {}
    if payment.provider == JsApi.name:
        return {"bridge": json.dumps(told)}
    here = request.build_absolute_uri(request.path)
    if payment.provider == H5.name:
        address = str(told["h5_url"])
        joint = "&" if urlsplit(address).query else "?"
        return {"link": f"{address}{joint}{urlencode({'redirect_url': here})}", **_pretended(address)}
    code = str(told["code_url"])
    picture = segno.make(code, error="m", micro=False).svg_data_uri(border=2, dark="#000", light="#fff")
    # A real code begins with weixin://; only the fake's is a page that a browser can open.
    extra = {"link": f"{code}&{urlencode({'redirect_url': here})}", **_pretended(code)} if _is_page(code) else {}
    return {"code": picture, **extra}


def _is_page(address: str) -> bool:
    return urlsplit(address).scheme in {"http", "https"}


def _pretended(address: str) -> dict[str, bool]:
    """Plain HTTP is the fake on this machine, and the page says so."""
    return {"is_fake": urlsplit(address).scheme == "http"}


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if not request.htmx:
        return redirect(address)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer


page_urlpatterns = [path("orders/<uuid:order_id>/wechat", wechat_pay, name="wechat-pay")]
