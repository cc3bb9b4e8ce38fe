"""Ringing is best effort: it never fails a request, and never makes every request wait for a dead broker."""

from __future__ import annotations

import socket

import pytest
from kombu.exceptions import OperationalError

from mall.events import bell


class Task:
    """Stands in for a Celery task behind a broker that may be away."""

    def __init__(self) -> None:
        self.tried: list[int] = []
        self.error: Exception | None = None

    def apply_async(self, *, kwargs: dict[str, int], retry: bool) -> None:
        assert retry is False
        self.tried.append(kwargs["mall_id"])
        if self.error is not None:
            raise self.error


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch):
    """A clock that only this test moves."""
    moment = [1000.0]
    monkeypatch.setattr("mall.events.bell.time.monotonic", lambda: moment[0])
    bell.listen_again()
    yield moment
    bell.listen_again()


@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError(), TimeoutError()])
def test_a_broker_that_is_away_is_asked_once_in_a_while(now, error):
    task = Task()
    task.error = error
    for mall_id in (1, 2, 3):
        bell.ring(task, mall_id=mall_id)
    assert task.tried == [1]
    now[0] += bell.SILENT_SECONDS
    task.error = None
    for mall_id in (4, 5):
        bell.ring(task, mall_id=mall_id)
    assert task.tried == [1, 4, 5]


def test_a_mistake_of_ours_is_not_taken_for_a_broker_that_is_away(now):
    task = Task()
    task.error = TypeError("unexpected argument")
    with pytest.raises(TypeError):
        bell.ring(task, mall_id=1)


class Counted(Task):
    """A task with a name, whose bell can be rung once."""

    name = "tests.counted"


def test_a_bell_that_nobody_has_answered_is_not_rung_again_in_the_same_mall():
    task = Counted()
    for mall_id in (71, 71, 72, 71):
        bell.ring_once(task, mall_id=mall_id)
    assert task.tried == [71, 72]
    bell.answered(task, mall_id=71)
    for mall_id in (71, 72):
        bell.ring_once(task, mall_id=mall_id)
    assert task.tried == [71, 72, 71]
    for mall_id in (71, 72):
        bell.answered(task, mall_id=mall_id)


def test_a_bell_is_rung_although_the_broker_was_started_anew_since_the_last_one():
    task = Counted()
    bell.ring_once(task, mall_id=76)
    # What the server's end does when it goes.
    bell._line()._sock.shutdown(socket.SHUT_RDWR)
    bell.ring_once(task, mall_id=77)
    bell.ring_once(task, mall_id=77)
    assert task.tried == [76, 77]
    for mall_id in (76, 77):
        bell.answered(task, mall_id=mall_id)


def test_there_is_a_bell_for_every_mall_of_a_large_installation():
    task = Counted()
    malls = range(1_000, 1_250)
    for mall_id in malls:
        bell.ring_once(task, mall_id=mall_id)
    assert task.tried == list(malls)
    for mall_id in malls:
        bell.answered(task, mall_id=mall_id)


def test_a_process_forked_off_has_a_line_of_its_own(monkeypatch):
    mine = bell._line()
    monkeypatch.setattr("mall.events.bell.os.getpid", lambda: -1)
    assert bell._line() is not mine
    bell._lines.__dict__.clear()


def test_half_an_answer_is_never_taken_for_the_next_ones(now, monkeypatch):
    task = Counted()
    bell.ring_once(task, mall_id=78)
    line = bell._line()
    read = line.read_response
    monkeypatch.setattr(line, "read_response", lambda: (_ for _ in ()).throw(TimeoutError()))
    bell.ring_once(task, mall_id=79)
    monkeypatch.setattr(line, "read_response", read)
    now[0] += bell.SILENT_SECONDS
    bell.ring_once(task, mall_id=78)
    bell.ring_once(task, mall_id=80)
    assert task.tried == [78, 80], "the answer to 79 would have said that 78 was not rung"
    for mall_id in (78, 79, 80):
        bell.answered(task, mall_id=mall_id)


def test_a_bell_rung_once_that_did_not_work_is_as_silent_as_any_other(now):
    task = Counted()
    task.error = ConnectionRefusedError()
    bell.ring_once(task, mall_id=73)
    task.error = None
    bell.ring_once(task, mall_id=74)
    assert task.tried == [73]
    now[0] += bell.SILENT_SECONDS
    bell.ring_once(task, mall_id=75)
    assert task.tried == [73, 75]
    for mall_id in (73, 74, 75):
        bell.answered(task, mall_id=mall_id)
