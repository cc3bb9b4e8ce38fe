"""Handing events to their handlers: in batches, at least once, poisoned ones set apart.

A batch is claimed with FOR UPDATE SKIP LOCKED and handled in one transaction, so a killed worker
leaves nothing half done and nothing claimed. When a batch fails, its halves are tried apart, until
the bad one is alone: it waits and is parked after ATTEMPTS_MAX tries, the others go through.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string

from mall import clock
from mall.events.models import Delivery, Event
from mall.faultpoints import reach
from mall.tenancy.context import mall_scope, require_mall_id

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Event]], None]

# Larger ones cost less per event; a batch of this size holds its locks for a quarter of a second.
BATCH = 1000
ATTEMPTS_MAX = 8
# One task takes up no new batch after this, well below its time limit; the sweep goes on.
SECONDS_MAX = 15.0


def deliver(mall_id: int) -> int:
    """Run what is due in one mall, handler by handler, until nothing is left; returns how many were done.

    Opens its own transactions (one per batch), so it must not be called inside one.
    """
    done, end = 0, time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        delivered = sum(_deliver_batch(mall_id, handler) for handler in _handlers_with_work(mall_id))
        if not delivered:
            # Nothing due, or everything in the hands of another worker.
            break
        done += delivered
    return done


def _handlers_with_work(mall_id: int) -> list[str]:
    with mall_scope(mall_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT handler FROM mall_delivery WHERE mall_id = %s AND done_at IS NULL "
            "AND parked_at IS NULL AND due_at <= %s ORDER BY handler",
            [mall_id, clock.now()],
        )
        return [handler for (handler,) in cursor.fetchall()]


def _deliver_batch(mall_id: int, handler: str, only: list[int] | None = None) -> int:
    """Claim and handle one batch, or what is left of the deliveries in `only`; returns how many were done."""
    claimed: list[int] = []
    try:
        with mall_scope(mall_id):
            claimed = _claim(mall_id, handler, only)
            reach("delivery.claimed")
            _handle(handler, claimed)
            reach("delivery.handled")
        reach("delivery.committed")
        return len(claimed)
    except SoftTimeLimitExceeded:
        raise
    except (OperationalError, InterfaceError) as error:
        if not _is_contention(error):
            raise
        return _narrow_down(mall_id, handler, claimed, error)
    except Exception as error:  # noqa: BLE001 - any bug of a handler: find the event that has it
        return _narrow_down(mall_id, handler, claimed, error)


def _narrow_down(mall_id: int, handler: str, claimed: list[int], error: Exception) -> int:
    """A batch failed: deliver its halves apart, until the one that fails is alone; that one waits."""
    if not claimed:
        raise error
    if len(claimed) > 1:
        middle = len(claimed) // 2
        return sum(_deliver_batch(mall_id, handler, half) for half in (claimed[:middle], claimed[middle:]))
    log.warning("mall %s: %s failed on delivery %s", mall_id, handler, claimed[0], exc_info=error)
    _postpone(mall_id, claimed[0], error)
    return 0


def _is_contention(error: Exception) -> bool:
    """Deadlock, serialization failure, lock not available: the connection is still good, try again."""
    return getattr(error.__cause__, "pgcode", None) in {"40P01", "40001", "55P03"}


def _claim(mall_id: int, handler: str, only: list[int] | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM mall_delivery WHERE mall_id = %s AND handler = %s AND done_at IS NULL "
            "AND parked_at IS NULL AND due_at <= %s AND (%s::bigint[] IS NULL OR id = ANY(%s)) "
            "ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED",
            [mall_id, handler, clock.now(), only, only, BATCH],
        )
        return [row[0] for row in cursor.fetchall()]


def _handle(path: str, delivery_ids: list[int]) -> None:
    if not delivery_ids:
        return
    handler: Handler = import_string(path)
    # In the order of recording: most batches then meet their facts ready. An array is made once; a join was made
    # row by row, for half a minute, where the statistics were those of tables without a row.
    events = Event.objects.raw(
        "SELECT * FROM mall_event WHERE mall_id = %s AND id = ANY(ARRAY("
        "SELECT event_id FROM mall_delivery WHERE mall_id = %s AND id = ANY(%s))) ORDER BY id",
        [require_mall_id(), require_mall_id(), delivery_ids],
    )
    handler(list(events))
    with connection.cursor() as cursor:
        # An array is one parameter; the ORM's IN list of 500 costs more than handling some events.
        cursor.execute(
            "UPDATE mall_delivery SET done_at = %s, last_error = '' WHERE mall_id = %s AND id = ANY(%s)",
            [clock.now(), require_mall_id(), delivery_ids],
        )


def _postpone(mall_id: int, delivery_id: int, error: Exception) -> None:
    """Count the failed attempt; wait 2, 4, 8 … seconds, and park after ATTEMPTS_MAX."""
    with mall_scope(mall_id):
        delivery = Delivery.objects.select_for_update(no_key=True).filter(pk=delivery_id, done_at__isnull=True).first()
        if delivery is None:
            return
        delivery.attempts += 1
        delivery.last_error = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
        delivery.due_at = clock.now() + timedelta(seconds=min(2**delivery.attempts, 3600))
        if delivery.attempts >= ATTEMPTS_MAX:
            delivery.parked_at = clock.now()
        delivery.save(update_fields=["attempts", "last_error", "due_at", "parked_at"])
