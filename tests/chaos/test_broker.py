"""The broker forgets everything, or is gone for a while. Nothing that must last is in it."""

from __future__ import annotations

import time

import pytest

from tests.chaos.conftest import times
from tests.chaos.oracle import verify, wait_for_quiet
from tests.chaos.trade import Crowd, Log

pytestmark = pytest.mark.chaos


def test_a_broker_that_forgets_everything_every_second_loses_nothing(serving, make_mall, figures):
    mall, log, flushes = make_mall(), Log(), times(8)
    crowd = Crowd(serving, mall, log)
    crowd.start()
    try:
        with serving.valkey() as valkey:
            for _ in range(flushes):
                time.sleep(1)
                valkey.flushall()
    finally:
        crowd.finish()
    seconds = wait_for_quiet(serving, mall["mall"])
    assert set(log.answers) == {"200", "201"}, log.answers
    figures(f"{flushes} flushes, quiet {seconds:.1f} s after the last order; {verify(serving, mall, log)}")


def test_a_mall_sells_on_while_the_broker_is_gone_and_workers_come_back_by_themselves(serving, make_mall, figures):
    mall, log, away = make_mall(), Log(), []
    former = {name: process.pid for name, process in serving.processes.items()}
    crowd = Crowd(serving, mall, log)
    crowd.start()
    try:
        for _ in range(times(1)):
            time.sleep(1)
            serving.stop_valkey()
            before = len(log.paid)
            time.sleep(6)
            assert len(log.paid) > before, "nobody could buy without the broker"
            serving.up()
            begun = time.monotonic()
            known = newest_settled(serving, mall["mall"])
            while newest_settled(serving, mall["mall"]) == known and time.monotonic() - begun < 60:
                time.sleep(0.05)
            away.append(time.monotonic() - begun)
    finally:
        crowd.finish()
    seconds = wait_for_quiet(serving, mall["mall"])
    assert former == {name: process.pid for name, process in serving.processes.items()}
    assert all(process.alive() for process in serving.processes.values())
    assert set(log.answers) == {"200", "201"}, log.answers
    longest = max(away)
    figures(f"{len(away)} × 6 s without a broker; first settlement {longest:.1f} s after its return")
    figures(f"quiet {seconds:.1f} s after the last order")
    figures(verify(serving, mall, log))


def newest_settled(installation, mall_id: int) -> int:
    """Grows with every journal."""
    return installation.rows("SELECT coalesce(max(id), 0) FROM commissions_journal WHERE mall_id = %s", [mall_id])[0][0]
