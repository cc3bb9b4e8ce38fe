"""Whoever switches a check off says why, where it stands."""

from __future__ import annotations

import re
import tomllib

from tests.architecture.house import HOUSE, sources, told

# ERA etc. are codes; what follows the dash is for people.
NOQA = re.compile(r"#\s*noqa\b(?P<codes>:\s*[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)?(?P<reason>.*)$")
IGNORE = re.compile(r"#\s*type:\s*ignore(?P<codes>\[[\w,\s-]+\])?(?P<reason>.*)$")
LEAST = 4


def unexplained(pattern: re.Pattern[str]) -> list[str]:
    """Opt-outs without a rule's name, or without a reason behind or above them; of several in a row, one has it."""
    found = []
    for path in sources():
        is_explained = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code, _, comment = line.partition("#")
            match = pattern.search("#" + comment)
            # A pattern in a string is none.
            if match is None or code.count('"') % 2 or code.count("'") % 2:
                is_explained = line.strip().startswith("#")
                continue
            is_explained = is_explained or len(match["reason"].strip(" -#")) >= LEAST
            if not match["codes"] or not is_explained:
                found.append(told(path, number))
    return found


def test_every_noqa_names_its_rule_and_a_reason():
    assert unexplained(NOQA) == [], "write the reason behind it: # noqa: X123 - why"


def test_every_ignored_type_names_its_rule_and_a_reason():
    assert unexplained(IGNORE) == [], "write the reason behind it: # type: ignore[x]  # why"


def test_every_rule_that_is_off_has_a_reason_above_it():
    lines = (HOUSE / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("[tool.ruff.lint]")
    found, explained = [], False
    for line in lines[start:]:
        stripped = line.strip()
        if stripped.startswith("[tool.mypy"):
            break
        if stripped.startswith("#"):
            explained = True
        elif re.match(r'^("[A-Z]+\d*",?\s*)+$', stripped) or re.match(r'^"[^"]+" = \[', stripped):
            if not explained:
                found.append(stripped)
        else:
            explained = False
    assert found == []


def test_every_skipped_test_says_why():
    for path in sources("tests"):
        text = path.read_text(encoding="utf-8")
        for call in re.finditer(r"pytest\.mark\.(skip|xfail)\b(?!if\()(\([^)]*\))?", text):
            if path != __file__:
                assert "reason=" in (call.group(2) or "") or "re.finditer" in text, told(path)


def test_the_linter_begins_with_everything():
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["ruff"]["lint"]["select"] == ["ALL"]
