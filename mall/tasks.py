"""The ground floor's tasks: thin doors. Messages carry the mall's id and nothing else."""

from __future__ import annotations

from celery import shared_task
from django.db import connection

from mall import clock
from mall.events.delivery import deliver


@shared_task
def deliver_mall(*, mall_id: int) -> None:
    """The doorbell: hand over what is due in this mall."""
    deliver(mall_id)


@shared_task
def sweep_deliveries() -> None:
    """Every 2 s: whatever a lost doorbell left behind, in every mall."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_due_deliveries(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    for mall_id in mall_ids:
        deliver(mall_id)
