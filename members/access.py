"""From a caller to the member he is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission

from mall.buyers.models import Buyer
from members.models import Member
from members.selectors import member_of_buyer


class IsMember(BasePermission):
    """The caller is a registered member of this mall; request.member is set."""

    message = _("请先注册成为会员。")

    def has_permission(self, request, view) -> bool:
        if not isinstance(request.user, Buyer):
            return False
        request.member = member_of_buyer(request.user.pk)
        return request.member is not None


def member_of(request) -> Member:
    """The member behind a request that IsMember has let through."""
    return request.member
