"""GET /s/<code>: the one hot address. The click is stored, then the visitor is sent on.

One round trip to the database: the mall's setting and the statement that looks the link up and
inserts the click travel together and make one transaction. Sessions, CSRF, languages and the
transaction of the mall's middleware are not needed here, so the door stands in front of them.
The click is raw: who it was and whether it counts, referrals.clicks.judging says later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect

from mall.api.authentication import token_digest
from mall.buyers.sessions import COOKIE as BUYER_COOKIE
from mall.tenancy.context import mall_scope
from mall.tenancy.middleware import host_of, mall_id_of_host
from referrals.clicks.sightings import Sighting, is_staff, observe
from referrals.clicks.visitors import COOKIE, new_key, set_cookie, verified
from referrals.links.codes import readable_code
from referrals.links.models import LinkKind

PATH = "/s/"
HOME = "/"

_SET_MALL = "SELECT set_config('app.mall_id', %(mall_text)s, true); "

_RECORD = """
WITH link AS (
    SELECT l.id, l.kind, p.public_id FROM referrals_sharelink l
    LEFT JOIN mall_product p ON p.mall_id = l.mall_id AND p.id = l.product_id
    WHERE l.mall_id = %(mall)s AND l.code = %(code)s
), stored AS (
    INSERT INTO referrals_click (mall_id, link_id, visitor_key, at, due_at, source, method, is_prefetch,
        user_agent, network, member_id, by_staff, reason)
    SELECT %(mall)s, link.id, %(visitor)s, %(at)s, %(due)s, %(source)s, %(method)s, %(prefetch)s,
        %(user_agent)s, %(network)s, {member}, %(staff)s, '' FROM link
)
SELECT kind, public_id FROM link
"""
_NOBODY = "NULL"
_LOGGED_IN = """(
    SELECT m.id FROM mall_buyertoken t
    JOIN members_member m ON m.mall_id = t.mall_id AND m.buyer_id = t.buyer_id
    WHERE t.mall_id = %(mall)s AND t.digest = %(token)s AND t.kind = 'session'
      AND t.revoked_at IS NULL AND t.expires_at > %(at)s)"""
_BY_ANYBODY = _RECORD.format(member=_NOBODY)
_BY_SOMEBODY = _RECORD.format(member=_LOGGED_IN)


class ShareLinkDoor:
    """Answers share links before the middleware that only pages need. Stands in front of the mall's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take what is a share link of a mall; leave everything else to those behind."""
        if not request.path_info.startswith(PATH):
            return self.get_response(request)
        mall_id = _mall_id(request)
        if mall_id is None:
            return self.get_response(request)
        try:
            return _answer(request, mall_id, request.path_info.removeprefix(PATH).removesuffix("/"))
        except (OperationalError, InterfaceError):
            # Better to be asked again than to answer a click that is not stored.
            return HttpResponse(status=503, headers={"Retry-After": "2", "Cache-Control": "no-store"})


def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a view, for an installation whose door is closed, and to name the address."""
    return _answer(request, request.mall_id, code)


def _answer(request: HttpRequest, mall_id: int, code_as_sent: str) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    code = readable_code(code_as_sent)
    key = verified(mall_id, request.COOKIES.get(COOKIE)) or new_key()
    target = None
    if code is not None:
        seen = observe(request, mall_id=mall_id, visitor_key=key, source="browser")
        target = _record(request, mall_id, code, seen)
    response = HttpResponseRedirect(target or HOME)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    set_cookie(response, mall_id, key)
    return response


def _record(request: HttpRequest, mall_id: int, code: str, seen: Sighting) -> str | None:
    """Store the click of a code; where it leads, or None for a code that is nobody's here."""
    token = request.COOKIES.get(BUYER_COOKIE)
    parameters: dict[str, Any] = {
        "mall": mall_id,
        "mall_text": str(mall_id),
        "code": code,
        "visitor": seen.visitor_key,
        "at": seen.at,
        "due": seen.due_at,
        "source": seen.source,
        "method": seen.method,
        "prefetch": seen.is_prefetch,
        "user_agent": seen.user_agent,
        "network": seen.network,
        "staff": False,
    }
    if token:
        parameters["token"] = token_digest(token)
    row = _execute(request, mall_id, _BY_SOMEBODY if token else _BY_ANYBODY, parameters)
    return _landing_page(code, *row) if row else None


def _execute(request: HttpRequest, mall_id: int, statement: str, parameters: dict[str, Any]) -> tuple | None:
    if connection.in_atomic_block or settings.SESSION_COOKIE_NAME in request.COOKIES:
        with mall_scope(mall_id), connection.cursor() as cursor:
            parameters["staff"] = is_staff(request)
            cursor.execute(statement, parameters)
            return cursor.fetchone()
    # Asking the connection whether it still lives would cost as much as the click: it is tried instead.
    connection.health_check_done = True
    try:
        return _in_one_trip(statement, parameters)
    except (OperationalError, InterfaceError):
        connection.close()
        return _in_one_trip(statement, parameters)


def _in_one_trip(statement: str, parameters: dict[str, Any]) -> tuple | None:
    # Several statements sent as one message are one transaction to PostgreSQL, so the mall is set for
    # this click and for nothing after it.
    with connection.cursor() as cursor:
        cursor.execute(_SET_MALL + statement, parameters)
        return cursor.fetchone()


def _landing_page(code: str, kind: str, product_id: Any) -> str:
    """The page a link leads to. The code travels on in the address, because that is what people forward."""
    if kind == LinkKind.PRODUCT:
        return f"/products/{product_id}?ref={code}"
    return f"/register?ref={code}" if kind == LinkKind.REGISTRATION else f"/?ref={code}"


def _mall_id(request: HttpRequest) -> int | None:
    host = f"{settings.LAN_MALL}.{settings.MALL_BASE_DOMAIN}" if settings.LAN_MALL else host_of(request)
    if host in settings.INSTALLATION_HOSTS or "\x00" in host:
        return None
    return mall_id_of_host(host)
