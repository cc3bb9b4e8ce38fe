"""The floor's tasks: thin doors. Messages carry the mall's id and nothing else."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import InterfaceError, OperationalError, connection

from mall import clock
from referrals.clicks.services import judge_clicks

log = logging.getLogger(__name__)


@shared_task
def judge(*, mall_id: int) -> None:
    """The doorbell: judge the clicks that are due in this mall."""
    judge_clicks(mall_id)


@shared_task
def sweep_clicks() -> None:
    """Every 2 s: what fell due by time or behind a lost doorbell, in every mall. A failing one stops no other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_clicks_due(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    for mall_id in mall_ids:
        try:
            judge_clicks(mall_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("mall %s: judging its clicks failed", mall_id)
