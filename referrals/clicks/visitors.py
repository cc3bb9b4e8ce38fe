"""Visitors: a random key per browser or app and mall, signed, so that nobody makes up or brings along another.

The key says nothing about the person. Who was ever logged in under it is remembered (VisitorMember):
that is how a promoter's own clicks and purchases are told from others'.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.errors import BadInput
from mall.tenancy.context import require_mall_id

COOKIE = "fy_visitor"
# The longest a browser keeps any cookie.
COOKIE_SECONDS = 400 * 86_400

_SIGNED = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})")


class BadVisitor(BadInput):
    """An app sent a visitor that this server has not issued for this mall."""

    code = "bad_visitor"
    field = "visitor"
    message = _("visitor 无效：请原样传回本商城签发的值，或不传。")


def new_key() -> str:
    """A visitor nobody has been yet: 128 random bits in 22 characters."""
    return secrets.token_urlsafe(16)


def signed(mall_id: int, key: str) -> str:
    """The key as cookies and apps carry it, valid in this mall only."""
    return f"{key}.{_signature(settings.SECRET_KEY, mall_id, key)}"


def verified(mall_id: int, token: object) -> str | None:
    """The key of a signed visitor, or None for whatever is not one of this mall's."""
    match = _SIGNED.fullmatch(token) if isinstance(token, str) else None
    if match is None:
        return None
    key, signature = match.groups()
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(_signature(secret, mall_id, key), signature):
            return key
    return None


def key_of_request(request: HttpRequest) -> str:
    """The visitor's key from the cookie; "" when there is none, or none that this mall has signed."""
    mall_id = getattr(request, "mall_id", None)
    return (verified(mall_id, request.COOKIES.get(COOKIE)) or "") if mall_id is not None else ""


def key_of_token(token: str) -> str:
    """The key of the `visitor` that an app sends along. Raises BadVisitor. Needs mall_scope."""
    key = verified(require_mall_id("A visitor"), token)
    if key is None:
        raise BadVisitor
    return key


def set_cookie(response: HttpResponse, mall_id: int, key: str) -> None:
    """Give the browser its key, or keep the one it has alive."""
    response.set_cookie(
        COOKIE,
        signed(mall_id, key),
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remember_buyer(request: HttpRequest, buyer_id: int) -> None:
    """Keep that the member behind a buyer was logged in as this visitor. Nothing to keep of a guest."""
    key = key_of_request(request) or _key_in_body(request)
    if key:
        remember(key, buyer_id=buyer_id)


def remember(visitor_key: str, *, buyer_id: int) -> None:
    """Write the VisitorMember of a buyer's member, once. Needs mall_scope."""
    mall_id = require_mall_id("A visitor")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO referrals_visitormember (mall_id, visitor_key, member_id, since) "
            "SELECT mall_id, %s, id, %s FROM members_member WHERE mall_id = %s AND buyer_id = %s "
            "ON CONFLICT (mall_id, visitor_key, member_id) DO NOTHING",
            [visitor_key, clock.now(), mall_id, buyer_id],
        )


def members_behind(visitor_keys: Iterable[str]) -> dict[str, list[tuple[int, datetime]]]:
    """{visitor: [(a member ever logged in as him, since when)]}. One statement. Needs mall_scope."""
    keys = sorted({key for key in visitor_keys if key})
    found: dict[str, list[tuple[int, datetime]]] = {}
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT visitor_key, member_id, since FROM referrals_visitormember "
                "WHERE mall_id = %s AND visitor_key = ANY(%s)",
                [require_mall_id("Visitors"), keys],
            )
            for key, member_id, since in cursor.fetchall():
                found.setdefault(key, []).append((member_id, since))
    return found


def _key_in_body(request: HttpRequest) -> str:
    """An app's visitor, where the call carries one. Whether it must be valid is the called service's matter."""
    body = getattr(request, "data", None)
    token = body.get("visitor") if isinstance(body, dict) else None
    return verified(require_mall_id("A visitor"), token) or ""


def _signature(secret: str, mall_id: int, key: str) -> str:
    digest = hmac.digest(_signing_key(secret), f"{mall_id}:{key}".encode(), "sha256")
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


@lru_cache(maxsize=8)
def _signing_key(secret: str) -> bytes:
    # A key of its own: nothing else that is signed with SECRET_KEY can pass for a visitor.
    return hashlib.sha256(b"referrals.visitor\0" + secret.encode()).digest()
