"""Somebody comes through a share link: the click is stored, then he is sent on.

One statement looks the link up and inserts the click, so that no click can be answered and not be
stored. The click is raw: who it was and whether it counts, referrals.clicks.judging says later. The
view is the ordinary way in; referrals.clicks.front_door is the short one in front of it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from mall.api.authentication import token_digest
from mall.buyers.sessions import COOKIE as BUYER_COOKIE
from referrals.clicks.sightings import Sighting, is_staff, observe
from referrals.clicks.visitors import COOKIE, new_key, set_cookie, verified
from referrals.links.codes import readable_code
from referrals.links.models import LinkKind

HOME = "/"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

_RECORD = """
WITH link AS (
    SELECT l.id, l.kind, p.public_id FROM referrals_sharelink l
    LEFT JOIN mall_product p ON p.mall_id = l.mall_id AND p.id = l.product_id
    WHERE l.mall_id = %(mall)s AND l.code = %(code)s
), stored AS (
    INSERT INTO referrals_click (mall_id, link_id, visitor_key, at, due_at, source, method, is_prefetch,
        user_agent, network, member_id, by_staff, reason)
    SELECT %(mall)s, link.id, %(visitor)s, %(at)s, %(due)s, 'browser', %(method)s, %(prefetch)s,
        %(user_agent)s, %(network)s, {member}, {staff}, '' FROM link
)
SELECT kind, public_id FROM link
"""
_LOGGED_IN = """(
    SELECT m.id FROM mall_buyertoken t
    JOIN members_member m ON m.mall_id = t.mall_id AND m.buyer_id = t.buyer_id
    WHERE t.mall_id = %(mall)s AND t.digest = %(token)s AND t.kind = 'session'
      AND t.revoked_at IS NULL AND t.expires_at > %(at)s)"""

BY_ANYBODY = _RECORD.format(member="NULL", staff="false")
BY_SOMEBODY = _RECORD.format(member=_LOGGED_IN, staff="false")
BY_STAFF = _RECORD.format(member=_LOGGED_IN, staff="true")


@require_safe
def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """302 to the link's page; an unknown code goes home and is no click."""
    key = visitor_key(request, request.mall_id)
    readable, target = readable_code(code.removesuffix("/")), None
    if readable is not None:
        seen = observe(request, mall_id=request.mall_id, visitor_key=key, source="browser")
        with connection.cursor() as cursor:
            cursor.execute(*recording(request, request.mall_id, readable, seen, by_staff=is_staff(request)))
            row = cursor.fetchone()
        target = landing_page(readable, *row) if row else None
    response = HttpResponseRedirect(target or HOME, headers=HEADERS)
    set_cookie(response, request.mall_id, key)
    return response


def visitor_key(request: HttpRequest, mall_id: int) -> str:
    """The visitor's key, a new one for whoever brings none of this mall's."""
    return verified(mall_id, request.COOKIES.get(COOKIE)) or new_key()


def recording(
    request: HttpRequest, mall_id: int, code: str, seen: Sighting, *, by_staff: bool = False
) -> tuple[str, dict[str, Any]]:
    """The statement that stores a click of this code, and its parameters; who is logged in, it finds out itself.

    It answers the link's kind and product, or nothing for a code that is nobody's here.
    """
    parameters = {
        "mall": mall_id,
        "code": code,
        "visitor": seen.visitor_key,
        "at": seen.at,
        "due": seen.due_at,
        "method": seen.method,
        "prefetch": seen.is_prefetch,
        "user_agent": seen.user_agent,
        "network": seen.network,
    }
    token = request.COOKIES.get(BUYER_COOKIE)
    if not token and not by_staff:
        return BY_ANYBODY, parameters
    parameters["token"] = token_digest(token) if token else ""
    return BY_STAFF if by_staff else BY_SOMEBODY, parameters


def landing_page(code: str, kind: str, product_id: Any) -> str:
    """The page a link leads to. The code travels on in the address, because that is what people forward."""
    if kind == LinkKind.PRODUCT:
        return f"/products/{product_id}?ref={code}"
    return f"/register?ref={code}" if kind == LinkKind.REGISTRATION else f"/?ref={code}"
