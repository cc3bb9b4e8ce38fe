"""开店: the page where a merchant opens his mall, and where he arrives in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login as open_session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.network import client_network
from mall.dashboard.doors import staff_of
from mall.errors import DomainError
from mall.operators import services, signup
from mall.staff.dashboard import BACKEND, SESSION_SECONDS


class SignUpForm(forms.Form):
    """Four fields and a yes."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("商城名称"),
        max_length=60,
        help_text=_("买家看到的名字，以后可以改。"),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    slug = forms.CharField(
        label=_("商城网址"),
        max_length=40,
        help_text=_("小写字母、数字、连字符，以后不能改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("邮箱"),
        max_length=254,
        error_messages={"invalid": _("请填写正确的邮箱，例如 name@example.com。")},
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        help_text=_("至少 8 位。邮箱已有帐号的，填写该帐号的密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    accepts_rules = forms.BooleanField(
        label=_("我已阅读并同意开店规则"), error_messages={"required": _("请阅读开店规则并勾选同意。")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in list(self.fields.values())[:-1]:
            field.error_messages["required"] = _t("请填写%(field)s。") % {"field": field.label}


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Open a mall."""
    _require_open()
    form = SignUpForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            opened = signup.sign_up(**form.cleaned_data, network=client_network(request))
        except DomainError as refused:
            names = {"owner_email": "email", "owner_password": "password"}
            field = names.get(refused.field or "", refused.field)
            form.add_error(field if field in form.fields else None, str(refused))
            status = refused.status
        else:
            return redirect(opened.address)
    context = {"form": form, "base_domain": settings.MALL_BASE_DOMAIN}
    return render(request, "operator/signup.html", context, status=status)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """开店规则."""
    _require_open()
    return render(request, "operator/rules.html", {"levels": settings.REFERRAL_MAX_LEVELS})


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The installation's own front door: to the operator's pages, or for strangers to the sign-up."""
    if settings.SIGNUP_OPEN and not services.is_operator(request.user):
        return redirect("operator:sign-up")
    return redirect("operator:malls")


@never_cache
@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """The first arrival in the new mall's dashboard, by the token of the sign-up."""
    member = signup.arrive(token=request.GET.get("t", "")[:500])
    if member is None:
        return redirect("dashboard:home" if staff_of(request) else "dashboard:login")
    open_session(request, member.user, backend=BACKEND)
    request.session.set_expiry(SESSION_SECONDS)
    return redirect("dashboard:home")


def _require_open() -> None:
    if not settings.SIGNUP_OPEN:
        raise Http404
