"""Registering on the pages. The share code stands in the address, the visitor in the cookie."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mall.api.network import client_network
from mall.buyers.pages import CodeField, PasswordField, PhoneField, address
from mall.buyers.sessions import buyer_of_request, log_in
from mall.limits import policy
from mall.orders.ports import visitor_of_request
from mall.pages.forms import Line, PageForm, sent
from mall.pages.rendering import ShareCard, code_in_address, page, safe_next
from members.joining.services import join
from members.models import Member


class Registration(PageForm):
    """注册会员."""

    phone = PhoneField()
    code = CodeField()
    nickname = Line(label=gettext_lazy("昵称（选填）"), max_length=40, required=False, autocomplete="nickname")
    password = PasswordField(
        autocomplete="new-password",
        label=gettext_lazy("密码（选填）"),
        required=False,
        help_text=gettext_lazy("至少 8 位，不能全是数字；不设密码时用验证码登录。"),
    )
    agree = forms.BooleanField(error_messages={"required": gettext_lazy("请先阅读并同意。")})

    def __init__(self, *args: Any, proof_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not proof_required:
            # Without proof of the phone the password is the only way back in.
            del self.fields["code"]
            password = self.fields["password"]
            password.required, password.widget.is_required = True, True
            password.label, password.help_text = _("密码"), _("至少 8 位，不能全是数字。")


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """注册会员; a guest keeps the orders he has."""
    here = buyer_of_request(request)
    if here is not None and not here.is_guest and request.method != "POST":
        return page(request, "h5/members/registered.html", card=_card(request))
    form = Registration(sent(request), proof_required=request.mall.phone_proof_required)
    destination = safe_next(request, reverse("pages:me"))
    if request.method == "POST" and form.is_valid():
        member = _join(request, form)
        if member is not None:
            messages.success(request, _("注册成功，欢迎加入。"))
            response = redirect(destination)
            log_in(request, response, member.buyer)
            return response
    kept = {"next": destination, "ref": code_in_address(request)}
    return page(
        request,
        "h5/members/register.html",
        {"form": form, "next": destination, "login_address": address("login", **kept)},
        card=_card(request),
    )


def _card(request: HttpRequest) -> ShareCard:
    return ShareCard(
        title=_("加入%(mall)s") % {"mall": request.mall.name},
        description=request.mall.notice or _("注册会员，方便下单和查看订单"),
    )


def _join(request: HttpRequest, form: Registration) -> Member | None:
    given = {name: form.cleaned_data.get(name) or None for name in ("phone", "code", "password")}
    with form.service():
        policy.REGISTRATIONS_PER_NETWORK.count(client_network(request))
        before = buyer_of_request(request)
        return join(
            **given,
            nickname=form.cleaned_data["nickname"],
            ref=code_in_address(request) or None,
            visitor_key=visitor_of_request(request),
            guest=before if before is not None and before.is_guest else None,
        )
    return None
