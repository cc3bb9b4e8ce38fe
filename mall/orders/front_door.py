"""The short way in for POST /api/v1/orders, the hot write: in front of Django's request handling.

A client of the API brings a token, a key and JSON, and needs no session, no cookie and no table of addresses. His
order is placed here by the same services, in one transaction that begins with one statement for his log-in and his
key. Whatever is out of the ordinary is left to Django and to mall.orders.api, from its beginning: another header,
a key that was used before, everything that is refused, a database that is away. Nothing of the try remains then,
and the key makes sure that it happens once even where the first answer of COMMIT was lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import Http404
from django.http.request import split_domain_port
from django.utils.translation import get_language_from_request, override
from rest_framework import status
from rest_framework.exceptions import APIException

from mall.api.authentication import BUYER_PREFIX, token_digest
from mall.api.negotiation import PLAIN
from mall.api.parsers import BODY_MAX_BYTES, BoundedJSONParser
from mall.api.renderers import as_json
from mall.api.shapes import as_shown
from mall.errors import Conflict, DomainError
from mall.faultpoints import reach
from mall.orders.api import place_as_asked
from mall.orders.idempotency import REPLAYED, checked_key, claim_by_token, fingerprint, keep
from mall.orders.serializers import OrderShown
from mall.tenancy.context import mall_scope
from mall.tenancy.front import Environ, FrontRequest, StartResponse, Wsgi, begin
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

# The next buyers of goods that ran out go to Django at once.
REFUSED_SECONDS = 2.0
_REFUSED_MOST = 10_000

Headers = list[tuple[str, str]]


class OrderDoor:
    """A WSGI application that places plain orders and hands everything else on."""

    def __init__(self, behind: Wsgi) -> None:
        self.behind = behind
        # By language and scheme, and learned from Django's own answers: its middleware and settings decide.
        self.headers: dict[tuple[str, bool], Headers] = {}
        # (mall, SKU as it was asked for) → when an order of it was refused.
        self.refused: dict[tuple[int, str], float] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Place a plain order; else ask those behind."""
        if environ.get("PATH_INFO") != PATH or not _is_plain(environ):
            return self.behind(environ, start_response)
        request = FrontRequest(environ)
        language = get_language_from_request(request)
        kind = language, request.is_secure()
        headers = self.headers.get(kind)
        if headers is None:
            return self.behind(environ, self._learning(kind, start_response))
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        with override(language):
            answer = None if request.must_be_redirected() else self._placed(request, body)
        if answer is None:
            return self.behind(environ, start_response)
        start_response(_CREATED, [*headers, ("Content-Length", str(len(answer)))])
        return [answer]

    def _placed(self, request: FrontRequest, body: bytes) -> bytes | None:
        """The new order as JSON, committed; None, and nothing has happened, where Django must answer."""
        goods: set[tuple[int, str]] = set()
        try:
            begin()
            request.mall_id = asked_mall_id(request)
            request.data = BoundedJSONParser().parse(BytesIO(body))
            goods = _goods(request)
            if request.mall_id is None or self._refused_lately(goods):
                return None
            with mall_scope(request.mall_id):
                answer = _in_transaction(request)
        except Conflict:
            self._remember_refused(goods)
            return None
        except _LEFT_TO_DJANGO:
            return None
        except Exception:
            log.exception("an order was left to Django for a reason that nobody has foreseen")
            return None
        reach("web.committed")
        return answer

    def _refused_lately(self, goods: set[tuple[int, str]]) -> bool:
        """Whether one of these is sold out, as a rule: trying first would queue for its row twice."""
        now = time.monotonic()
        return any(now - self.refused.get(one, -REFUSED_SECONDS) < REFUSED_SECONDS for one in goods)

    def _remember_refused(self, goods: set[tuple[int, str]]) -> None:
        if len(self.refused) > _REFUSED_MOST:
            self.refused.clear()
        self.refused.update(dict.fromkeys(goods, time.monotonic()))

    def _learning(self, kind: tuple[str, bool], start_response: StartResponse) -> StartResponse:
        def start(line: str, headers: Headers, *more: Any) -> Any:
            names = {name for name, _value in headers}
            if line == _CREATED and not names & {REPLAYED, "Set-Cookie"}:
                self.headers[kind] = [one for one in headers if one[0] != "Content-Length"]
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
        and said.isascii()
        and len(said.split(" ")) == _BEARER_WORDS
        and split_domain_port(environ.get("HTTP_HOST", ""))[0] != ""
        and length.isascii()
        and length.isdigit()
        and len(length) <= len(str(BODY_MAX_BYTES))
        and int(length) <= BODY_MAX_BYTES
    )


def _goods(request: FrontRequest) -> set[tuple[int, str]]:
    """(mall, SKU) of each line of the body, unchecked; none where it is no order."""
    lines = request.data.get("lines") if isinstance(request.data, dict) else None
    named = [line.get("sku") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return {(request.mall_id or 0, sku) for sku in named if isinstance(sku, str)}


def _in_transaction(request: FrontRequest) -> bytes:
    token = request.META["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
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
