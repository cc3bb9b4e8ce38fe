"""Idempotency-Key: a POST that costs money, sent twice, happens once and is answered twice.

The key is claimed by an INSERT in the same transaction as the effect. A second request with the same key
waits at the unique key until the first has committed, and then repeats its answer; if the first was rolled
back, the second does the work. What is answered with 2xx or with an error of the request itself (400, 404,
409, 422) is kept and repeated, whatever has changed since; the effect of an error is rolled back to a
savepoint, its key and answer are not. Not kept: 401, 403, 429 and every 5xx, which say nothing about the
request; the client may send it again under the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import Http404
from django.http.request import HttpHeaders
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall import clock
from mall.api.renderers import as_json
from mall.buyers.models import Buyer
from mall.buyers.selectors import BUYER_FIELDS, BY_TOKEN, BY_TOKEN_TYPES
from mall.errors import DomainError
from mall.faultpoints import reach
from mall.orders.actors import BUYER_PREFIX, Actor, actor_key
from mall.orders.errors import BadIdempotencyKey, IdempotencyKeyRequired, IdempotencyKeyReused
from mall.orders.models import IdempotencyKey
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared
from mall.tenancy.postgres.rows import as_row

KEY_MAX = 120
HEADER = "Idempotency-Key"
_META = HttpHeaders.to_wsgi_name(HEADER)
# Told apart from a first answer by this header, for whoever debugs a client.
REPLAYED = "Idempotent-Replayed"
_SAY_NOTHING = frozenset({401, 403, 429})
_SERVER_ERROR = 500

# For the OpenAPI document.
KEY_PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 120 visible ASCII characters, new for every operation, the same for every retry of it.",
)

_TYPES = {
    "mall": "bigint", "who": "text", "key": "text", "fingerprint": "text", "at": "timestamptz", "status": "smallint",
    "body": "jsonb",
}  # fmt: skip
_INSERT = "INSERT INTO mall_idempotencykey (mall_id, principal, key, fingerprint, created_at)"
_ONCE = "ON CONFLICT (mall_id, principal, key) DO NOTHING"
_CLAIM = Prepared(
    "claim_idempotency_key",
    f"{_INSERT} VALUES (%(mall)s, %(who)s, %(key)s, %(fingerprint)s, %(at)s) {_ONCE} RETURNING id",
    _TYPES,
)
_CLAIM_BY_TOKEN = Prepared(
    "claim_idempotency_key_by_token",
    f"""
WITH caller AS ({BY_TOKEN}), claimed AS (
    {_INSERT} SELECT %(mall)s, %(who)s || caller.id, %(key)s, %(fingerprint)s, %(at)s FROM caller {_ONCE} RETURNING id
)
SELECT caller.* FROM caller WHERE EXISTS (SELECT FROM claimed)
""",  # noqa: S608 - our own text
    _TYPES | BY_TOKEN_TYPES,
)
_KEEP = Prepared(
    "keep_answer",
    "UPDATE mall_idempotencykey SET status = %(status)s, body = %(body)s "
    "WHERE mall_id = %(mall)s AND principal = %(who)s AND key = %(key)s",
    _TYPES,
)

View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer under a key."""

    status: int
    body: Any


def idempotent(view: View) -> View:
    """Make a DRF view method answer a repeated Idempotency-Key with its first answer."""

    @wraps(view)
    def guarded(self: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = checked_key(request.META.get(_META))
        principal = actor_key(request.user)
        kept = claim(principal=principal, key=key, fingerprint=fingerprint(request.method, request.path, request.data))
        if kept is not None:
            return Response(kept.body, status=kept.status, headers={REPLAYED: "true"})
        reach("idempotency.claimed")
        try:
            response = _answer(self, view, request, args, kwargs)
            keep(principal=principal, key=key, status=response.status_code, body=response.data)
        except Exception:
            # A refusal may keep its changes (docs/adr/0010); a key without an answer must never be among them.
            transaction.set_rollback(True)
            raise
        reach("idempotency.kept")
        return response

    return guarded


def claim(*, principal: Actor | str, key: str, fingerprint: str) -> Kept | None:
    """Take the key for the work that follows in this transaction, or answer what was answered under it first.

    Waits while another transaction works under the same key. Raises IdempotencyKeyReused when the key belongs
    to another request.
    """
    who = principal if isinstance(principal, str) else actor_key(principal)
    mall_id = require_mall_id("An idempotency key")
    asked = {"mall": mall_id, "who": who, "key": key, "fingerprint": fingerprint, "at": clock.now()}
    if _CLAIM.rows(asked):
        return None
    first = IdempotencyKey.objects.get(principal=who, key=key)
    if first.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return Kept(first.status, first.body)


def claim_by_token(*, digest: str, key: str, fingerprint: str) -> Buyer | None:
    """Log in the buyer of an API token and take the key for him, by one statement; None where either cannot be.

    Waits as `claim` does.
    """
    asked = {"mall": require_mall_id("An idempotency key"), "digest": digest, "kind": "api", "at": clock.now()}
    rows = _CLAIM_BY_TOKEN.rows(asked | {"who": BUYER_PREFIX, "key": key, "fingerprint": fingerprint})
    return as_row(Buyer, BUYER_FIELDS, rows[0]) if rows else None


def keep(*, principal: Actor | str, key: str, status: int, body: Any) -> None:
    """Write down the answer of the work done under a key claimed in this transaction. body: as it is rendered."""
    who = principal if isinstance(principal, str) else actor_key(principal)
    text, mall_id = as_json(body).decode() or None, require_mall_id("An idempotency key")
    _KEEP.owe({"mall": mall_id, "who": who, "key": key, "status": status, "body": text})


def fingerprint(method: str, path: str, data: Any) -> str:
    """SHA-256 of what was asked; the order of keys and white space in the JSON do not matter."""
    text = json.dumps([method, path, data], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(view: APIView, method: View, request: Request, args: tuple, kwargs: dict[str, Any]) -> Response:
    """The view's own answer, or that of the error it raised, with the error's effects undone."""
    try:
        with transaction.atomic():
            return method(view, request, *args, **kwargs)
    except (DomainError, APIException, Http404) as error:
        response = view.handle_exception(error)
        if response.status_code in _SAY_NOTHING or response.status_code >= _SERVER_ERROR:
            raise
        # DRF marks the whole request for rollback; the savepoint has undone what had to be.
        transaction.set_rollback(False)
        return response


def checked_key(key: str | None) -> str:
    """The header's value. Raises IdempotencyKeyRequired, BadIdempotencyKey."""
    if key is None or not key.strip():
        raise IdempotencyKeyRequired
    if len(key) > KEY_MAX or not all("!" <= character <= "~" for character in key):
        raise BadIdempotencyKey
    return key
