"""The room's tasks: thin doors. Messages carry the mall's id and nothing else."""

from __future__ import annotations

from celery import shared_task
from django.db import connection

from mall import clock
from mall.aftersales.case_timers import run_case_timers


@shared_task
def keep_case_deadlines() -> None:
    """Every 30 s: cases whose time has come, in every mall that has some."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_cases_due(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    for mall_id in mall_ids:
        run_case_timers(mall_id)
