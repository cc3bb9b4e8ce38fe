"""Who gets what from each operation of the API, and what another mall's ids answer in each position.

A refusal must not tell whether the thing exists: another mall's id, another member's and one that
nothing has are answered byte for byte alike.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction

from mall import clock
from mall.staff.models import Role
from mall.staff.rights import may
from mall.tenancy.context import mall_scope
from tests.factories.http import Api
from tests.factories.world import World
from tests.tenancy.api_cases import (
    ANYONE,
    CASES,
    MEMBER,
    PLAIN_TEXT,
    STAFF,
    Call,
    call_for,
    operations,
    schema,
    unknown_id,
)  # fmt: skip
from tests.tenancy.test_walls import fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _the_other_mall_stays_as_it_is(worlds, django_db_blocker):
    """Whatever is tried against our mall with the other's ids."""
    with django_db_blocker.unblock():
        before = fingerprint(worlds[1].mall.pk)
        yield
        assert fingerprint(worlds[1].mall.pk) == before


ID_POSITIONS = [
    (name, place)
    for name, case in CASES.items()
    for place in [*case.path, *(("?", parameter) for parameter in case.query), *case.body_ids]
]


def send(world: World, call: Call, token: str = "") -> Any:
    """The answer of a call to the world's host. Undone afterwards, so that the world stays as it was."""
    api = Api(world.mall, token=token)
    with transaction.atomic():
        method = call.method.lower()
        answer = api.get(call.path) if method == "get" else getattr(api, method)(call.path, call.body, **call.headers)
        transaction.set_rollback(True)
    assert answer.status_code < 500, answer.content
    return answer


def rightful(world: World, name: str) -> str:
    """A token that may do it: the caller's, or the owner's."""
    case = CASES[name]
    if case.face == ANYONE:
        return ""
    return world.token(case.caller if case.face == MEMBER else "owner")


def test_every_operation_of_the_schema_is_in_the_table():
    found = set(operations(schema()))
    assert found - set(CASES) == set(), "not covered: add a case to tests/tenancy/api_cases.py"
    assert set(CASES) - found == set(), "no longer in the schema"


def test_every_id_of_the_schema_stands_in_the_table():
    document = schema()
    for name, operation in operations(document).items():
        case = CASES[name]
        assert set(re.findall(r"{(\w+)}", name)) == set(case.path), name
        asked = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        texts = {
            p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and is_text(p["schema"], document)
        }
        assert texts - set(case.query) <= PLAIN_TEXT, name
        assert set(case.query) <= asked, name
        content = operation.get("requestBody", {}).get("content", {})
        for media in content.values():
            named = {place[-1] for place in case.body_ids}
            left = set(text_fields(media["schema"], document)) - named - PLAIN_TEXT
            assert left == set(), f"{name}: are {left} ids? Then add them to its case, else to PLAIN_TEXT."


def is_text(part: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a schema takes a text."""
    return resolved(part, document).get("type") == "string"


def resolved(part: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema a reference means."""
    while "$ref" in part or len(part.get("allOf", part.get("oneOf", []))) > 0:
        reference = part.get("$ref") or (part.get("allOf") or part.get("oneOf"))[0].get("$ref")
        if reference is None:
            break
        part = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return part


def text_fields(part: dict[str, Any], document: dict[str, Any], name: str = "") -> list[str]:
    """Names of the fields below a schema that take a text."""
    part = resolved(part, document)
    if part.get("type") == "array":
        return text_fields(part["items"], document, name)
    if part.get("properties"):
        return [found for key, inner in part["properties"].items() for found in text_fields(inner, document, key)]
    return [name] if part.get("type") == "string" and name else []


@pytest.mark.parametrize("name", CASES)
def test_the_rightful_caller_is_served(worlds, name):
    """Else a refusal below would show nothing."""
    ours, _other = worlds
    answer = send(ours, call_for(name, ours), rightful(ours, name))
    assert answer.status_code in CASES[name].answers, answer.content.decode()


def bad_tokens(ours: World, other: World) -> dict[str, str]:
    """Tokens that must open nothing in our mall."""
    return {
        "a word": "nonsense",
        "a made-up buyer token": "by_" + "A" * 43,
        "a made-up staff token": "st_" + "A" * 43,
        "a revoked buyer token": ours.revoked_token("customer"),
        "a revoked staff token": ours.revoked_token("owner"),
        "another mall's member": other.token("customer"),
        "another mall's owner": other.token("owner"),
    }


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.face != ANYONE])
def test_without_a_token_of_this_mall_nothing_is_served(worlds, name):
    ours, other = worlds
    call = call_for(name, ours)
    without = send(ours, call)
    assert without.status_code == 401, without.content
    answers = {what: send(ours, call, token) for what, token in bad_tokens(ours, other).items()}
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(answers, 401)
    # Another mall's token answers like one that was made up.
    assert len({answer.content for what, answer in answers.items() if "mall" in what or "made-up" in what}) == 1


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.face == MEMBER])
def test_an_expired_token_is_no_token(worlds, name):
    ours, _other = worlds
    call, token = call_for(name, ours), rightful(ours, name)
    with clock.unmoved():
        clock.advance(days=400)
        assert send(ours, call, token).status_code == 401


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.face == STAFF])
def test_a_merchant_call_needs_staff_with_the_right(worlds, name):
    ours, _other = worlds
    case, call = CASES[name], call_for(name, ours)
    assert send(ours, call, ours.token("customer")).status_code == 403
    for role in Role.values:
        status = send(ours, call, ours.token(role)).status_code
        allowed = not case.right or may(role, case.right)
        assert (status != 403) is allowed, f"{role}: {status}"
    with clock.unmoved():
        token = ours.token("owner")
        clock.advance(hours=13)
        assert send(ours, call, token).status_code == 401


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.face == MEMBER])
def test_staff_and_closed_accounts_are_no_members(worlds, name):
    ours, _other = worlds
    call = call_for(name, ours)
    if name != "DELETE /tokens/current":
        assert send(ours, call, ours.token("owner")).status_code == 403
    assert send(ours, call, ours.token("gone")).status_code == 401


def test_a_dismissed_member_of_staff_is_out_at_once(worlds):
    ours, _other = worlds
    token = ours.token("manager")
    with mall_scope(ours.mall.pk):
        type(ours.staff["manager"]).objects.filter(pk=ours.staff["manager"].pk).update(is_active=False)
    assert send(ours, call_for("GET /merchant/orders", ours), token).status_code == 401


def foreign_id(world: World, name: str, place: Any) -> str:
    """What this position would hold in a world."""
    case = CASES[name]
    made = case.path.get(place) or case.query.get(place[1] if place[0] == "?" else "") or case.body_ids.get(place)
    return made(world)


@pytest.mark.parametrize(("name", "place"), ID_POSITIONS, ids=[f"{name} {place}" for name, place in ID_POSITIONS])
def test_another_malls_id_answers_like_one_that_nothing_has(worlds, name, place):
    ours, other = worlds
    token = rightful(ours, name)
    theirs = foreign_id(other, name, place)
    never = unknown_id() if len(theirs) == 36 else "zzzzzzzzzz"
    answers = {wrong: send(ours, call_for(name, ours, foreign={place: wrong}), token) for wrong in (theirs, never)}
    told = {(answer.status_code, without_chance(answer.content.decode(), wrong)) for wrong, answer in answers.items()}
    assert len(told) == 1, told
    if place in CASES[name].path:
        assert answers[theirs].status_code == 404
        malformed = send(ours, call_for(name, ours, foreign={place: "0"}), token)
        assert (malformed.status_code, malformed.content) == (404, answers[theirs].content)


def without_chance(text: str, asked: str) -> str:
    """An answer without what is new in every answer (ids, tokens, phones, times) and what was asked for."""
    text = text.replace(asked, "<asked>")
    return re.sub(r'"(id|member|token|visitor|expires_at)":"[^"]*"', r'"\1":"…"', text)


@pytest.mark.parametrize(
    ("name", "place"),
    [(name, place) for name, place in ID_POSITIONS if CASES[name].own],
    ids=str,
)
def test_another_members_object_answers_like_one_that_nothing_has(worlds, name, place):
    """Inside one mall: the second wall, between its members."""
    ours, _other = worlds
    token = ours.token("stranger")
    found = send(ours, call_for(name, ours), token)
    missing = send(ours, call_for(name, ours, foreign={place: unknown_id()}), token)
    if place in CASES[name].path:
        assert (found.status_code, found.content) == (404, missing.content)
    else:
        assert (found.status_code, found.content) == (missing.status_code, missing.content)
        assert found.status_code in {400, 403, 404, 409}


def test_lists_show_only_what_is_the_callers(worlds):
    ours, _other = worlds
    stranger = Api(ours.mall, token=ours.token("stranger"))
    promoter = Api(ours.mall, token=ours.token("promoter"))
    for name in ("orders", "commissions", "conversions", "share-links", "payees", "payouts"):
        assert stranger.get(name).json()["results"] == [], name
        if name != "orders":
            assert promoter.get(name).json()["results"] != [], name


def test_the_host_alone_decides_the_mall(worlds):
    """Neither a header nor a query can choose another one."""
    ours, other = worlds
    api = Api(ours.mall, token=ours.token("customer"))
    named = {
        "HTTP_X_FORWARDED_HOST": other.host,
        "HTTP_X_MALL": other.mall.slug,
        "HTTP_FORWARDED": f"host={other.host}",
    }
    plain = api.get("products").content
    assert api.get("products", **named).content == plain
    assert api.get(f"products?mall={other.mall.slug}&mall_id={other.mall.pk}").json() == api.get("products").json()


def test_an_unknown_host_has_no_api(worlds):
    ours, _other = worlds
    for host in ("nobody.localhost", "localhost", "127.0.0.1", "evil.example"):
        api = Api(ours.mall, token=ours.token("customer"), host=host)
        assert api.get("me").status_code == 404, host
