"""Recording facts for whoever hears of them (the outbox)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from mall import clock
from mall.events import bell
from mall.events.models import Delivery, Event
from mall.faultpoints import reach
from mall.tenancy.context import require_mall_id


def record(kind: str, subject_id: int, payload: dict[str, Any] | None = None) -> None:
    """Write a fact beside the change it tells of, and one delivery per handler; ring the bell on commit.

    Needs the mall's transaction. The bell may be lost: PostgreSQL is the queue of record.
    """
    record_many(kind, [(subject_id, payload or {})])


def record_many(kind: str, facts: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Like record, for many facts of one kind in two statements."""
    mall_id = require_mall_id("An event")
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of the fact it tells of")
    at = clock.now()
    events = Event.objects.bulk_create(
        Event(mall_id=mall_id, kind=kind, subject_id=subject_id, payload=payload, at=at)
        for subject_id, payload in facts
    )
    handlers = settings.EVENT_HANDLERS.get(kind, ())
    if not events or not handlers:
        return
    Delivery.objects.bulk_create(
        Delivery(mall_id=mall_id, event=event, handler=handler, created_at=at, due_at=at)
        for event in events
        for handler in handlers
    )
    transaction.on_commit(lambda: ring(mall_id), robust=True)


def ring(mall_id: int) -> None:
    """Tell a worker that this mall has deliveries due."""
    from mall.tasks import deliver_mall

    reach("events.ringing")
    bell.ring(deliver_mall, mall_id=mall_id)


def retry_delivery(*, delivery: Delivery) -> None:
    """Give a parked delivery a fresh set of attempts, at once. No effect on one that is done."""
    Delivery.objects.filter(pk=delivery.pk, done_at__isnull=True).update(parked_at=None, attempts=0, due_at=clock.now())
    mall_id = require_mall_id("A delivery")
    transaction.on_commit(lambda: ring(mall_id), robust=True)
