"""Whole bodies, addresses and headers that no client of ours sends.

What one parser or one door does for all operations is tried in full on a few of them, and with the
worst on each.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.inputs.corpus import AUTHORIZATIONS, BODIES, CONTENT_TYPES, HEADERS, PATH_PARTS, QUERY_VALUES
from tests.inputs.requests import check_api, nothing_moves, once, sent, token_of
from tests.tenancy.api_cases import ANYONE, CASES, Call, call_for, operations, schema

pytestmark = pytest.mark.django_db

DOCUMENT = operations(schema())
WRITING = [name for name in CASES if CASES[name].body is not None]
NAMED = [name for name in CASES if CASES[name].path]
ASKED = {
    name: [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    for name, operation in DOCUMENT.items()
}
IN_FULL = {"POST /orders", "PUT /merchant/plan", "POST /clicks", "GET /orders/{order_id}", "GET /products", "GET /me"}

# One paginator reads these for all lists.
EVERY_LIST = {"cursor", "page_size"}

# What a query beside a file says is passed over or meant, and the file taken.
UPLOADS = {
    name for name, operation in DOCUMENT.items()
    if any(kind.startswith("image/") for kind in operation.get("requestBody", {}).get("content", {}))
}  # fmt: skip

# Some operation may well mean these: every field of it may be left out.
MAY_BE_MEANT = {"nothing", "a space", "many keys", "a byte order mark"}
WORST_BODIES = ("null", "a list", "deep objects", "a repeated key", "invalid UTF-8", "a lone surrogate in a key")
WORST_PARTS = ("0", "9223372036854775808", "NaN", "%00", "%FF", "..%2f..%2fetc%2fpasswd", "%F0%9F%98%80", "x" * 4_000)
WORST_TOKENS = ("Bearer", "Bearer \xff\xfe", "Bearer by_\x00", "Bearer " + "x" * 10_000)
WORST_TYPES = ("", "application/x-www-form-urlencoded", "multipart/form-data")
WORST_VALUES = ("-1", "9223372036854775808", "%FF", "%C0%AF", "cD0x", "x" * 4_000)


@pytest.mark.parametrize("name", WRITING)
def test_a_body_nobody_can_mean_is_refused(world, name):
    call, token = call_for(name, world), token_of(world, name)
    with nothing_moves(world):
        for what in BODIES if name in IN_FULL else WORST_BODIES:
            answer = sent(world, call, token, BODIES[what])
            if what not in MAY_BE_MEANT:
                assert answer.status_code in {400, 401, 413, 429}, f"{what}: {answer.status_code}"


@pytest.mark.parametrize("name", WRITING)
def test_only_json_is_json(world, name):
    call, token = call_for(name, world), token_of(world, name)
    with nothing_moves(world):
        for kind in CONTENT_TYPES if name in IN_FULL else WORST_TYPES:
            answer = sent(world, call, token, b'{"a": 1}', kind=kind)
            # JSON is UTF-8, whatever the header says of it.
            if not kind.lower().startswith("application/json"):
                assert answer.status_code in {400, 401, 415}, f"{kind}: {answer.status_code}"


@pytest.mark.parametrize("name", NAMED)
def test_an_id_that_is_none_is_not_found(world, name):
    call, token = call_for(name, world), token_of(world, name)
    with nothing_moves(world):
        for own in [str(made(world)) for made in CASES[name].path.values()]:
            assert call.path.count(own) == 1
            for part in PATH_PARTS if name in IN_FULL else WORST_PARTS:
                answer = sent(world, Call(call.method, call.path.replace(own, part), call.body, call.headers), token)
                assert answer.status_code == 404, f"{part} for {own}: {answer.status_code}"


@pytest.mark.parametrize("name", [name for name, parameters in ASKED.items() if parameters])
def test_an_odd_query_is_refused_or_passed_over(world, name):
    call, token = call_for(name, world), token_of(world, name)
    path = call.path.split("?")[0]
    answers = {200, 204, 400, 404, 409} | ({201} if name in UPLOADS else set())

    def asked(query: str) -> Any:
        return sent(world, Call(call.method, f"{path}?{query}", call.body, call.headers), token)

    with nothing_moves(world):
        for parameter in ASKED[name]:
            for value in QUERY_VALUES if name in IN_FULL or parameter not in EVERY_LIST else WORST_VALUES:
                answer = asked(f"{parameter}={value}")
                assert answer.status_code in answers, f"{parameter}={value}: {answer.status_code}"
            for query in (f"{parameter}=1&{parameter}=2", f"{parameter}[]=1", parameter, f"{parameter}=%00"):
                asked(query)
        asked("&&=&=x&%FF=%FF")


@pytest.mark.parametrize("name", list(CASES))
def test_a_token_that_is_none_opens_nothing(world, name):
    call = call_for(name, world)
    with nothing_moves(world):
        for value in AUTHORIZATIONS if name in IN_FULL else WORST_TOKENS:
            answer = sent(world, call, "", HTTP_AUTHORIZATION=value)
            if CASES[name].face != ANYONE:
                assert answer.status_code == 401, f"{value[:50]}: {answer.status_code}"


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_breaks_nothing(world, header):
    for value in HEADERS[header]:
        for name in ("GET /products", "POST /orders", "POST /clicks"):
            sent(world, call_for(name, world), token_of(world, name), **{header: value})


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.key])
def test_a_key_that_is_none_is_refused_before_anything_is_done(world, name):
    call, token = call_for(name, world), token_of(world, name)
    with nothing_moves(world):
        for value in HEADERS["HTTP_IDEMPOTENCY_KEY"]:
            assert sent(world, call, token, HTTP_IDEMPOTENCY_KEY=value).status_code == 400, value[:20]
        without = sent(world, Call(call.method, call.path, call.body, {}), token)
        assert (without.status_code, without.json()["errors"][0]["code"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "X" * 500, "get"])
def test_a_method_nobody_meant_breaks_nothing(world, method):
    headers = {"HTTP_HOST": world.host, "HTTP_AUTHORIZATION": f"Bearer {world.token('customer')}"}
    client = Client(raise_request_exception=False)
    with nothing_moves(world):
        for name in CASES:
            path = f"/api/v1/{call_for(name, world).path}" if CASES[name].body is None else f"/api/v1{name.split()[1]}"
            answer = once(lambda path=path: client.generic(method, path, b"", **headers))
            if method != "HEAD":
                check_api(answer, (method[:20], name))
