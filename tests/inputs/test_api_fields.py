"""Each field of each operation in turn gets what it must not take, everything else being right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inputs.corpus import NO_CHOICES, NO_INTEGERS, NO_LINES, NO_LISTS, NO_OBJECTS, NO_SWITCHES, ODD_LINES
from tests.inputs.requests import fields, filled, nothing_moves, sent, token_of, with_hole
from tests.tenancy.api_cases import CASES, call_for, operations, schema

pytestmark = pytest.mark.django_db

DOCUMENT = schema()
FIELDS = [
    (name, place, part)
    for name, operation in operations(DOCUMENT).items()
    for place, part in fields(DOCUMENT, operation)
]
WRITING = list(dict.fromkeys(name for name, _place, _part in FIELDS))

# Fields that take some of it, each with its reason.
TAKEN = {
    # Text of several lines.
    "description": {'"a\\r\\nSet-Cookie: x=1"'},
    # As it was typed: it is only ever hashed.
    "password": {'"a\\r\\nSet-Cookie: x=1"', '"\\u202egnp.exe"', '"a\\u0007"', '"a\\u007fb"', '"a\\u009fb"'},
    # "" says: none.
    "coupon": {"null"},
    "visitor": {"null"},
}
# The same, of one operation only: what buyers and sellers say of goods is text of several lines.
TAKEN_BY = {
    (name, "text"): {'"a\\r\\nSet-Cookie: x=1"'}
    for name in ("POST /reviews", "POST /reviews/{review_id}/follow-up", "POST /merchant/reviews/{review_id}/reply")
}


def must_refuse(part: dict[str, Any]) -> list[str]:
    """Pieces of JSON that a field of this schema must not take."""
    kind = part.get("type")
    if "enum" in part:
        refused = NO_CHOICES
    elif kind == "integer":
        refused = [*NO_INTEGERS, *(["0"] if part.get("minimum", 0) > 0 else [])]
        refused += [str(part["maximum"] + 1)] if "maximum" in part else []
    else:
        refused = {"boolean": NO_SWITCHES, "array": NO_LISTS, "object": NO_OBJECTS}.get(kind, NO_LINES)
        refused = [*refused, *(['""'] if "minLength" in part else [])]
    without_null = [fragment for fragment in refused if fragment != "null"]
    return without_null if part.get("nullable") else [*without_null, "null"]


@pytest.mark.parametrize(
    ("name", "place", "part"), FIELDS, ids=[f"{name} {'.'.join(map(str, place))}" for name, place, _part in FIELDS]
)
def test_a_field_refuses_what_it_cannot_mean(world, name, place, part):
    call, token = call_for(name, world), token_of(world, name)
    text = with_hole(call.body, place)
    with nothing_moves(world):
        taken = {
            fragment[:60]
            for fragment in must_refuse(part)
            if sent(world, call, token, filled(text, fragment)).status_code < 400
        }
    assert taken - TAKEN.get(str(place[-1]), set()) - TAKEN_BY.get((name, str(place[-1])), set()) == set()


@pytest.mark.parametrize("name", WRITING)
def test_odd_texts_break_nothing(world, name):
    """In all texts of the body at once; whether they are taken is a matter of their length."""
    call, token = call_for(name, world), token_of(world, name)
    texts = [place for other, place, part in FIELDS if other == name and part.get("type") == "string"]
    words = [place for place in texts if place not in CASES[name].body_ids]
    with nothing_moves(world):
        for fragment in ODD_LINES:
            sent(world, call, token, filled(with_hole(call.body, *texts), fragment))
            sent(world, call, token, filled(with_hole(call.body, *words), fragment))


@pytest.mark.parametrize("name", WRITING)
def test_a_missing_field_is_named(world, name):
    call, token = call_for(name, world), token_of(world, name)
    (media,) = operations(DOCUMENT)[name]["requestBody"]["content"].values()
    required = DOCUMENT["components"]["schemas"][media["schema"]["$ref"].rsplit("/", 1)[-1]].get("required", [])
    with nothing_moves(world):
        for field in required:
            answer = sent(world, call, token, {key: value for key, value in call.body.items() if key != field})
            assert answer.status_code == 400, field
            assert field in {error["attr"] for error in answer.json()["errors"]}


# What somebody would try to slip in beside what was asked for.
SLIPPED_IN = {
    "mall": 1, "mall_id": 1, "id": 1, "pk": 1, "public_id": "x", "status": "paid", "state": "available",
    "is_staff": True, "is_superuser": True, "role": "owner", "total_fen": 0, "price_fen": 0, "buyer": 1,
    "member": 1, "referrer": 1, "balance_fen": 10**9, "__proto__": {}, "constructor": {},
}  # fmt: skip


def parts_of(answer: Any) -> list[list[str]]:
    """Which fields an answer has; of a list, which each of its items has."""
    told = answer.json() if answer.content else {}
    return [sorted(one) for one in (told if isinstance(told, list) else [told])]


@pytest.mark.parametrize("name", WRITING)
def test_a_field_nobody_asked_for_changes_nothing(world, name):
    call, token = call_for(name, world), token_of(world, name)
    known = {place[0] for other, place, _part in FIELDS if other == name}
    extra = {key: value for key, value in SLIPPED_IN.items() if key not in known}
    plain = sent(world, call, token)
    again = call_for(name, world)
    answer = sent(world, again, token, again.body | extra)
    if answer.status_code != 400:
        assert answer.status_code == plain.status_code
        assert parts_of(answer) == parts_of(plain)
