"""Whose cart it is: a buyer's, or that of a secret which a browser has in a signed cookie and an app in a header."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.request import HttpHeaders

from mall.api.network import client_network
from mall.buyers.models import Buyer
from mall.buyers.sessions import buyer_of_request
from mall.limits import policy
from mall.tenancy.context import require_mall_id

COOKIE = "fy_cart"
COOKIE_SECONDS = 30 * 24 * 3600
# What an app sends that has no buyer's token yet.
HEADER = "Cart-Token"
_META = HttpHeaders.to_wsgi_name(HEADER)
_SIGNED_MAX = 200


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
    return (owner, "") if owner else new_guest_cart(client_network(request))


def new_guest_cart(network: str) -> tuple[CartOwner, str]:
    """A cart that nobody has yet, and its signed secret, good in this mall only. Raises TooMany per network."""
    if network:
        policy.CARTS_PER_NETWORK.count(network)
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
    """The key of the guest's cart behind the browser's cookie, or ""."""
    return _key_behind(request.COOKIES.get(COOKIE, ""))


def guest_key_sent(request: HttpRequest) -> str:
    """The key of the guest's cart behind an app's header, or "": a forged one and another mall's are none."""
    return _key_behind(request.META.get(_META, ""))


def _key_behind(signed: str) -> str:
    if not signed or len(signed) > _SIGNED_MAX or not signed.isascii():
        return ""
    try:
        return _hashed(_signer().unsign(signed))
    except signing.BadSignature:
        return ""


def _hashed(secret: str) -> str:
    """What is kept of a secret: who reads the table cannot open anybody's cart."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"mall.carts:{require_mall_id('A cart')}")
