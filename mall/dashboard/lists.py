"""Lists by keyset: the thousandth page costs what the first costs, and new rows do not shift old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 30
_ID_MAX = 2**63 - 1


@dataclass(frozen=True)
class Page:
    """Some rows, newest first, and the cursors of the pages beside them (None: there is none)."""

    rows: Sequence[Any]
    newer: int | None
    older: int | None

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def is_alone(self) -> bool:
        """Whether everything fits on this one page."""
        return self.newer is None and self.older is None


def cursor_in(request: HttpRequest, name: str) -> int | None:
    """The cursor of a page's address; whatever is not one counts as none."""
    typed = request.GET.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 19):
        return None
    return min(int(typed), _ID_MAX)


def page_of(request: HttpRequest, rows: QuerySet, *, size: int = PAGE_SIZE) -> Page:
    """The page of a queryset that ?before= or ?after= asks for; else the newest. One statement."""
    before, after = cursor_in(request, "before"), cursor_in(request, "after")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        has_newer = len(found) > size
        found = found[:size][::-1]
        return Page(found, _first(found) if has_newer else None, _last(found) if found else after)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    has_older = len(found) > size
    found = found[:size]
    newer = (_first(found) if found else before - 1) if before is not None else None
    return Page(found, newer, _last(found) if has_older else None)


def _first(rows: Sequence[Model]) -> int:
    return rows[0].pk


def _last(rows: Sequence[Model]) -> int:
    return rows[-1].pk


# Beyond these a time zone leads out of the calendar; no mall has rows there.
_DAY_FIRST, _DAY_LAST = date(1900, 1, 1), date(9000, 1, 1)


def day_begins(day: date, timezone_name: str) -> datetime:
    """The moment a calendar day begins in the mall's time zone, in UTC."""
    day = min(max(day, _DAY_FIRST), _DAY_LAST)
    return datetime.combine(day, time.min, ZoneInfo(timezone_name)).astimezone(UTC)


def day_ends(day: date, timezone_name: str) -> datetime:
    """The moment after a calendar day of the mall, in UTC; to compare with <."""
    return day_begins(min(day, _DAY_LAST) + timedelta(days=1), timezone_name)
