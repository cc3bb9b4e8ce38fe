"""Staff logging in: to the dashboard by session, to the merchant API by token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mall import clock
from mall.api.authentication import STAFF_PREFIX, new_token, token_digest
from mall.limits import policy
from mall.limits.guesses import guess
from mall.staff.errors import WrongLogin
from mall.staff.models import StaffMember, StaffToken, User
from mall.staff.selectors import active_staff_member

TOKEN_LIFE = timedelta(hours=12)
PASSWORD_MAX = 128
EMAIL_MAX = 254


def log_in(*, email: str, password: str, network: str) -> StaffMember:
    """The active member of this mall's staff behind email and password. Opens no session by itself.

    Unknown, wrong, dismissed and staff of another mall get the same WrongLogin after the same time.
    Raises TooMany; wrong guesses are counted per log-in over all malls, and per network.
    """
    email = _address(email)
    with guess(
        login=policy.STAFF_GUESSES,
        login_key=email,
        network=policy.STAFF_GUESSES_PER_NETWORK,
        network_key=network,
    ):
        user = user_behind(email, password)
        member = active_staff_member(user) if user is not None else None
        if member is None:
            raise WrongLogin
    return member


def user_behind(email: str, password: Any) -> User | None:
    """The active log-in of this email and password. Takes as long for an unknown email."""
    if not isinstance(password, str) or len(password) > PASSWORD_MAX:
        return None
    user = User.objects.filter(email=_address(email), is_active=True).first()
    if user is None:
        User().set_password(password)
        return None
    return user if user.check_password(password) else None


def issue_token(*, member: StaffMember) -> tuple[str, datetime]:
    """A token of the merchant API, valid in this mall for 12 hours: (the token, its end in UTC)."""
    at = clock.now()
    token = new_token(STAFF_PREFIX)
    StaffToken.objects.create(staff=member.user, digest=token_digest(token), created_at=at, expires_at=at + TOKEN_LIFE)
    return token, at + TOKEN_LIFE


def revoke_token(*, token: str) -> None:
    """End one token. No effect on one that is unknown or ended already."""
    StaffToken.objects.filter(digest=token_digest(token), revoked_at__isnull=True).update(revoked_at=clock.now())


def _address(email: Any) -> str:
    return email.strip().lower()[:EMAIL_MAX] if isinstance(email, str) else ""
