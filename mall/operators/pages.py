"""The operator's pages, on the installation's own host only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.api.lookup import public_uuid
from mall.api.network import client_network
from mall.errors import DomainError
from mall.malls.models import Mall
from mall.malls.selectors import MallRow, all_malls, base_url
from mall.malls.services import create_mall
from mall.operators import services

View = Callable[..., HttpResponse]


class LoginForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("邮箱"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class MallForm(forms.Form):
    slug = forms.CharField(
        label=gettext_lazy("商城标识"),
        max_length=40,
        help_text=gettext_lazy("小写字母、数字、连字符；成为默认域名的一部分。"),
    )
    name = forms.CharField(label=gettext_lazy("商城名称"), max_length=60)
    host = forms.CharField(
        label=gettext_lazy("自有域名（选填）"), max_length=253, required=False, help_text="shop.example.com"
    )
    owner_email = forms.CharField(
        label=gettext_lazy("店主邮箱"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    owner_password = forms.CharField(
        label=gettext_lazy("店主初始密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("至少 8 位。邮箱已有帐号时，填写该帐号现有的密码。"),
    )


class EntryForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("进入原因"), max_length=200, help_text=gettext_lazy("会写入该商城的操作记录，店主可见。")
    )
    hours = forms.IntegerField(label=gettext_lazy("时长（小时）"), min_value=1, max_value=services.HOURS_MAX, initial=2)


class HelpForm(forms.Form):
    email = forms.ChoiceField(label=gettext_lazy("店主"))
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        help_text=gettext_lazy("会写入该商城的操作记录，店主可见。请先确认对方就是店主本人。"),
    )


class StatusForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


def operator_page(view: View) -> View:
    """A page for operators: others are sent to the log-in, and nothing is cached."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not services.is_operator(request.user):
            return redirect(f"{reverse('operator:login')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Log in to run the installation."""
    after = _safe_next(request)
    if services.is_operator(request.user):
        return redirect(after)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.log_in(**form.cleaned_data, network=client_network(request))
        except DomainError as refused:
            form.add_error(None, str(refused))
            return _form_page(request, _("平台运营登录"), form, _("登录"), status=refused.status)
        login(request, user)
        return redirect(after)
    return _form_page(request, _("平台运营登录"), form, _("登录"))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("operator:login")


@operator_page
@require_safe
def mall_list(request: HttpRequest) -> HttpResponse:
    """Every mall of the installation."""
    malls = [(mall, base_url(mall.host) if mall.host else "") for mall in all_malls()]
    return render(request, "operator/malls.html", {"malls": malls})


@operator_page
@sensitive_post_parameters("owner_password")
@require_http_methods(["GET", "HEAD", "POST"])
def mall_new(request: HttpRequest) -> HttpResponse:
    """Make a mall."""
    form = MallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mall = create_mall(
                **{**form.cleaned_data, "host": form.cleaned_data["host"] or None}, operator=request.user
            )
        except DomainError as refused:
            names = {"email": "owner_email", "password": "owner_password"}
            field = names.get(refused.field or "", refused.field)
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, _("商城“%(name)s”已建好。") % {"name": mall.name})
            return redirect("operator:malls")
    return _form_page(request, _("新建商城"), form, _("建立商城"), back=True)


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def mall_enter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter a mall's dashboard, with a reason that its owner can read."""
    mall = _mall_or_404(public_id)

    def enter(typed: dict[str, Any]) -> str:
        services.enter_mall(operator=request.user, mall_id=mall.id, **typed)
        return _("已可进入“%(name)s”，请用您的运营帐号登录：%(address)s") % {
            "name": mall.name,
            "address": f"{base_url(mall.host)}/dashboard/",
        }

    return _act(request, EntryForm, enter, title=_("进入“%(name)s”") % {"name": mall.name}, button=_("记录并进入"))


@operator_page
@require_POST
def mall_leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the right to enter back before its end."""
    mall = _mall_or_404(public_id)
    services.leave_mall(operator=request.user, mall_id=mall.id)
    messages.success(request, _("您已离开“%(name)s”。") % {"name": mall.name})
    return redirect("operator:malls")


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def mall_help(request: HttpRequest, public_id: str) -> HttpResponse:
    """A link by which an owner who cannot log in sets a new password; it is shown this once."""
    mall = _mall_or_404(public_id)
    form = HelpForm(request.POST if request.method == "POST" else None)
    choices = [(one.user.email, one.user.email) for one in services.owners_of(mall.id)]
    form.fields["email"].choices = choices
    form.fields["email"].initial = choices[0][0] if len(choices) == 1 else None
    if request.method == "POST" and form.is_valid():
        try:
            link = services.help_owner(operator=request.user, mall_id=mall.id, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            context = {"name": form.cleaned_data["email"], "link": link.address}
            return render(request, "operator/password_link.html", context)
    title = _("“%(name)s”店主忘记密码") % {"name": mall.name}
    return _form_page(request, title, form, _("记录并生成链接"), back=True)


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def mall_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop a mall, or open it again."""
    mall = _mall_or_404(public_id)
    is_open = mall.status == Mall.Status.OPEN
    after = Mall.Status.SUSPENDED if is_open else Mall.Status.OPEN
    title = _("停用“%(name)s”") if is_open else _("重新开放“%(name)s”")

    def change(typed: dict[str, Any]) -> str:
        services.set_status(operator=request.user, mall_id=mall.id, status=after, **typed)
        return (
            _("“%(name)s”已停用。") % {"name": mall.name}
            if is_open
            else _("“%(name)s”已重新开放。") % {"name": mall.name}
        )

    return _act(request, StatusForm, change, title=title % {"name": mall.name}, button=_("确认"))


def _act(
    request: HttpRequest, form_class: type[forms.Form], act: Callable[[dict[str, Any]], str], *, title: str, button: str
) -> HttpResponse:
    """Show a form; do the act when it is sent, and say what was done."""
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = act(form.cleaned_data)
        except DomainError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, done)
            return redirect("operator:malls")
    return _form_page(request, title, form, button, back=True)


def _form_page(
    request: HttpRequest, title: str, form: forms.Form, button: str, *, back: bool = False, status: int = 200
) -> HttpResponse:
    context = {"title": title, "form": form, "button": button, "back": back, "next": _safe_next(request)}
    return render(request, "operator/form.html", context, status=status)


def _mall_or_404(public_id: str) -> MallRow:
    wanted = public_uuid(public_id)
    for mall in all_malls():
        if mall.public_id == wanted:
            return mall
    raise Http404


def _safe_next(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else reverse("operator:malls")
