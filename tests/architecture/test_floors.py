"""Imports run one way, and so does everything that is as good as one: names in strings, and tables in SQL."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.house import FLOORS, HOUSE, ROOT, calls, sources, strings, told

# The only modules that turn a dotted path into code; the paths themselves stand in config/wiring.py.
LOADERS = {
    "mall/ports.py": "plugs into a port what the wiring names",
    "mall/events/delivery.py": "calls the handler that the wiring names",
}
BY_NAME = {"import_string", "import_module", "__import__", "get_model", "autodiscover_modules"}

# Words for what records of the audit log name; nothing is loaded by them.
WORDS = {"mall/staff/acts.py"}

UPPER = {floor: (*FLOORS[FLOORS.index(floor) + 1 :], ROOT) for floor in FLOORS}


def test_a_floor_imports_only_what_lies_below_it():
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]


def test_every_floor_stands_in_the_contract():
    contract = (HOUSE / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"^layers = \[(.*)\]$", contract, re.MULTILINE).group(1)
    assert re.findall(r'"(\w+)"', layers) == [ROOT, *reversed(FLOORS)]


def test_only_two_modules_turn_a_name_into_code():
    found = {
        told(path)
        for floor in FLOORS
        for path in sources(floor)
        for name, call in calls(path)
        if name in BY_NAME and not is_of_a_migration_state(call)
    }
    assert found == set(LOADERS)


def is_of_a_migration_state(call: ast.Call) -> bool:
    """from_state.apps.get_model: the migration's own past, not an import."""
    receiver = ast.unparse(call.func)
    return receiver.endswith(("_state.apps.get_model", "apps.get_model")) and "state" in receiver


@pytest.mark.parametrize("floor", FLOORS)
def test_no_string_names_something_of_a_floor_above(floor):
    """A string foreign key or a dotted path would be an import that import-linter cannot see."""
    dotted = re.compile(rf"^(?:{'|'.join(UPPER[floor])})\.[A-Za-z_][\w.]*$")
    found = [
        f"{told(path, line)} {text!r}"
        for path in sources(floor)
        for line, text in strings(path)
        if dotted.match(text) and names_something(text) and told(path) not in WORDS
    ]
    assert found == []


def names_something(dotted: str) -> bool:
    """Whether there is a room or a model of this name; "members.manage" is a right, and none."""
    floor, name = dotted.split(".")[:2]
    if (HOUSE / floor / name).exists() or (HOUSE / floor / f"{name}.py").exists():
        return True
    return floor in apps.app_configs and name.lower() in apps.all_models[floor]


@pytest.mark.parametrize("floor", FLOORS)
def test_no_statement_touches_a_table_of_a_floor_above(floor):
    above = [name for name in UPPER[floor] if name != ROOT]
    if not above:
        return
    table = re.compile(rf"\b(?:{'|'.join(above)})_[a-z]+\b")
    sql = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+\"?(\w+)")
    found = [
        f"{told(path, line)} {name}"
        for path in sources(floor)
        for line, text in strings(path)
        for name in sql.findall(text)
        if table.fullmatch(name)
    ]
    assert found == []


def test_only_the_wiring_names_all_floors():
    """Settings and the wiring may; whoever else in config does, does so by importing, where it is seen."""
    named = re.compile(rf"^(?:{'|'.join(FLOORS)})\.[a-z_]+(?:\.\w+)+$")
    allowed = {
        "config/wiring.py": "the one table",
        "config/settings/base.py": "the framework's own settings take dotted paths",
        "config/urls.py": "the framework takes the answers to whole statuses by path",
        "config/installation_urls.py": "likewise",
    }
    found = {told(path) for path in sources(ROOT) for _line, text in strings(path) if named.match(text)}
    assert found <= set(allowed), found - set(allowed)


def test_a_page_names_another_floors_part_by_its_address_only():
    """Templates are one folder for all floors: they may include each other's pages by URL, never by file."""
    folders = {path.name for path in (HOUSE / "templates").iterdir() if path.is_dir()}
    assert folders & set(FLOORS) == set(), "a floor's own templates folder"
