"""Sending what nobody should send, and what every answer to it must be."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.db import connection, transaction
from django.test import Client

from mall.tenancy.context import mall_scope
from tests.factories.http import Api
from tests.factories.world import World
from tests.tenancy.api_cases import ANYONE, CASES, MEMBER, Call, put
from tests.tenancy.test_api_matrix import resolved

# Where money and promises of it stand. A refusal must leave all of it alone.
_MONEY = (
    "mall_order", "mall_orderline", "mall_payment", "mall_refund", "mall_refundline", "members_member",
    "members_binding", "referrals_conversion", "commissions_planversion", "commissions_planoverride",
    "commissions_settlement", "commissions_commission", "commissions_capusage", "commissions_budgetusage",
    "commissions_journal", "commissions_entry", "commissions_account", "commissions_payee", "commissions_payout",
)  # fmt: skip
_COUNTED = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in _MONEY)
_SUMS = (
    ", (SELECT sum(stock) FROM mall_sku), (SELECT sum(balance_fen) FROM commissions_account),"
    " (SELECT sum(used_fen) FROM commissions_budgetusage), (SELECT string_agg(status, '' ORDER BY id) FROM mall_order),"
    " (SELECT string_agg(status, '' ORDER BY id) FROM commissions_payout)"
)

TRACES = ("Traceback", "site-packages", "django/", "psycopg2", "/main/", "File &quot;", "SELECT ", "Exception Type")
_HOLE = "@@hole@@"

_keys = itertools.count(1)


def money(world: World) -> tuple:
    """How much of everything there is, and where it stands."""
    with mall_scope(world.mall.pk), connection.cursor() as cursor:
        cursor.execute(_COUNTED + _SUMS)
        return cursor.fetchone()


@contextmanager
def nothing_moves(world: World) -> Iterator[None]:
    """What is refused within changes nothing. What is taken is undone by `once`, so that it is not seen here."""
    before = money(world)
    yield
    assert money(world) == before, "something was refused and changed something"


def once(send: Any) -> Any:
    """Send one request; what it did is undone, unless it was refused and should have done nothing."""
    with transaction.atomic():
        answer = send()
        if answer.status_code < 400:
            transaction.set_rollback(True)
    return answer


def token_of(world: World, name: str) -> str:
    """A token that may do it."""
    case = CASES[name]
    return "" if case.face == ANYONE else world.token(case.caller if case.face == MEMBER else "owner")


def fields(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[tuple, dict[str, Any]]]:
    """(place in the body, its schema) of every field of a request, lists and objects too."""

    def below(part: dict[str, Any], place: tuple) -> Iterator[tuple[tuple, dict[str, Any]]]:
        nullable = part.get("nullable", False)
        part = resolved(part, document)
        if place:
            yield place, part | {"nullable": nullable or part.get("nullable", False)}
        if part.get("type") == "array":
            yield from below(part["items"], (*place, 0))
        for name, inner in part.get("properties", {}).items():
            yield from below(inner, (*place, name))

    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield from below(media["schema"], ())


def with_hole(body: Any, *places: tuple) -> str:
    """The body as JSON with holes where other values are to stand; what leads there is made where it is missing."""
    body = deepcopy(body)
    for place in places:
        inner = body
        for step, following in itertools.pairwise(place):
            missing = isinstance(inner, dict) and step not in inner
            if missing or (isinstance(inner, list) and not inner):
                value: Any = [] if isinstance(following, int) else {}
                inner.append(value) if isinstance(inner, list) else inner.update({step: value})
            inner = inner[step]
        if isinstance(inner, list) and not inner:
            inner.append(_HOLE)
        else:
            put(body, place, _HOLE)
    return json.dumps(body)


def filled(text: str, fragment: str) -> str:
    """The body with a piece of raw JSON in its holes."""
    return text.replace(f'"{_HOLE}"', fragment)


def sent(
    world: World, call: Call, token: str, body: Any = None, *, kind: str = "application/json", **headers: str
) -> Any:
    """The answer to a call, held against what every answer must be."""
    api = Api(world.mall, token=token)
    # A key is good for one body only.
    own = {name: str(uuid.uuid4()) for name in call.headers if name == "HTTP_IDEMPOTENCY_KEY"}
    given = call.body if body is None else body
    if not isinstance(given, bytes | str):
        given = "" if call.method == "GET" else json.dumps(given or {})
    data = given.encode() if isinstance(given, str) else given
    answer = once(
        lambda: api.client.generic(
            call.method, f"/api/v1/{call.path}", data, content_type=kind, **api.headers | call.headers | own | headers
        )
    )
    check_api(answer, (call.method, call.path[:120], str(given)[:120], headers))
    return answer


def check_api(answer: Any, about: Any) -> None:
    """No bug, no trace of one, and the format of the contract."""
    assert answer.status_code < 500, (about, answer.content[:2000])
    if answer.status_code < 400:
        return
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("application/json"), about
    assert len(text) < 20_000, f"{about}: the refusal is as long as what was sent"
    told = json.loads(text)
    assert told["type"] in {"validation_error", "client_error"}, about
    assert told["errors"], about
    for error in told["errors"]:
        assert set(error) == {"code", "detail", "attr"}, about
        assert error["detail"], about
        assert not any(trace in error["detail"] for trace in TRACES), (about, error)


def check_page(answer: Any, about: Any) -> None:
    """No bug, no trace of one."""
    assert answer.status_code < 500, (about, answer.content[:3000])
    text = answer.content.decode("utf-8", "replace") if not answer.streaming else ""
    assert not any(trace in text for trace in TRACES), about


def page(browser: Client, method: str, url: str, data: Any = None, **more: Any) -> Any:
    """A page's answer, held against what every page must be."""
    send = browser.get if method == "get" else browser.post
    answer = once(lambda: send(url, data or {}, **more))
    check_page(answer, f"{method} {url[:200]} {str(data)[:200]}")
    return answer
