"""The room's tasks: thin doors. Messages carry the mall's id and nothing else."""

from __future__ import annotations

import time

from celery import shared_task
from django.db import connection

from mall import clock
from mall.catalogue.import_jobs import go_on

# Well below the task's soft time limit; what is left over is next round's.
ROUND_SECONDS = 15.0


@shared_task
def apply_imports_of_mall(*, mall_id: int) -> None:
    """The doorbell: a table of goods is to be carried out, or carried on."""
    go_on(mall_id)


@shared_task
def apply_imports_everywhere() -> None:
    """Every 5 s: tables whose bell was lost or whose worker died, in every mall that has some."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_imports_due(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    until = time.monotonic() + ROUND_SECONDS
    for mall_id in mall_ids:
        if time.monotonic() > until:
            return
        go_on(mall_id)
