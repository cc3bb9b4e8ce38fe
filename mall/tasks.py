"""The ground floor's tasks: thin doors. Messages carry the mall's id and nothing else."""

from __future__ import annotations

import random
import time

from celery import shared_task
from django.db import connection

from mall import clock
from mall.events import bell
from mall.events.delivery import deliver
from mall.malls.selectors import all_mall_ids
from mall.orders.timers import run_timers

# Well below the task's soft time limit; what is left over is next round's.
ORDER_TIMERS_SECONDS = 20.0


@shared_task
def deliver_mall(*, mall_id: int) -> None:
    """The doorbell: hand over what is due in this mall."""
    bell.answered(deliver_mall, mall_id=mall_id)
    deliver(mall_id)


@shared_task
def sweep_deliveries() -> None:
    """Every 2 s: whatever a lost doorbell left behind, in every mall."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_due_deliveries(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    for mall_id in mall_ids:
        deliver(mall_id)


@shared_task
def run_order_timers() -> None:
    """Every 30 s: unpaid orders expire, shipped ones are received, received ones complete, in every mall."""
    mall_ids = all_mall_ids()
    # Another order each time, so that no mall is always the one the time did not suffice for.
    random.shuffle(mall_ids)
    until = time.monotonic() + ORDER_TIMERS_SECONDS
    for mall_id in mall_ids:
        if time.monotonic() > until:
            return
        run_timers(mall_id)
