"""Who may call: a buyer's token, or a staff token whose role includes a right."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission

from mall.buyers.models import Buyer
from mall.staff.models import StaffMember
from mall.staff.rights import may


class IsBuyer(BasePermission):
    """The caller is a buyer of this mall. The default of every endpoint."""

    message = _("此接口需要买家令牌。")

    def has_permission(self, request, view) -> bool:
        return isinstance(request.user, Buyer)


class IsStaff(BasePermission):
    """The caller is staff of this mall, whatever his role."""

    message = _("此接口需要商家员工令牌。")

    def has_permission(self, request, view) -> bool:
        return isinstance(request.user, StaffMember)


@cache
def StaffMay(right: str) -> type[IsStaff]:  # noqa: N802 - it makes a class and is read as one
    """A permission class: the caller is staff of this mall, and his role includes the right."""

    class Permission(IsStaff):
        message = _("您的角色没有此权限，请联系店主。")

        def has_permission(self, request, view) -> bool:
            return isinstance(request.user, StaffMember) and may(request.user.role, right)

    Permission.__name__ = f"StaffMay({right})"
    return Permission
