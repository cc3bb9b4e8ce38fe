"""Whose cart a browser has: its buyer's, or that of a secret in a signed cookie of its own."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from mall.buyers.models import Buyer
from mall.buyers.sessions import buyer_of_request
from mall.tenancy.context import require_mall_id

COOKIE = "fy_cart"
COOKIE_SECONDS = 30 * 24 * 3600
_COOKIE_MAX = 200


@dataclass(frozen=True, slots=True)
class CartOwner:
    """A buyer, or the hash of a guest's secret; nobody (a browser without a cart) is falsy."""

    buyer: Buyer | None = None
    guest_key: str = ""

    def __bool__(self) -> bool:
        return self.buyer is not None or bool(self.guest_key)

    @property
    def columns(self) -> dict[str, Any]:
        """What his rows have in their columns."""
        return {"buyer": self.buyer} if self.buyer is not None else {"buyer": None, "guest_key": self.guest_key}


def owner_of_request(request: HttpRequest) -> CartOwner:
    """Whose cart the browser has; never raises, a forged cookie is none."""
    buyer = buyer_of_request(request)
    return CartOwner(buyer=buyer) if buyer is not None else CartOwner(guest_key=guest_key_in(request))


def owner_to_be(request: HttpRequest) -> tuple[CartOwner, str]:
    """Whose cart something is put into, and the cookie a browser gets that has none yet ("" otherwise)."""
    owner = owner_of_request(request)
    if owner:
        return owner, ""
    secret = secrets.token_urlsafe(24)
    return CartOwner(guest_key=_hashed(secret)), _signer().sign(secret)


def give_cookie(response: HttpResponse, cookie: str) -> None:
    """Let the browser keep its cart for thirty days; "" keeps it as it is."""
    if cookie:
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=COOKIE_SECONDS,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def guest_key_in(request: HttpRequest) -> str:
    """The key of the guest's cart behind the cookie, or ""."""
    cookie = request.COOKIES.get(COOKIE, "")
    if not cookie or len(cookie) > _COOKIE_MAX or not cookie.isascii():
        return ""
    try:
        return _hashed(_signer().unsign(cookie))
    except signing.BadSignature:
        return ""


def _hashed(secret: str) -> str:
    """What is kept of a secret: who reads the table cannot open anybody's cart."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"mall.carts:{require_mall_id('A cart')}")
