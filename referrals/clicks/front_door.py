"""The short way in for GET /s/<code>, the one hot address: in front of Django's request handling.

Most who come through a link need no session, no language, no CSRF token, and no transaction around
a view: one round trip to the database stores the click, and the answer is five headers. Whatever is
out of the ordinary (another method, staff logged in, plain HTTP where it must be HTTPS, another
host) is left to Django and the view in referrals.clicks.arrivals, which stores the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from weakref import WeakSet

import psycopg2
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from psycopg2.errors import DuplicatePreparedStatement, InvalidSqlStatementName

from mall.tenancy.front import Environ, FrontRequest, StartResponse, Wsgi, begin
from mall.tenancy.middleware import asked_mall_id
from mall.tenancy.postgres.prepared import Prepared
from referrals.clicks.arrivals import (
    BY_ANYBODY,
    BY_SOMEBODY,
    HEADERS,
    HOME,
    landing_page,
    recording,
    visitor_key,
)
from referrals.clicks.sightings import observe
from referrals.clicks.visitors import COOKIE, COOKIE_SECONDS, signed
from referrals.links.codes import readable_code

Answer = TypeVar("Answer")

PATH = "/s/"

# The database is away, in Django's words and in the driver's.
_AWAY = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)

_TYPES = {
    "mall": "bigint", "code": "text", "visitor": "text", "at": "timestamptz", "due": "timestamptz", "method": "text",
    "prefetch": "boolean", "user_agent": "text", "network": "text", "token": "text",
}  # fmt: skip


class FrontDoor:
    """A WSGI application that answers share links and hands everything else on."""

    def __init__(self, behind: Wsgi) -> None:
        self.behind = behind

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a plain arrival; else ask those behind."""
        if environ.get("PATH_INFO", "").startswith(PATH):
            request = FrontRequest(environ)
            begin()
            try:
                mall_id = _tried_twice(lambda: asked_mall_id(request)) if _is_plain(request) else None
                if mall_id is not None:
                    return _answer(request, mall_id, start_response)
            except _AWAY:
                # Better to be asked again than to answer a click that is not stored.
                start_response("503 Service Unavailable", [("Retry-After", "2"), ("Content-Length", "0")])
                return []
        return self.behind(environ, start_response)


_SET_MALL = "set_config('app.mall_id', %(mall)s::text, true)::bigint"
_EXPRESSIONS = {"mall": _SET_MALL}
# The mall is set for the statement's own transaction, by the parameter that names it: parameters come before the plan.
_STATEMENTS = {
    BY_ANYBODY: Prepared("arrival", BY_ANYBODY, _TYPES, _EXPRESSIONS),
    BY_SOMEBODY: Prepared("arrival_logged_in", BY_SOMEBODY, _TYPES, _EXPRESSIONS),
}
_PREPARE = "; ".join(statement.prepare for statement in _STATEMENTS.values())
# The driver's connections on which they are prepared.
_prepared: WeakSet[Any] = WeakSet()


def _is_plain(request: FrontRequest) -> bool:
    """Whether nothing about it needs Django: its checks of the address, or a look at the staff's session."""
    if request.method not in {"GET", "HEAD"} or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    return not request.must_be_redirected()


def _answer(request: FrontRequest, mall_id: int, start_response: StartResponse) -> Iterable[bytes]:
    key = visitor_key(request, mall_id)
    code, target = readable_code(request.META["PATH_INFO"][len(PATH) :].removesuffix("/")), None
    if code is not None:
        seen = observe(request, mall_id=mall_id, visitor_key=key, source="browser")
        row = _store(*recording(request, mall_id, code, seen))
        target = landing_page(code, *row) if row else None
    secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
    cookie = f"{COOKIE}={signed(mall_id, key)}; HttpOnly; Max-Age={COOKIE_SECONDS}; Path=/; SameSite=Lax{secure}"
    headers = [("Location", target or HOME), ("Set-Cookie", cookie), ("Content-Length", "0"), *HEADERS.items()]
    start_response("302 Found", headers)
    return []


def _store(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    # Asking the connection whether it still lives would cost as much as the click: it is tried instead.
    connection.health_check_done = True
    return _tried_twice(lambda: _in_one_trip(statement, parameters))


def _tried_twice(ask: Callable[[], Answer]) -> Answer:
    """What it answers, on a new connection where the old one breaks."""
    if connection.in_atomic_block:
        # Somebody's transaction around the whole server: it ends when he ends it.
        return ask()
    try:
        return ask()
    except _AWAY:
        connection.close()
        return ask()


def _in_one_trip(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    connection.ensure_connection()
    driver = connection.connection
    # The driver's own cursor: Django's would only translate its exceptions. Outside of a transaction
    # block each message is a transaction of its own.
    with driver.cursor() as cursor:
        try:
            if driver not in _prepared:
                cursor.execute(_PREPARE)
                _prepared.add(driver)
            cursor.execute(_STATEMENTS[statement].execute, parameters)
        except (InvalidSqlStatementName, DuplicatePreparedStatement):
            # A pool in between gives each transaction another of the server's connections.
            cursor.execute(f"SELECT {_SET_MALL}; {statement}", parameters)
        return cursor.fetchone()
