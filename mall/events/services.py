"""Recording facts for whoever hears of them (the outbox)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from mall import clock
from mall.events import bell
from mall.events.models import Delivery
from mall.faultpoints import reach
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

# Two clauses of a WITH: facts out of the clause `told` (subject_id, payload, n), and their deliveries. For a
# statement that writes what they tell of; whoever executes it must call `recorded`.
RECORDING = """event AS (
    INSERT INTO mall_event (mall_id, kind, subject_id, payload, at)
    SELECT %(mall)s, %(kind)s, told.subject_id, told.payload, %(at)s FROM told ORDER BY told.n RETURNING id
), delivery AS (
    INSERT INTO mall_delivery (mall_id, event_id, handler, attempts, created_at, due_at, last_error)
    SELECT %(mall)s, event.id, handler, 0, %(at)s, %(at)s, '' FROM event CROSS JOIN unnest(%(handlers)s) AS handler
)"""
RECORDING_TYPES = {"mall": "bigint", "kind": "text", "handlers": "text[]", "at": "timestamptz"}
_RECORD = Prepared(
    "record_events",
    f"""
WITH told AS (
    SELECT subject_id, payload::jsonb, n
    FROM unnest(%(subjects)s, %(payloads)s) WITH ORDINALITY AS given (subject_id, payload, n)
), {RECORDING}
SELECT
""",  # noqa: S608 - our own text
    {**RECORDING_TYPES, "subjects": "bigint[]", "payloads": "text[]"},
)


def record(kind: str, subject_id: int, payload: dict[str, Any] | None = None) -> None:
    """Write a fact beside the change it tells of, and one delivery per handler; ring the bell on commit.

    Needs the mall's transaction. The bell may be lost: PostgreSQL is the queue of record.
    """
    record_many(kind, [(subject_id, payload or {})])


def record_many(kind: str, facts: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Like record, for many facts of one kind. One statement for facts and deliveries."""
    mall_id = require_mall_id("An event")
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of the fact it tells of")
    told = list(facts)
    if not told:
        return
    _RECORD.rows(
        {
            "mall": mall_id,
            "kind": kind,
            "subjects": [subject_id for subject_id, _payload in told],
            "payloads": [json.dumps(payload) for _subject_id, payload in told],
            "handlers": handlers_of(kind),
            "at": clock.now(),
        }
    )
    recorded(kind)


def handlers_of(kind: str) -> list[str]:
    """Who hears facts of this kind, as dotted paths."""
    return list(settings.EVENT_HANDLERS.get(kind, ()))


def recorded(kind: str) -> None:
    """Facts of this kind have been written in the mall's transaction: ring the bell when it is committed."""
    mall_id = require_mall_id("An event")
    if handlers_of(kind):
        transaction.on_commit(lambda: ring(mall_id), robust=True)


def ring(mall_id: int) -> None:
    """Tell a worker that this mall has deliveries due."""
    from mall.tasks import deliver_mall

    reach("events.ringing")
    bell.ring_once(deliver_mall, mall_id=mall_id)


def retry_delivery(*, delivery: Delivery) -> None:
    """Give a parked delivery a fresh set of attempts, at once. No effect on one that is done."""
    Delivery.objects.filter(pk=delivery.pk, done_at__isnull=True).update(parked_at=None, attempts=0, due_at=clock.now())
    mall_id = require_mall_id("A delivery")
    transaction.on_commit(lambda: ring(mall_id), robust=True)
