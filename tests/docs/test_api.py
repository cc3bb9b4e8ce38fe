"""docs/api.md lists every operation there is, none that is not, and who may call it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import Resolver404, resolve
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny

from mall.api.permissions import IsBuyer, IsStaff
from members.access import IsMember
from tests.docs.markdown import DOCS, tables

PAGE = tables((DOCS / "api.md").read_text(encoding="utf-8"))
OPERATIONS = [row for table in PAGE if "who" in table[0] for row in table[1:]]
BESIDE = [row for table in PAGE if "who" not in table[0] for row in table[1:]]


def who_may(permissions: list) -> str:
    """The permissions of a view in the page's words."""
    (one,) = permissions
    if isinstance(one, IsStaff):
        name = type(one).__name__
        return f"staff: {name.removeprefix('StaffMay(').removesuffix(')')}" if "(" in name else "staff"
    return {AllowAny: "anybody", IsBuyer: "buyer", IsMember: "member"}[type(one)]


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator(urlconf="config.urls").get_schema(public=True)


def test_every_operation_of_the_schema_is_listed_and_no_other(schema) -> None:
    there = {(method.upper(), path) for path, methods in schema["paths"].items() for method in methods}
    listed = [(row[0], row[1].strip("`")) for row in OPERATIONS]
    assert len(listed) == len(set(listed)), "an operation is listed twice"
    assert there - set(listed) == set(), "missing in docs/api.md"
    assert set(listed) - there == set(), "in docs/api.md only"


def test_it_says_who_may_call(schema) -> None:
    generator = SchemaGenerator(urlconf="config.urls")
    generator._initialise_endpoints()
    found = {}
    for path, _regex, method, view in generator._get_paths_and_endpoints():
        view.request = SimpleNamespace(method=method)
        if path in schema["paths"]:
            found[method, path] = who_may(view.get_permissions())
    assert {(row[0], row[1].strip("`")): row[2] for row in OPERATIONS} == found


def test_it_says_which_calls_need_a_key(schema) -> None:
    needed = {
        (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    }
    assert {(row[0], row[1].strip("`")) for row in OPERATIONS if row[3] == "yes"} == needed


@pytest.mark.parametrize("path", [row[1].strip("`") for row in BESIDE])
def test_what_stands_beside_the_api_is_there(path: str) -> None:
    filled = path.replace("{code}", "abcdefghjk").replace("{form}", "png")
    try:
        resolve(filled)
    except Resolver404:
        pytest.fail(f"{path} is no address")
