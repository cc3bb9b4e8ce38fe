"""The one clock. Everything that asks for the time asks here, so that tests can move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_offset: timedelta = timedelta()


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC) + _offset


def mall_day(at: datetime, timezone_name: str) -> date:
    """The calendar day of a moment in the mall's own time zone."""
    return at.astimezone(ZoneInfo(timezone_name)).date()


def mall_month(at: datetime, timezone_name: str) -> date:
    """The first day of the calendar month of a moment in the mall's own time zone."""
    return mall_day(at, timezone_name).replace(day=1)


def advance(**by: float) -> None:
    """Move the clock of this process onwards; for tests only. Takes the arguments of timedelta."""
    global _offset  # noqa: PLW0603 - one clock for the whole process is the point
    _offset += timedelta(**by)


@contextmanager
def unmoved() -> Iterator[None]:
    """Put the clock back at the end of the block, whatever moved it."""
    global _offset  # noqa: PLW0603 - as above
    former = _offset
    try:
        yield
    finally:
        _offset = former
