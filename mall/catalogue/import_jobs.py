"""A table of goods on its way: taken in, columns said, looked through, carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from mall.catalogue.importing import Draft, carry_out, errors_of, look_through
from mall.catalogue.product_table import BY_FIELD, guessed_columns
from mall.events import bell
from mall.imports import carrying, services
from mall.imports.carrying import Written
from mall.imports.errors import ImportHasErrors
from mall.imports.models import ImportJob
from mall.staff.models import User
from mall.tenancy.context import require_mall_id

# So many products are written while somebody waits, at some 5 ms each; more are a worker's.
AT_ONCE = 20
# A worker goes on with one table for so long before it looks what else there is.
ROUND_SECONDS = 2.0


def take_in_products(*, data: bytes, file_name: str, author: User | None) -> ImportJob:
    """Keep an uploaded table of goods, its columns guessed, already looked through. Raises BadTable."""
    job = services.take_in(
        kind=ImportJob.Kind.PRODUCTS,
        data=data,
        file_name=file_name,
        author=author,
        guess=guessed_columns,
    )
    return _checked(job)


def check_products(*, job: ImportJob, columns: Mapping[str, int]) -> ImportJob:
    """Look through again with these columns; writes nothing but what was found. Locks the job.

    columns: field → place in the header. Raises BadColumns, ImportRunning, ImportDone, ImportStopped.
    """
    job = services.locked(job)
    services.set_columns(job=job, columns=columns, known=list(BY_FIELD))
    return _checked(job)


def apply_products(*, job: ImportJob, only_good: bool) -> ImportJob:
    """Carry the table out: up to AT_ONCE products now, more by a worker. The answer's status says which.

    One that was stopped goes on where it stood, with what was said then. only_good: leave out products with errors.
    Locks the job; now also the products it changes, then their SKUs. Raises ImportHasErrors when there are some and
    only_good is False, ImportRunning and ImportDone the second time.
    """
    job = services.locked(job, also_stopped=True)
    if job.status == ImportJob.Status.STOPPED:
        carrying.resume(job=job)
        _ring_soon()
        return job
    drafts = look_through(rows=job.rows, columns=job.columns)
    if not only_good and any(not draft.is_good for draft in drafts):
        raise ImportHasErrors
    forecast = _forecast(drafts)
    if forecast["created"] + forecast["changed"] > AT_ONCE:
        plan = [[row.number for row in draft.rows] for draft in drafts if draft.is_good and draft.kind != "unchanged"]
        before = Written(forecast | {"created": 0, "changed": 0, "rows_written": 0}, errors_of(drafts))
        carrying.hand_over(job=job, plan=plan, before=before)
        _ring_soon()
        return job
    counts = _written(drafts)
    errors = errors_of(drafts)
    services.finish(job=job, errors=errors, result=counts | {"errors": len(errors)})
    return job


def go_on(mall_id: int) -> None:
    """One round with the table of goods that has waited longest, and a bell for the next. Needs no transaction."""
    is_more = carrying.carry_on(mall_id=mall_id, kind=ImportJob.Kind.PRODUCTS, write=_write_rows, seconds=ROUND_SECONDS)
    if is_more:
        _ring(mall_id)


def _write_rows(rows: Sequence[Sequence[str]], columns: Mapping[str, int], numbers: Collection[int]) -> Written:
    drafts = look_through(rows=rows, columns=columns, only=numbers)
    counts = _written(drafts)
    return Written(counts, errors_of(drafts))


def _written(drafts: list[Draft]) -> dict[str, int]:
    wanted = [draft for draft in drafts if draft.is_good and draft.kind != "unchanged"]
    counts = carry_out(drafts)
    return counts | {"rows_written": sum(len(draft.rows) for draft in wanted if draft.is_good)}


def _ring_soon() -> None:
    mall_id = require_mall_id("An import")
    transaction.on_commit(lambda: _ring(mall_id), robust=True)


def _ring(mall_id: int) -> None:
    from mall.catalogue.tasks import apply_imports_of_mall

    bell.ring(apply_imports_of_mall, mall_id=mall_id)


def _checked(job: ImportJob) -> ImportJob:
    drafts = look_through(rows=job.rows, columns=job.columns)
    errors = errors_of(drafts)
    services.keep_check(job=job, errors=errors, result=_forecast(drafts) | {"errors": len(errors)})
    return job


def _forecast(drafts: list[Draft]) -> dict[str, int]:
    kinds = Counter(draft.kind if draft.is_good else "left" for draft in drafts)
    return {kind: kinds[kind] for kind in ("created", "changed", "unchanged", "left")}
