"""Events reach their handlers: every one, also when one of them is poison or a worker has them already."""

from __future__ import annotations

import threading

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from mall import clock
from mall.events import delivery
from mall.events.delivery import ATTEMPTS_MAX, deliver
from mall.events.models import Delivery
from mall.events.services import record_many, retry_delivery
from mall.tenancy.context import mall_scope
from tests.factories import hearing
from tests.factories.mall import make_mall

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mall():
    hearing.forget()
    with (
        clock.unmoved(),
        override_settings(EVENT_HANDLERS={**settings.EVENT_HANDLERS, "thing.happened": [hearing.HANDLER]}),
    ):
        yield make_mall()


def happen(mall, *subjects: int) -> None:
    with mall_scope(mall.pk):
        record_many("thing.happened", [(subject, {}) for subject in subjects])


def of_this_test(mall) -> list[Delivery]:
    with mall_scope(mall.pk):
        return list(Delivery.objects.filter(handler=hearing.HANDLER).order_by("pk"))


def test_a_batch_is_one_call_in_the_order_of_recording(mall):
    happen(mall, 3, 1, 2)
    assert deliver(mall.pk) == 3
    assert hearing.heard == [[3, 1, 2]]
    assert deliver(mall.pk) == 0


def test_more_than_a_batch_is_delivered_batch_by_batch(mall, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 4)
    happen(mall, *range(10))
    assert deliver(mall.pk) == 10
    assert [len(batch) for batch in hearing.heard] == [4, 4, 2]


def test_the_facts_of_a_batch_are_found_without_a_join_whatever_the_statistics_say(mall):
    """By the statistics of empty tables each fact was looked for in each delivery: half a minute for a thousand."""
    happen(mall, *range(10))
    with CaptureQueriesContext(connection) as asked:
        assert deliver(mall.pk) == 10
    [reading] = [query["sql"] for query in asked if query["sql"].startswith("SELECT * FROM mall_event ")]
    with mall_scope(mall.pk), connection.cursor() as cursor:
        for way in ("enable_hashjoin", "enable_mergejoin", "enable_indexscan", "enable_bitmapscan"):
            cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute(f"EXPLAIN {reading}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "mall_delivery" in plan
    assert "Loop" not in plan, plan


def test_poison_is_set_apart_and_all_others_go_through(mall):
    hearing.poison.add(5)
    happen(mall, *range(12))
    assert deliver(mall.pk) == 11
    assert sorted(subject for batch in hearing.heard for subject in batch) == [n for n in range(12) if n != 5]
    (bad,) = [one for one in of_this_test(mall) if one.done_at is None]
    assert (bad.attempts, bad.parked_at, bad.last_error) == (1, None, "ValueError: poison among 1")
    assert bad.due_at > clock.now()


def test_poison_waits_longer_each_time_then_is_parked_until_somebody_retries_it(mall):
    hearing.poison.add(1)
    happen(mall, 1)
    for attempt in range(1, ATTEMPTS_MAX + 1):
        deliver(mall.pk)
        assert deliver(mall.pk) == 0
        (bad,) = of_this_test(mall)
        assert bad.attempts == attempt
        clock.advance(seconds=2**attempt)
    assert bad.parked_at is not None
    clock.advance(days=1)
    assert deliver(mall.pk) == 0
    hearing.poison.clear()
    with mall_scope(mall.pk):
        retry_delivery(delivery=bad)
    assert deliver(mall.pk) == 1
    assert hearing.heard == [[1]]


def test_what_a_failed_batch_wrote_is_undone(mall):
    """The handler's rows and the mark on the delivery are one transaction."""

    def write_then_fail(events):
        record_many("thing.said", [(event.subject_id, {}) for event in events])
        raise ValueError

    hearing.before.append(write_then_fail)
    happen(mall, 1)
    assert deliver(mall.pk) == 0
    with mall_scope(mall.pk):
        assert not Delivery.objects.filter(event__kind="thing.said").exists()
    assert [one.done_at for one in of_this_test(mall)] == [None]


def test_deliveries_in_another_workers_hands_are_left_to_it(mall):
    held, go_on = threading.Event(), threading.Event()

    def hold(_events):
        held.set()
        go_on.wait(10)

    def work():
        deliver(mall.pk)
        connections.close_all()

    hearing.before.append(hold)
    happen(mall, 1)
    worker = threading.Thread(target=work)
    worker.start()
    assert held.wait(10)
    # It comes back at once instead of asking again and again.
    assert deliver(mall.pk) == 0
    go_on.set()
    worker.join(10)
    assert hearing.heard == [[1]]
