"""docs/events.md and docs/settings.md know every event, port, beat and variable there is, and none that is not."""

from __future__ import annotations

import re

from config.wiring import BEAT_SECONDS, EVENT_HANDLERS, PORTS
from mall.orders.transitions import STEPS
from tests.docs.markdown import DOCS, HOUSE, tables

EVENTS, PORT_TABLE, BEATS = tables((DOCS / "events.md").read_text(encoding="utf-8"))
SETTINGS = tables((DOCS / "settings.md").read_text(encoding="utf-8"))

# Where the house reads its environment, and how.
SOURCES = ("config/**/*.py", "tests/**/*.py", "benchmarks/**/*.py", "mall/**/*.py")
READS = re.compile(
    r"(?:environment\.(?:text|flag|integer|listing|networks|required)\(|os\.environ(?:\.get\(|\[)|_required\()\s*\"([A-Z_]+)\""
)
# The machine's own, which mean the same everywhere, and names that only a test of the reader makes up.
NOT_OURS = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE"}
RECORDS = re.compile(r"record(?:_many)?\(\s*\"([a-z_.]+)\"|RECORDED = \"([a-z_.]+)\"")


def names(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_event_is_listed_with_who_hears_it() -> None:
    listed = {names(row[0])[0]: names(row[-1]) for row in EVENTS[1:]}
    heard = {kind: listed[kind] for kind in EVENT_HANDLERS if kind in listed}
    assert heard == EVENT_HANDLERS
    recorded = {step.event for step in STEPS.values() if step.event}
    for floor in ("mall", "members", "referrals", "commissions"):
        for source in (HOUSE / floor).rglob("*.py"):
            recorded |= {one or other for one, other in RECORDS.findall(source.read_text(encoding="utf-8"))}
    told = {"order.case_changed", "order.refunded"}  # recorded through aftersales.filing.tell
    assert set(listed) == recorded | told


def test_every_port_is_listed_with_who_fills_it() -> None:
    filled = {name: [path] if isinstance(path, str) else path for name, path in PORTS.items()}
    assert {names(row[0])[0]: names(row[-1]) for row in PORT_TABLE[1:]} == filled


def test_every_beat_is_listed_with_its_time() -> None:
    assert {names(row[0])[0]: float(row[1].removesuffix(" s")) for row in BEATS[1:]} == BEAT_SECONDS


def test_every_variable_is_listed_and_no_other() -> None:
    listed = {name for table in SETTINGS[:-1] for row in table[1:] for name in names(row[0])}
    read = {
        name
        for pattern in SOURCES
        for source in HOUSE.glob(pattern)
        for name in READS.findall(source.read_text(encoding="utf-8"))
    } - NOT_OURS
    compose = (HOUSE / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)[:?-]", compose))
    assert (read | asked) - listed == set(), "missing in docs/settings.md"
    assert listed - read - asked == set(), "in docs/settings.md only"


def test_compose_hands_on_every_variable_that_production_reads() -> None:
    compose = (HOUSE / "docker-compose.yml").read_text(encoding="utf-8")
    production = (HOUSE / "config/settings/production.py").read_text(encoding="utf-8")
    missing = {name for name in READS.findall(production) if f"{name}:" not in compose}
    assert missing == set()
