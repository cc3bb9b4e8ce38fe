"""What staff may do is read from their membership in the mall in force, never from the log-in alone."""

from __future__ import annotations

from django.db.models import Q

from mall import clock
from mall.staff.models import StaffMember, User


def active_staff_member(user: User) -> StaffMember | None:
    """The user's membership in the mall in force, if it is active and has not run out."""
    return (
        StaffMember.objects.select_related("user")
        .filter(user=user, is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()))
        .first()
    )
