"""docs/operators.md knows every command and every make target, and none that is not."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands

from tests.docs.markdown import DOCS, HOUSE, tables

PAGE = (DOCS / "operators.md").read_text(encoding="utf-8")
FLOORS = {"config", "commissions", "referrals", "members", "mall"}


def first_column(title: str) -> set[str]:
    """What stands between backticks in the first column of the table with this header."""
    (table,) = [table for table in tables(PAGE) if table[0][0] == title]
    return {row[0].strip("`") for row in table[1:]}


def test_every_command_of_the_house_is_listed_and_every_listed_one_exists() -> None:
    every = get_commands()
    ours = {name for name, app in every.items() if isinstance(app, str) and app.split(".")[0] in FLOORS}
    listed = first_column("command")
    assert ours - listed == set(), "missing in docs/operators.md"
    assert listed - set(every) == set(), "in docs/operators.md only"


def test_every_make_target_is_listed() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {name.removeprefix("make ") for name in first_column("target")} == targets


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/healthz/pipeline"])
def test_every_health_address_is_listed(address: str) -> None:
    assert address in first_column("address")


def test_the_shortest_environment_has_all_that_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (HOUSE / "docker-compose.yml").read_text(encoding="utf-8")))
    shown = set(re.findall(r"^([A-Z_]+)=", PAGE, re.MULTILINE))
    assert asked - shown == set()
