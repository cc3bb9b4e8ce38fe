"""An uploaded table from the first look to the last: what rooms that take tables in have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mall import clock
from mall.imports.errors import BadColumns, ImportDone, ImportRunning, ImportStopped
from mall.imports.models import ImportJob
from mall.imports.reading import COLUMNS_MAX, ROWS_MAX, read_table
from mall.staff.models import User
from mall.text import clean_line

ERRORS_MAX = 500


def take_in(
    *, kind: str, data: bytes, file_name: str, author: User | None, guess: Any, rows_max: int = ROWS_MAX
) -> ImportJob:
    """Keep an uploaded table to be looked through. guess: header → {field: place}. Raises BadTable."""
    table = read_table(data=data, rows_max=rows_max)
    return ImportJob.objects.create(
        kind=kind,
        file_name=clean_line(file_name[-120:], most=120) or "",
        header=table.header,
        rows=table.rows,
        columns=guess(table.header),
        author=author,
    )


def locked(job: ImportJob, *, also_stopped: bool = False) -> ImportJob:
    """The job under its lock, so that nobody carries it out twice.

    Raises ImportRunning while a worker has it, ImportDone once it was carried out, and ImportStopped unless
    also_stopped.
    """
    job = ImportJob.objects.select_for_update(no_key=True).get(pk=job.pk)
    if job.status == ImportJob.Status.DONE:
        raise ImportDone
    if job.status == ImportJob.Status.APPLYING:
        raise ImportRunning
    if job.status == ImportJob.Status.STOPPED and not also_stopped:
        raise ImportStopped
    return job


def set_columns(*, job: ImportJob, columns: Mapping[str, int], known: Sequence[str]) -> None:
    """Say which column means what; `known` are the fields there are. The job must be locked. Raises BadColumns."""
    for name, place in columns.items():
        if name not in known:
            raise BadColumns(_("没有名为 %(field)s 的字段。") % {"field": str(name)[:40]})
        is_place = isinstance(place, int) and not isinstance(place, bool)
        if not is_place or not 0 <= place < min(len(job.header), COLUMNS_MAX):
            raise BadColumns(_("请为“%(field)s”选择表格中的一列。") % {"field": name})
    if len(set(columns.values())) != len(columns):
        raise BadColumns(_("同一列不能对应两个字段，请改选其中一个。"))
    job.columns = dict(columns)


def keep_check(*, job: ImportJob, errors: Sequence[dict[str, Any]], result: dict[str, int]) -> None:
    """Remember what a dry run found; the first so many errors, and how many there are in `result`."""
    job.status, job.errors, job.result = ImportJob.Status.CHECKED, list(errors[:ERRORS_MAX]), result
    job.save(update_fields=["status", "columns", "errors", "result"])


def finish(*, job: ImportJob, errors: Sequence[dict[str, Any]], result: dict[str, int]) -> None:
    """The table has been carried out; its cells are no longer needed."""
    job.status, job.errors, job.result = ImportJob.Status.DONE, list(errors[:ERRORS_MAX]), result
    job.rows, job.done_at = [], clock.now()
    job.save(update_fields=["status", "errors", "result", "rows", "done_at"])
