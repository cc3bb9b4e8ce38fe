"""The one door through which a list leaves the dashboard as a file: ?export=csv or xlsx on the list's own address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from mall import clock
from mall.imports.writing import FORMATS, ROWS_MAX, Cell, download
from mall.staff.audit import log

Column = tuple[Any, Callable[[Any], Cell]]


def export_of(
    request: HttpRequest,
    rows: QuerySet,
    *,
    name: str,
    columns: Sequence[Column],
    complete: Callable[[Sequence[Any]], object] | None = None,
) -> HttpResponse | None:
    """The narrowed list as a file where the address asks for one, newest first; None where it asks for the page.

    name: English, for the file and the audit log; complete: what gives the rows their relatives. Beyond 20,000
    rows it sends back to the list and says so: half a list that looks whole would be worse.
    """
    kind = request.GET.get("export", "")
    if kind not in FORMATS:
        return None
    found = list(rows.order_by("-pk")[: ROWS_MAX + 1])
    if len(found) > ROWS_MAX:
        messages.error(request, _("一次至多导出 %(most)s 条，请先用筛选缩小范围。") % {"most": ROWS_MAX})
        query = request.GET.copy()
        query.pop("export")
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
    if complete is not None:
        complete(found)
    # Lists hold names and phones: who took one along is written down.
    log(action="list.exported", actor=request.staff_member, detail={"list": name, "rows": len(found)})
    today = clock.now().astimezone(ZoneInfo(request.mall.timezone))
    return download(
        kind=kind,
        name=f"{name}-{today:%Y%m%d-%H%M}",
        header=[str(title) for title, _value in columns],
        rows=_cells(found, columns),
    )


def _cells(rows: Iterable[Any], columns: Sequence[Column]) -> Iterable[list[Cell]]:
    return ([value(row) for _title, value in columns] for row in rows)


def yuan_cell(fen: int | None) -> Cell:
    """Fen as yuan with two places and no separators: what a spreadsheet adds up."""
    if fen is None:
        return None
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def time_cell(request: HttpRequest) -> Callable[[datetime | None], Cell]:
    """A moment in the mall's own time."""
    zone = ZoneInfo(request.mall.timezone)
    return lambda at: at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else None
