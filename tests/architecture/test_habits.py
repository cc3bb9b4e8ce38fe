"""Habits that keep money right and malls apart, looked for in every file."""

from __future__ import annotations

import ast
import re

import pytest
from django.db import models

from mall.tenancy.registry import mall_tables
from tests.architecture.house import FLOORS, HOUSE, ROOT, arguments, calls, sources, strings, told, tree

OURS = sources(*FLOORS, ROOT)


def test_rows_are_locked_no_harder_than_needed():
    """FOR UPDATE fights with every foreign key that is being checked: 6 % of transactions, measured."""
    found = [
        told(path, call.lineno)
        for path in OURS
        for name, call in calls(path)
        if name == "select_for_update" and ast.unparse(arguments(call).get("no_key", ast.Constant(None))) != "True"
    ]
    raw = [
        told(path, line)
        for path in OURS
        for line, text in strings(path)
        if re.search(r"\bFOR UPDATE\b(?! SKIP LOCKED)", text)
    ]
    assert found + raw == []


def test_raw_sql_names_its_mall():
    """Row-level security would hold it back too; the predicate is for the index and for the reader."""
    guarded = "|".join(sorted(mall_tables()))
    reads = re.compile(rf'\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(?:{guarded})\b')
    found = [
        told(path, line)
        for path in OURS
        for line, text in strings(path)
        if reads.search(text) and not re.search(r"\bmall_id\b|\bmall_mall\b", whole_statement(path, line, text))
    ]
    assert found == []


def whole_statement(path, line: int, text: str) -> str:
    """The text with what the f-string or the concatenation around it adds."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr) and node.lineno <= line <= (node.end_lineno or line):
            return ast.unparse(node)
    return text


def test_time_comes_from_the_one_clock():
    """Else no test can move it."""
    allowed = {"mall/clock.py"}
    found = []
    for path in OURS:
        for name, call in calls(path):
            receiver = ast.unparse(call.func)
            if name in {"now", "utcnow", "today", "localtime", "localdate"} and receiver != "clock.now":
                found.append(f"{told(path, call.lineno)} {receiver}")
    assert [place for place in found if place.split(":")[0] not in allowed] == []


def test_money_is_never_a_float():
    for model in (model for model in all_models() if not model._meta.abstract):
        for field in model._meta.local_fields:
            if field.name.endswith(("_fen", "_bps")) and not hasattr(field, "base_field"):
                assert isinstance(field, models.IntegerField), field
            assert not isinstance(field, models.FloatField), field
    found = [
        f"{told(path, call.lineno)} {ast.unparse(call)}"
        for path in sources(*FLOORS)
        for name, call in calls(path)
        # A number as JSON or a sheet holds it, before it is anything of ours.
        if name == "float" and told(path) not in {"mall/api/parsers.py", "mall/imports/sheet.py"}
    ]
    assert found == []


def all_models() -> list[type[models.Model]]:
    """Every model of ours."""
    from django.apps import apps

    return [model for floor in FLOORS for model in apps.get_app_config(floor).get_models()]


def test_amounts_and_rates_say_their_unit():
    """A column called price or amount could be yuan."""
    silent = re.compile(r"^(price|amount|total|fee|cost|balance|budget|rate|discount|freight)$")
    found = [str(field) for model in all_models() for field in model._meta.local_fields if silent.match(field.name)]
    assert found == []


def test_business_rules_hang_on_no_signals():
    """An outbox row is written where the fact is made; a signal fires from where nobody looks."""
    signals = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "receiver"}
    found = [
        told(path, node.lineno)
        for path in sources(*FLOORS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("django.")
        and signals & {alias.name for alias in node.names}
    ]
    assert found == []


def test_serializers_name_their_fields():
    found = [
        told(path, line)
        for path in OURS
        for line, text in strings(path)
        if text == "__all__" and "models.py" not in path.name
    ]
    assert found == []


def test_cross_site_protection_is_off_where_something_else_is_looked_at():
    """The beacon, which sends no header of ours: where it comes from. WeChat's notifications: their signature.

    And where nothing is done at all: an address below /api/ that leads nowhere.
    """
    named = {told(path) for path in OURS for node in ast.walk(tree(path)) if getattr(node, "id", "") == "csrf_exempt"}
    assert named == {"referrals/clicks/beacon.py", "mall/payments/wechat/doors.py", "mall/api/errors.py"}


def test_nothing_from_outside_is_marked_safe():
    # A constant of ours may be; and a description that the allow-list has just cleaned.
    found = [
        told(path, call.lineno)
        for path in OURS
        for name, call in calls(path)
        if name in {"mark_safe", "SafeString"}
        and not all(isinstance(given, ast.Constant) for given in call.args)
        and not (path.name == "rich_text.py" and ast.unparse(call.args[0]) == "_CLEANER.clean(text)")
    ]
    assert found == []
    for template in (HOUSE / "templates").rglob("*.*"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+off", text), template


def test_pages_carry_no_script_or_handler_in_their_text():
    """So that a policy can forbid all of them."""
    for template in (HOUSE / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        inline = [tag for tag in re.findall(r"<script\b[^>]*>", text) if "src=" not in tag and "json" not in tag]
        assert inline == [], template
        assert not re.search(r"<[^>]+\son[a-z]+\s*=\s*[\"']", text), template
        assert "javascript:" not in text, template


@pytest.mark.parametrize("name", ["eval", "exec", "pickle", "marshal", "yaml.load"])
def test_nothing_from_outside_becomes_code(name):
    found = [
        told(path, node.lineno)
        for path in OURS
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Call) and ast.unparse(node.func) == name)
        or (isinstance(node, ast.Import) and name in {alias.name for alias in node.names})
    ]
    assert found == []


def test_chance_that_must_not_be_guessed_comes_from_the_system():
    """Random is for shuffling work, never for codes, tokens or numbers of money."""
    allowed = {"mall/tasks.py": "another mall first each time", "config/demo/": "the demo's history"}
    found = {
        told(path)
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import) and "random" in {alias.name for alias in node.names}
    }
    assert {place for place in found if not place.startswith(tuple(allowed))} == set()
