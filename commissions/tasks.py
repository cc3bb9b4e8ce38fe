"""The commissions floor's tasks: thin doors. Messages carry the mall's id and nothing else."""

from __future__ import annotations

from celery import shared_task
from django.db import connection

from commissions.settlement.releases import release_due
from mall import clock


@shared_task
def release_mall(*, mall_id: int) -> None:
    """Release what is due in one mall."""
    release_due(mall_id)


@shared_task
def sweep_releases() -> None:
    """Every few seconds: malls in which something has fallen due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_due_releases(%s)", [clock.now()])
        mall_ids = [row[0] for row in cursor.fetchall()]
    for mall_id in mall_ids:
        release_due(mall_id)


@shared_task
def audit_all_ledgers() -> None:
    """Every ten minutes: recompute each mall's books by other code, and shout when a fen differs."""
    from commissions.ledger.audit import audit_every_mall

    audit_every_mall()
