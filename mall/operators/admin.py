"""Django's admin, for the installation's own log-ins only: no table of a mall is ever registered here."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm
from unfold.sites import UnfoldAdminSite

from mall.operators.services import is_operator
from mall.staff.models import User


class OperatorSite(UnfoldAdminSite):
    """Open to operators, who log in by the operator's own page and its lock-out."""

    def has_permission(self, request: HttpRequest) -> bool:
        return getattr(request, "mall_id", 0) is None and is_operator(request.user)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        title = _("平台运营")
        return super().each_context(request) | {
            "site_title": title,
            "site_header": title,
            "site_url": reverse("operator:malls"),
        }

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        after = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('operator:login')}?{urlencode({'next': after})}")


class NewOperatorForm(AdminUserCreationForm):
    """An operator of the installation; staff of malls are made in their mall."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - the framework's signature
        self.instance.is_staff = self.instance.is_superuser = True
        return super().save(commit)


class LogInAdmin(UserAdmin, ModelAdmin):
    """Everybody who can log in. A password is set for operators only.

    With a merchant's password an operator could enter his mall without a trace, and entering
    a mall is a recorded act.
    """

    add_form = NewOperatorForm
    change_password_form = AdminPasswordChangeForm
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)
    fieldsets = ((None, {"fields": ("email", "name", "is_active", "is_staff", "created_at", "last_login")}),)
    readonly_fields = ("email", "is_staff", "created_at", "last_login")
    list_display = ("email", "name", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # The audit logs of malls name him.
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        # Who locks himself out needs somebody else to get back in.
        return (*self.readonly_fields, "is_active") if obj == request.user else self.readonly_fields

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002 - the framework's name
        user = self.get_object(request, id)
        if user is not None and not is_operator(user):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)


site = OperatorSite(name="admin")
site.register(User, LogInAdmin)
