"""Passwords of staff on the dashboard: one's own, a link for somebody else, and the page that link opens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mall.api.network import client_network
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.errors import DomainError
from mall.staff import passwords, rights
from mall.staff.models import StaffMember

_HELP = _("至少 8 位，不能过于常见，不能全是数字。")


def _password(label: Any, *, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(max_length=128, strip=False, label=label, widget=widget, **more)


class NewPasswordForm(DashboardForm):
    """A new password, typed twice."""

    password = _password(_("新密码"), autocomplete="new-password", help_text=_HELP)
    again = _password(_("再输入一次新密码"), autocomplete="new-password")

    def clean(self) -> dict[str, Any]:
        """Both say the same."""
        typed = super().clean() or self.cleaned_data
        if "password" in typed and "again" in typed and typed["password"] != typed["again"]:
            self.add_error("again", _t("两次输入的新密码不一致。"))
        return typed


class OwnPasswordForm(NewPasswordForm):
    """The old one besides."""

    old_password = _password(_("现在的密码"), autocomplete="current-password")
    field_order = ("old_password", "password", "again")


@staff_page(None)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("old_password", "password", "again")
def own_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; this session goes on, every other ends."""

    def change(typed: dict[str, Any]) -> None:
        user = passwords.change_password(
            member=request.staff_member,
            old=typed["old_password"],
            new=typed["password"],
            network=client_network(request),
        )
        update_session_auth_hash(request, user)

    question = Question(
        title=_("修改密码"),
        sentence=_("改好后，您在其他浏览器的登录和所有 API 令牌立即失效；同一帐号在其他商城也用新密码。"),
        button=_("修改密码"),
        back=reverse("dashboard:home"),
    )
    return ask(request, question, change, form_class=OwnPasswordForm, done=_t("密码已修改。"))


@staff_page(rights.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def link_for(request: HttpRequest, member_id: int) -> HttpResponse:
    """A link by which somebody sets a new password; it is shown this once."""
    member = StaffMember.objects.select_related("user").filter(pk=member_id).first()
    if member is None:
        raise Http404
    name = member.user.name or member.user.email
    form = DashboardForm(request.POST if request.method == "POST" else None)
    made: list[passwords.Link] = []

    def make() -> None:
        made.append(passwords.make_link(member=member, actor=request.staff_member))

    if request.method == "POST" and form.is_valid() and form.carried_out(make):
        template = "dashboard/password_link_sheet.html" if request.htmx else "dashboard/password_link.html"
        return show(request, template, {"section": "staff", "name": name, "link": made[0].address})
    question = Question(
        title=_("重设密码链接"),
        sentence=_t(
            "为 %(name)s 生成一个链接，由他自己设置新密码。链接 24 小时内有效，只能用一次；在此之前原密码仍可登录。"
        )
        % {"name": name},
        button=_("生成链接"),
        back=reverse("dashboard:staff"),
    )
    template = "dashboard/ask_sheet.html" if request.htmx else "dashboard/ask.html"
    return show(request, template, {"section": "staff", "question": question, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "again")
def set_new(request: HttpRequest) -> HttpResponse:
    """Where the link leads: a new password, and then the log-in."""
    link = request.GET.get("t", "")[:600]
    try:
        member = passwords.member_behind(link)
    except DomainError as refusal:
        return show(request, "dashboard/password_new.html", {"refusal": str(refusal)}, status=refusal.status)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["password"]
        if form.carried_out(lambda: passwords.set_by_link(link=link, new=new)):
            messages.success(request, _t("新密码已设置，请用它登录。"))
            return HttpResponseRedirect(reverse("dashboard:login"))
    return show(request, "dashboard/password_new.html", {"form": form, "email": member.user.email})


urlpatterns = [
    path("password", own_password, name="password"),
    path("password/new", set_new, name="password-new"),
    path("staff/<int:member_id>/password", link_for, name="staff-password"),
]
