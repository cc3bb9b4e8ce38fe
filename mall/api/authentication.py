"""Who calls the API: a buyer or a member of staff, by a bearer token that is valid in one mall only."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from mall import clock

BUYER_PREFIX = "by_"
STAFF_PREFIX = "st_"


def new_token(prefix: str) -> str:
    """A fresh bearer token of 256 random bits. Only its digest is ever stored."""
    return prefix + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """SHA-256 in hex. The token is random, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class BearerAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer …` and leaves tokens of another prefix to the other class."""

    prefix = ""

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2 or len(parts[1]) > 200:
            raise AuthenticationFailed(_("Authorization 头的写法是：Bearer <token>。"))
        token = parts[1].decode("latin-1")
        if token.startswith((BUYER_PREFIX, STAFF_PREFIX)) and not token.startswith(self.prefix):
            return None
        if getattr(request, "mall_id", None) is None:
            raise AuthenticationFailed(_("令牌只在它的商城内有效。"))
        return self.find(token_digest(token)), token

    def find(self, digest: str):
        raise NotImplementedError

    def authenticate_header(self, request) -> str:
        return "Bearer"

    def refuse(self) -> AuthenticationFailed:
        return AuthenticationFailed(_("令牌无效或已过期，请重新登录。"))


class BuyerTokenAuthentication(BearerAuthentication):
    """request.user is the mall.Buyer behind the token."""

    prefix = BUYER_PREFIX

    def find(self, digest: str):
        from mall.buyers.selectors import buyer_of_token

        buyer = buyer_of_token(digest, kind="api")
        if buyer is None:
            raise self.refuse()
        return buyer


class StaffTokenAuthentication(BearerAuthentication):
    """request.user is the mall.StaffMember of this mall behind the token."""

    prefix = STAFF_PREFIX

    def find(self, digest: str):
        from mall.staff.models import StaffToken
        from mall.staff.selectors import active_staff_member

        token = (
            StaffToken.objects.select_related("staff")
            .filter(digest=digest, revoked_at__isnull=True, expires_at__gt=clock.now())
            .first()
        )
        member = active_staff_member(token.staff) if token and token.staff.is_active else None
        if member is None:
            raise self.refuse()
        return member
