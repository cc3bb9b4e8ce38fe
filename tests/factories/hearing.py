"""A handler of events for tests: notes what it heard, and fails where it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mall.events.models import Event

HANDLER = "tests.factories.hearing.hear"

heard: list[list[int]] = []
poison: set[int] = set()
before: list[Callable[[Sequence[Event]], None]] = []


def hear(events: Sequence[Event]) -> None:
    """Run what stands in `before`, fail on poison, note the subjects."""
    for step in before:
        step(events)
    subjects = [event.subject_id for event in events]
    if poison & set(subjects):
        raise ValueError(f"poison among {len(subjects)}")
    heard.append(subjects)


def forget() -> None:
    """Begin anew."""
    heard.clear()
    poison.clear()
    before.clear()
