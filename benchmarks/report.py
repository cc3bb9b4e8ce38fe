"""Measuring and printing: both sides, the ratio, and whether it reaches the goal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Measure = Callable[[], float]


@dataclass
class Table:
    """One table of the report; a row is (what, figure, note)."""

    title: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, figure: str, note: str = "") -> None:
        """One line."""
        self.rows.append((what, figure, note))

    def ratio(self, what: str, ours: float, theirs: float, goal: float, *, most: bool = False) -> None:
        """The ratio ours / theirs beside its goal: at least so much, or at most."""
        found = ours / theirs if theirs else 0.0
        reached = found <= goal if most else found >= goal
        sign = "≤" if most else "≥"
        self.add(what, f"{found:,.2f} ×", f"goal {sign} {goal:g} ×: {'reached' if reached else 'MISSED'}")

    def limit(self, what: str, found: float, goal: float, unit: str) -> None:
        """A figure beside the most it may be."""
        self.add(what, f"{found:,.2f} {unit}", f"goal ≤ {goal:g} {unit}: {'reached' if found <= goal else 'MISSED'}")

    def print(self) -> None:
        """Columns as wide as they must be."""
        print(f"\n{self.title}")
        first = max((len(row[0]) for row in self.rows), default=0)
        second = max((len(row[1]) for row in self.rows), default=0)
        for what, figure, note in self.rows:
            print(f"  {what:<{first}}  {figure:>{second}}  {note}".rstrip(), flush=True)


class Stopwatch:
    """Seconds of a block."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Measure a block by the clock on the wall."""
    watch = Stopwatch()
    begun = time.perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = time.perf_counter() - begun


def back_to_back(measures: dict[str, Measure], runs: int) -> dict[str, float]:
    """Each measure once per run, one after the other, so that all see the same machine; medians."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(runs):
        for name, measure in measures.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


def per_second(count: float) -> str:
    """As people read it."""
    return f"{count:,.0f}/s"


def milliseconds(seconds: float) -> str:
    """As people read it."""
    return f"{seconds * 1000:,.2f} ms"
