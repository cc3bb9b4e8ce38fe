"""Carrying out a long table: a worker takes a few groups of rows at a time, each few in one transaction.

How far the table has come is written in the transaction of the rows themselves. So a worker that dies leaves either
both or neither: whoever takes the table up again begins with the first group that is not there, and none comes twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from mall import clock
from mall.imports.errors import ImportDone, ImportNotRunning, ImportStopped
from mall.imports.models import ImportJob
from mall.imports.services import ERRORS_MAX, finish
from mall.tenancy.context import mall_scope

# Few enough that nobody who orders one of these goods waits for long.
GROUPS_AT_ONCE = 20
# Whoever has not been heard of for so long is taken for dead.
LEASE = timedelta(seconds=30)
# Then the group that ends every try is left out, and says so: the rest must not wait behind it.
TRIES_MAX = 5


@dataclass(frozen=True, slots=True)
class Written:
    """What came of some rows: how many of which kind, and what is wrong with which row."""

    counts: Mapping[str, int]
    errors: Sequence[dict[str, Any]]


# (the table's rows, its columns, the numbers of those to write) → what came of them; in the caller's transaction.
Write = Callable[[Sequence[Sequence[str]], Mapping[str, int], Collection[int]], Written]


def hand_over(*, job: ImportJob, plan: list[list[int]], before: Written) -> None:
    """Leave a table to the workers. The job must be locked.

    plan: the numbers of the rows that are written together; before: what is known already of the others.
    """
    job.status, job.plan, job.groups, job.position = ImportJob.Status.APPLYING, plan, len(plan), 0
    job.errors, job.result = list(before.errors[:ERRORS_MAX]), {**before.counts, "errors": len(before.errors)}
    job.attempts, job.due_at, job.language = 0, clock.now(), (get_language() or "")[:10]
    job.save(
        update_fields=[
            "status", "plan", "groups", "position", "errors", "result", "attempts", "due_at", "language",
        ]
    )  # fmt: skip


def stop(*, job: ImportJob) -> ImportJob:
    """Let nobody write more of it; what is written stays, and `result` says how many rows are left (`rows_left`).

    Locks the job, so the groups that are being written just now are waited for. Raises ImportStopped the second
    time, ImportDone when it is too late, ImportNotRunning when it has not begun.
    """
    job = ImportJob.objects.select_for_update(no_key=True).defer("rows").get(pk=job.pk)
    if job.status == ImportJob.Status.DONE:
        raise ImportDone(_("这份表格已全部导入，不能再停止。"))
    if job.status == ImportJob.Status.STOPPED:
        raise ImportStopped
    if job.status != ImportJob.Status.APPLYING:
        raise ImportNotRunning
    left = sum(len(group) for group in job.plan[job.position :])
    job.status, job.due_at, job.done_at = ImportJob.Status.STOPPED, None, clock.now()
    job.result = {**job.result, "rows_left": left}
    job.save(update_fields=["status", "due_at", "done_at", "result"])
    return job


def resume(*, job: ImportJob) -> None:
    """Leave a stopped table to the workers again, from where it stands. The job must be locked."""
    job.status, job.done_at, job.attempts, job.due_at = ImportJob.Status.APPLYING, None, 0, clock.now()
    job.result = {**job.result, "rows_left": 0}
    job.save(update_fields=["status", "done_at", "attempts", "due_at", "result"])


def carry_on(*, mall_id: int, kind: str, write: Write, seconds: float) -> bool:
    """Take up the table that has waited longest and go on with it for about so long; True: something is left.

    Opens its own transactions; needs none. Locks the job, then what `write` locks. What `write` raises ends the round:
    the table is taken up again once the lease is over, group by group, and the group that fails TRIES_MAX times is
    left out.
    """
    with mall_scope(mall_id):
        job = _claim(kind)
    if job is None:
        return False
    until = time.monotonic() + seconds
    while True:
        with mall_scope(mall_id), override(job.language or None):
            is_open = _step(job, write)
        if not is_open:
            break
        if time.monotonic() > until:
            with mall_scope(mall_id):
                ImportJob.objects.filter(pk=job.pk, status=ImportJob.Status.APPLYING).update(due_at=clock.now())
            return True
    with mall_scope(mall_id):
        return ImportJob.objects.filter(kind=kind, due_at__lte=clock.now()).exists()


def _claim(kind: str) -> ImportJob | None:
    waiting = ImportJob.objects.select_for_update(no_key=True, skip_locked=True)
    job = waiting.filter(kind=kind, due_at__lte=clock.now()).order_by("due_at", "id").first()
    if job is not None:
        job.attempts += 1
        job.due_at = clock.now() + LEASE
        job.save(update_fields=["attempts", "due_at"])
    return job


def _step(job: ImportJob, write: Write) -> bool:
    """Write the next groups and how far that is; False: all is done, or somebody else is at it."""
    locked = ImportJob.objects.select_for_update(no_key=True, skip_locked=True).defer("rows", "header", "plan")
    now = locked.filter(pk=job.pk, status=ImportJob.Status.APPLYING).first()
    if now is None:
        return False
    # After a round that came to nothing one by one, so that it shows which group it is.
    groups = job.plan[now.position : now.position + (GROUPS_AT_ONCE if job.attempts == 1 else 1)]
    if now.attempts > TRIES_MAX:
        lost = {"row": groups[0][0], "field": "", "error": _("系统未能写入这一行，请稍后单独导入。")}
        written = Written({"left": 1}, [lost])
    else:
        written = write(job.rows, job.columns, {number for group in groups for number in group})
    now.position += len(groups)
    found = sorted([*now.errors, *written.errors], key=lambda error: error["row"])
    result = dict(Counter(now.result) + Counter(written.counts) + Counter(errors=len(written.errors)))
    result = dict.fromkeys(now.result, 0) | result
    now.attempts = 0
    if now.position < now.groups:
        now.errors, now.result, now.due_at = found[:ERRORS_MAX], result, clock.now() + LEASE
        now.save(update_fields=["position", "errors", "result", "attempts", "due_at"])
        return True
    now.plan, now.due_at = [], None
    now.save(update_fields=["plan", "position", "attempts", "due_at"])
    finish(job=now, errors=found, result=result)
    return False
