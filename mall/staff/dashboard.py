"""The gate, and the people behind it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login as open_session
from django.contrib.auth import logout as end_session
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.api.network import client_network
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_of, staff_page
from mall.dashboard.exports import export_of, time_cell
from mall.dashboard.fields import PlainTextField, search_field
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.pages import show
from mall.errors import DomainError
from mall.staff import logins, rights, services
from mall.staff.models import Role, StaffMember

# As long as a token of the merchant API: a working day.
SESSION_SECONDS = 12 * 60 * 60
SHOWN_MOST = 200
BACKEND = "django.contrib.auth.backends.ModelBackend"
ROLE_HELP = {
    Role.OWNER: _("全部权限，包括员工与设置"),
    Role.MANAGER: _("订单、商品、售后、推广方案、会员；不碰收款与打款"),
    Role.FINANCE: _("确认收款、售后退款、审核与登记提现、核销；不改方案和商品"),
    Role.SERVICE: _("查看订单与佣金、发货"),
}


class LoginForm(DashboardForm):
    """What staff log in with."""

    email = forms.CharField(
        max_length=254,
        label=_("邮箱"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        label=_("密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class StaffForm(DashboardForm):
    """Somebody to be taken on."""

    name = PlainTextField(max_length=60, required=False, label=_("姓名"))
    email = forms.CharField(
        max_length=254, label=_("邮箱"), widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        label=_("登录密码"),
        help_text=_("至少 8 位。此人已有登录帐号的，填写他现有的密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )
    role = forms.ChoiceField(label=_("角色"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in services.GIVEN_ROLES]


class RoleForm(DashboardForm):
    """Another role."""

    role = forms.ChoiceField(label=_("角色"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (role, _t("%(role)s：%(help)s") % {"role": Role(role).label, "help": ROLE_HELP[role]})
            for role in services.GIVEN_ROLES
        ]


class StaffFilter(FilterForm):
    """What the list of staff can be narrowed to."""

    q = search_field(_("姓名或邮箱"))
    role = forms.ChoiceField(required=False, label=_("角色"), choices=[("", _("全部角色")), *Role.choices])


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Email and password open a session of this mall."""
    back = _safe_next(request)
    if request.method != "POST":
        if staff_of(request) is not None:
            return HttpResponseRedirect(back)
        return show(request, "dashboard/login.html", {"form": LoginForm(), "next": back})
    form = LoginForm(request.POST)
    if form.is_valid():
        try:
            member = logins.log_in(
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
                network=client_network(request),
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            open_session(request, member.user, backend=BACKEND)
            request.session.set_expiry(SESSION_SECONDS)
            return HttpResponseRedirect(back)
    return show(request, "dashboard/login.html", {"form": form, "next": back})


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session of staff; a buyer's log-in in the same browser stays."""
    end_session(request)
    return HttpResponseRedirect(reverse("dashboard:login"))


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    home = reverse("dashboard:home")
    is_ours = wanted.startswith(home) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else home


@staff_page(rights.MANAGE_STAFF)
@require_safe
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody with a role in this mall."""
    form = filters_of(StaffFilter, request)
    asked = form.asked()
    rows = StaffMember.objects.select_related("user")
    if wanted := asked.get("q"):
        rows = rows.filter(Q(user__name__icontains=wanted) | Q(user__email__icontains=wanted))
    if role := asked.get("role"):
        rows = rows.filter(role=role)
    if file := _exported(request, rows):
        return file
    context = {
        "section": "staff",
        "people": rows.order_by("-is_active", "id")[:SHOWN_MOST],
        "form": form,
        "roles": [(Role(r).label, ROLE_HELP[r]) for r in services.GIVEN_ROLES],
    }
    return show(request, "dashboard/staff.html", context)


def _exported(request: HttpRequest, rows: QuerySet[StaffMember]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("姓名"), lambda one: one.user.name),
        (_("邮箱"), lambda one: one.user.email),
        (_("角色"), lambda one: str(one.get_role_display())),
        (_("状态"), lambda one: str(_("在职") if one.is_active else _("已停用"))),
        (_("加入时间"), lambda one: at(one.created_at)),
    ]
    return export_of(request, rows, name="staff", columns=columns)


@staff_page(rights.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def staff_new(request: HttpRequest) -> HttpResponse:
    """Take somebody on."""
    return ask(
        request,
        Question(
            title=_("添加员工"),
            sentence=_("员工用邮箱和密码登录本商城的后台，能做什么由角色决定。"),
            button=_("添加"),
            back=reverse("dashboard:staff"),
        ),
        lambda typed: services.add_staff(actor=request.staff_member, **typed),
        form_class=StaffForm,
        initial={"role": Role.SERVICE},
        done=_t("已添加员工。"),
    )


@staff_page(rights.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_role(request: HttpRequest, member_id: int) -> HttpResponse:
    """Give somebody another role."""
    member = _member_or_404(member_id)
    return ask(
        request,
        Question(
            title=_("修改角色"),
            sentence=_t("%(name)s 现在是%(role)s。新角色立即生效。")
            % {"name": member.user.name or member.user.email, "role": member.get_role_display()},
            button=_("保存"),
            back=reverse("dashboard:staff"),
        ),
        lambda typed: services.set_role(member=member, role=typed["role"], actor=request.staff_member),
        form_class=RoleForm,
        initial={"role": member.role},
        done=_t("角色已修改。"),
    )


@staff_page(rights.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_leave(request: HttpRequest, member_id: int) -> HttpResponse:
    """End somebody's rights here, or take him back."""
    member = _member_or_404(member_id)
    name = member.user.name or member.user.email
    if member.is_active:
        question = Question(
            title=_("停用员工"),
            sentence=_t("%(name)s 将立即失去本商城的所有权限，已登录的也会失效。他过去的操作记录保留。")
            % {"name": name},
            button=_("停用"),
            back=reverse("dashboard:staff"),
            is_grave=True,
        )
        return ask(
            request,
            question,
            lambda _typed: services.deactivate(member=member, actor=request.staff_member),
            done=_t("已停用 %(name)s。") % {"name": name},
        )
    question = Question(
        title=_("恢复员工"),
        sentence=_t("%(name)s 将以%(role)s的角色重新可以登录。") % {"name": name, "role": member.get_role_display()},
        button=_("恢复"),
        back=reverse("dashboard:staff"),
    )
    return ask(
        request,
        question,
        lambda _typed: services.reactivate(member=member, actor=request.staff_member),
        done=_t("已恢复 %(name)s。") % {"name": name},
    )


def _member_or_404(member_id: int) -> StaffMember:
    member = StaffMember.objects.select_related("user").filter(pk=member_id).first()
    if member is None:
        raise Http404
    return member


urlpatterns = [
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("staff", staff_list, name="staff"),
    path("staff/new", staff_new, name="staff-new"),
    path("staff/<int:member_id>/role", staff_role, name="staff-role"),
    path("staff/<int:member_id>/leave", staff_leave, name="staff-leave"),
]
