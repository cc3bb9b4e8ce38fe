"""Logging in and out, and the buyer's own page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.aftersales.models import Refund
from mall.api.network import client_network
from mall.buyers import services
from mall.buyers.holding import log_in_with_code
from mall.buyers.merging import take_over_guests
from mall.buyers.models import Buyer, PhoneCode
from mall.buyers.sessions import buyer_of_request, log_in, log_out
from mall.orders.models import Order, OrderStatus
from mall.pages.access import buyer_page
from mall.pages.forms import Line, PageForm, refusals, sent, sentence
from mall.pages.rendering import code_in_address, page, safe_next
from mall.reviews.selectors import lines_awaiting_review


class PhoneField(Line):
    """A phone number; the services normalise it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("手机号"),
            max_length=32,
            autocomplete="tel",
            inputmode="tel",
            placeholder=gettext_lazy("请输入手机号"),
            **kwargs,
        )


class CodeField(Line):
    """A one-time code sent to the phone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("验证码"),
            max_length=16,
            autocomplete="one-time-code",
            inputmode="numeric",
            placeholder=gettext_lazy("6 位数字"),
            **kwargs,
        )


class PasswordField(forms.CharField):
    """A password, never shown again, with every space it has."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("密码"))
        super().__init__(
            max_length=services.PASSWORD_MAX,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
            **kwargs,
        )


class PasswordLogIn(PageForm):
    """密码登录."""

    phone = PhoneField()
    password = PasswordField(autocomplete="current-password")

    def find(self, network: str) -> Buyer:
        """The buyer, or a DomainError."""
        return services.log_in_with_password(**self.cleaned_data, network=network)


class CodeLogIn(PageForm):
    """验证码登录."""

    phone = PhoneField()
    code = CodeField()

    def find(self, network: str) -> Buyer:
        """The buyer, or a DomainError."""
        return log_in_with_code(**self.cleaned_data, network=network)


class PasswordReset(PageForm):
    """重设密码."""

    phone = PhoneField()
    code = CodeField()
    password = PasswordField(
        autocomplete="new-password", label=gettext_lazy("新密码"), help_text=gettext_lazy("至少 8 位，不能全是数字。")
    )


class Profile(PageForm):
    """个人资料."""

    nickname = Line(label=gettext_lazy("昵称"), max_length=services.NICKNAME_MAX, autocomplete="nickname")


WAYS_IN: dict[str, type[PasswordLogIn | CodeLogIn]] = {"code": CodeLogIn, "password": PasswordLogIn}


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """登录, by a code or by a password; afterwards back to where the reader was going."""
    by = request.GET.get("by", "code")
    if by not in WAYS_IN:
        by = "code"
    form = WAYS_IN[by](sent(request))
    destination = safe_next(request, reverse("pages:me"))
    if request.method == "POST" and form.is_valid():
        buyer = None
        with form.service():
            buyer = form.find(client_network(request))
        if buyer is not None:
            response = redirect(destination)
            _let_in(request, response, buyer)
            return response
    kept = {"next": destination, "ref": code_in_address(request)}
    context = {
        "form": form,
        "by": by,
        "next": destination,
        "by_code_address": address("login", by="code", **kept),
        "by_password_address": address("login", by="password", **kept),
        "register_address": address("register", **kept),
    }
    return page(request, "h5/buyers/login.html", context)


@require_POST
def phone_code(request: HttpRequest, purpose: str) -> HttpResponse:
    """获取验证码: a fragment below the field that says what became of it."""
    if purpose not in PhoneCode.Purpose.values:
        raise Http404
    sent: dict[str, Any] = {}
    with refusals() as refused:
        _expires_at, sent["demo_code"] = services.ask_phone_code(
            phone=request.POST.get("phone", "")[:32], purpose=purpose, network=client_network(request)
        )
    if refused:
        sent = {"error": sentence(refused[0])}
    return page(request, "h5/buyers/code_sent.html", sent)


@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """重设密码, for who holds the phone; whoever was logged in elsewhere no longer is."""
    form = PasswordReset(sent(request))
    if request.method == "POST" and form.is_valid():
        buyer = None
        with form.service():
            buyer = services.reset_password(**form.cleaned_data, network=client_network(request))
        if buyer is not None:
            messages.success(request, _("密码已重设。"))
            response = redirect("pages:me")
            _let_in(request, response, buyer)
            return response
    return page(request, "h5/buyers/password_reset.html", {"form": form})


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """退出登录 of the shop; the dashboard's log-in stays."""
    response = redirect("pages:me")
    log_out(request, response)
    messages.success(request, _("已退出登录。"))
    return response


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """我的."""
    return page(request, "h5/buyers/me.html", {"tab": "me", "shelves": _shelves(request), "fresh": True})


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """个人资料: the nickname."""
    form = Profile(sent(request), initial={"nickname": request.buyer.nickname})
    if request.method == "POST" and form.is_valid():
        with form.service():
            services.change_nickname(buyer=request.buyer, nickname=form.cleaned_data["nickname"])
        if not form.errors:
            messages.success(request, _("已保存。"))
            return redirect("pages:me")
    return page(request, "h5/buyers/profile.html", {"form": form})


def _let_in(request: HttpRequest, response: HttpResponse, buyer: Buyer) -> None:
    """Log him in; what a guest without a phone bought in this very browser was his."""
    before = buyer_of_request(request)
    if before is not None and before.is_guest and before.phone is None:
        take_over_guests(buyer=buyer, guests=[before])
    log_in(request, response, buyer)


def _shelves(request: HttpRequest) -> list[dict[str, Any]]:
    """The buyer's orders that wait for something, by what they wait for."""
    counts: dict[str, int] = {}
    if request.buyer:
        orders = Order.objects.filter(buyer=request.buyer.pk)
        counts = dict(orders.values_list("status").annotate(Count("id")).values_list("status", "id__count"))
        counts["to_review"] = lines_awaiting_review(request.buyer).order_by().values("order").distinct().count()
        counts["refunds"] = Refund.objects.filter(order__buyer=request.buyer.pk, status="requested").count()
    signs = {
        "awaiting_payment": ("wallet", _("待付款")),
        "paid": ("box", _("待发货")),
        "shipped": ("truck", _("待收货")),
        "to_review": ("star", _("待评价")),
        "refunds": ("return", _("售后")),
    }
    assert set(signs) - {"to_review", "refunds"} <= set(OrderStatus.values)  # noqa: S101 - the keys are statuses
    return [
        {"key": key, "sign": sign, "label": label, "count": counts.get(key, 0)} for key, (sign, label) in signs.items()
    ]


def address(name: str, **query: Any) -> str:
    """A page's address with a query, empty values left out."""
    asked = urlencode({key: value for key, value in query.items() if value})
    return reverse(f"pages:{name}") + (f"?{asked}" if asked else "")
