"""PostgreSQL is cut off as by a power failure, or drops connections, while buyers trade on."""

from __future__ import annotations

import random
import time

import pytest

from tests.chaos.conftest import times
from tests.chaos.oracle import verify, wait_for_quiet
from tests.chaos.trade import ECHO, Crowd, Log

pytestmark = pytest.mark.chaos

# What a client may see while the database is away: its answer, or "come again". A server that answers before
# it has read all of a request closes the connection, which the client learns with the next one.
ALLOWED = {"200", "201", "503", ECHO, "broken off (BrokenPipeError)", "broken off (ConnectionResetError)"}


def test_a_power_cut_of_postgresql_loses_nothing_that_was_acknowledged(serving, make_mall, figures):
    mall, log, cuts = make_mall(), Log(), times(2)
    former = {name: process.pid for name, process in serving.processes.items()}
    crowd = Crowd(serving, mall, log)
    crowd.start()
    try:
        for _ in range(cuts):
            time.sleep(2)
            serving.crash_postgres()
            serving.wait_ready()
        time.sleep(1)
    finally:
        crowd.finish()
    seconds = wait_for_quiet(serving, mall["mall"])
    assert former == {name: process.pid for name, process in serving.processes.items()}
    assert all(process.alive() for process in serving.processes.values())
    assert set(log.answers) <= ALLOWED, log.answers
    figures(f"{cuts} immediate restarts, quiet {seconds:.1f} s after the last order; {verify(serving, mall, log)}")
    figures(f"answers: {dict(log.answers)}")


def test_connections_ended_under_everybodys_hands_lose_nothing(serving, make_mall, figures):
    mall, log, ended = make_mall(), Log(), 0
    chance = random.Random(time.time_ns())  # noqa: S311 - no secret
    crowd = Crowd(serving, mall, log)
    crowd.start()
    try:
        with serving.session("admin") as cursor:
            for _ in range(times(20)):
                time.sleep(chance.uniform(0.02, 0.3))
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = %s "
                    "AND usename LIKE '%%app' ORDER BY random() LIMIT %s) a",
                    [serving.database, chance.randint(1, 3)],
                )
                ended += len(cursor.fetchall())
    finally:
        crowd.finish()
    assert set(log.answers) <= ALLOWED, log.answers
    figures(f"{ended} connections ended; {verify(serving, mall, log)}")
    figures(f"answers: {dict(log.answers)}")
