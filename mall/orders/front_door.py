"""The short way in for POST /api/v1/orders, the hot write: in front of Django's request handling.

A client of the API brings a token, a key and JSON, and needs no session, no cookie and no table of addresses. His
order is placed here by the same services, in one transaction that begins with one statement for his log-in and his
key. Whatever is out of the ordinary is left to Django and to mall.orders.api, from its beginning: another header,
a key that was used before, everything that is refused, a database that is away. Nothing of the try remains then,
and the key makes sure that it happens once even where the first answer of COMMIT was lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404
from django.utils.translation import get_language_from_request, override
from rest_framework import status
from rest_framework.exceptions import APIException

from mall.api.authentication import BUYER_PREFIX, token_digest
from mall.api.negotiation import PLAIN
from mall.api.parsers import BODY_MAX_BYTES, BoundedJSONParser
from mall.api.renderers import as_json
from mall.api.shapes import as_shown
from mall.errors import DomainError
from mall.faultpoints import reach
from mall.orders.api import place_as_asked
from mall.orders.idempotency import REPLAYED, checked_key, claim_by_token, fingerprint, keep
from mall.orders.serializers import OrderShown
from mall.tenancy.context import mall_scope
from mall.tenancy.front import Environ, FrontRequest, StartResponse, Wsgi
from mall.tenancy.middleware import asked_mall_id

log = logging.getLogger(__name__)

PATH = "/api/v1/orders"
_CREATED = "201 Created"
_JSON = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_BEARER, _BEARER_WORDS = f"Bearer {BUYER_PREFIX}", 2
# Each asks Django for something: a session or a visitor, a proxy's chunks, another address than the one in the path.
_UNUSUAL = ("HTTP_COOKIE", "HTTP_TRANSFER_ENCODING", "QUERY_STRING", "SCRIPT_NAME")
# Refusals, which Django words; and a database that is away or chose this transaction to end a deadlock.
_LEFT_TO_DJANGO = (DomainError, APIException, Http404, DatabaseError, InterfaceError)

Headers = list[tuple[str, str]]


class OrderDoor:
    """A WSGI application that places plain orders and hands everything else on."""

    def __init__(self, behind: Wsgi) -> None:
        self.behind = behind
        # By language, and learned from Django's own answers: its middleware and settings decide, here as there.
        self.headers: dict[str, Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Place a plain order; else ask those behind."""
        if environ.get("PATH_INFO") != PATH or not _is_plain(environ):
            return self.behind(environ, start_response)
        request = FrontRequest(environ)
        language = get_language_from_request(request)
        headers = self.headers.get(language)
        if headers is None:
            return self.behind(environ, self._learning(language, start_response))
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        with override(language):
            answer = None if request.must_be_redirected() else _placed(request, body)
        if answer is None:
            return self.behind(environ, start_response)
        start_response(_CREATED, [*headers, ("Content-Length", str(len(answer)))])
        return [answer]

    def _learning(self, language: str, start_response: StartResponse) -> StartResponse:
        def start(line: str, headers: Headers, *more: Any) -> Any:
            names = {name for name, _value in headers}
            if line == _CREATED and not names & {REPLAYED, "Set-Cookie"}:
                self.headers[language] = [one for one in headers if one[0] != "Content-Length"]
            return start_response(line, headers, *more)

        return start


def _is_plain(environ: Environ) -> bool:
    """Whether it is an order as clients of the API send it."""
    length, said = environ.get("CONTENT_LENGTH", ""), environ.get("HTTP_AUTHORIZATION", "")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and not any(environ.get(name) for name in _UNUSUAL)
        and environ.get("CONTENT_TYPE", "").lower() in _JSON
        and environ.get("HTTP_ACCEPT", "") in PLAIN
        and said.startswith(_BEARER)
        and len(said.split()) == _BEARER_WORDS
        and length.isascii()
        and length.isdigit()
        and int(length) <= BODY_MAX_BYTES
    )


def _placed(request: FrontRequest, body: bytes) -> bytes | None:
    """The new order as JSON, committed; None, and nothing has happened, where Django must answer."""
    try:
        request.mall_id = asked_mall_id(request)
        if request.mall_id is None:
            return None
        request.data = BoundedJSONParser().parse(BytesIO(body))
        if not connection.in_atomic_block:
            # What Django does with its connections when a request begins.
            connection.close_if_unusable_or_obsolete()
        with mall_scope(request.mall_id):
            answer = _in_transaction(request)
    except _LEFT_TO_DJANGO:
        return None
    except Exception:
        log.exception("an order was left to Django for a reason that nobody has foreseen")
        return None
    reach("web.committed")
    return answer


def _in_transaction(request: FrontRequest) -> bytes:
    token = request.META["HTTP_AUTHORIZATION"].split()[1]
    key = checked_key(request.META.get("HTTP_IDEMPOTENCY_KEY"))
    asked = fingerprint(request.method, PATH, request.data)
    buyer = claim_by_token(digest=token_digest(token), key=key, fingerprint=asked)
    if buyer is None:
        raise Http404
    reach("idempotency.claimed")
    shown = as_shown(OrderShown, place_as_asked(request, buyer=buyer))
    keep(principal=buyer, key=key, status=status.HTTP_201_CREATED, body=shown)
    reach("idempotency.kept")
    return as_json(shown)
