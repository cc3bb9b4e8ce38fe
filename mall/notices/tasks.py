"""The room's tasks: thin doors."""

from __future__ import annotations

import time

from celery import shared_task
from django.db import connection

from mall import clock
from mall.notices.services import push_due

ROUND_SECONDS = 20.0


@shared_task
def push_notices() -> None:
    """Every 5 s: what the groups' robots are to be told, in every mall that has something due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_notices_due(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    until = time.monotonic() + ROUND_SECONDS
    for mall_id in mall_ids:
        if time.monotonic() > until:
            return
        push_due(mall_id)
