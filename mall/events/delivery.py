"""Handing events to their handlers: in batches, at least once, poisoned ones set apart.

A batch is claimed with FOR UPDATE SKIP LOCKED and handled in one transaction, so a killed worker
leaves nothing half done and nothing claimed. When a batch fails, each of its deliveries is tried
alone: the bad one waits and is parked after ATTEMPTS_MAX tries, the others go through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string

from mall import clock
from mall.events.models import Delivery, Event
from mall.tenancy.context import mall_scope, require_mall_id

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Event]], None]

BATCH = 500
ATTEMPTS_MAX = 8
# Between handing the queue back and being rung again; bounds one task well below its time limit.
ROUNDS_MAX = 40


def deliver(mall_id: int) -> int:
    """Run what is due in one mall, handler by handler, until nothing is left; returns how many were done.

    Opens its own transactions (one per batch), so it must not be called inside one.
    """
    done = 0
    for _ in range(ROUNDS_MAX):
        handlers = _handlers_with_work(mall_id)
        if not handlers:
            break
        done += sum(_deliver_batch(mall_id, handler) for handler in handlers)
    return done


def _handlers_with_work(mall_id: int) -> list[str]:
    with mall_scope(mall_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT handler FROM mall_delivery WHERE mall_id = %s AND done_at IS NULL "
            "AND parked_at IS NULL AND due_at <= %s ORDER BY handler",
            [mall_id, clock.now()],
        )
        return [handler for (handler,) in cursor.fetchall()]


def _deliver_batch(mall_id: int, handler: str) -> int:
    claimed: list[int] = []
    try:
        with mall_scope(mall_id):
            claimed = _claim(mall_id, handler, BATCH)
            _handle(handler, claimed)
        return len(claimed)
    except (OperationalError, InterfaceError) as error:
        if not _is_contention(error):
            raise
        return _one_by_one(mall_id, handler, claimed)
    except Exception:  # noqa: BLE001 - any bug of a handler: find the event that has it
        return _one_by_one(mall_id, handler, claimed)


def _one_by_one(mall_id: int, handler: str, delivery_ids: list[int]) -> int:
    done = 0
    for delivery_id in delivery_ids:
        try:
            with mall_scope(mall_id):
                mine = _claim(mall_id, handler, 1, delivery_id)
                _handle(handler, mine)
                done += len(mine)
        except (OperationalError, InterfaceError) as error:
            if not _is_contention(error):
                raise
            _postpone(mall_id, delivery_id, error)
        except Exception as error:
            log.warning("mall %s: %s failed on delivery %s", mall_id, handler, delivery_id, exc_info=True)
            _postpone(mall_id, delivery_id, error)
    return done


def _is_contention(error: Exception) -> bool:
    """Deadlock, serialization failure, lock not available: the connection is still good, try again."""
    return getattr(error.__cause__, "pgcode", None) in {"40P01", "40001", "55P03"}


def _claim(mall_id: int, handler: str, limit: int, delivery_id: int | None = None) -> list[int]:
    only = "AND id = %s" if delivery_id is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM mall_delivery WHERE mall_id = %s AND handler = %s AND done_at IS NULL "  # noqa: S608
            f"AND parked_at IS NULL AND due_at <= %s {only} ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED",
            [mall_id, handler, clock.now(), *([delivery_id] if delivery_id is not None else []), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _handle(path: str, delivery_ids: list[int]) -> None:
    if not delivery_ids:
        return
    handler: Handler = import_string(path)
    # In the order of recording: most batches then meet their facts ready.
    events = Event.objects.raw(
        "SELECT * FROM mall_event WHERE mall_id = %s AND id IN "
        "(SELECT event_id FROM mall_delivery WHERE mall_id = %s AND id = ANY(%s)) ORDER BY id",
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
