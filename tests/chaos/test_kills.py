"""kill -9 of web and worker, at named points and at random, while buyers trade on."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter

import psutil
import pytest

from tests.chaos.conftest import times
from tests.chaos.oracle import verify
from tests.chaos.trade import Crowd, Log
from tests.installation import Installation, wait_until

pytestmark = pytest.mark.chaos

# Where a request or a task may die: what it had begun is undone, what it had promised is kept.
POINTS = (
    "idempotency.claimed",
    "idempotency.kept",
    "events.ringing",
    "web.committed",
    "delivery.claimed",
    "settlement.locked",
    "ledger.journals_without_entries",
    "ledger.posted",
    "delivery.handled",
    "delivery.committed",
)
RESTART_SECONDS = 0.3
VICTIMS = ["web", "worker", "beat", "a child of web", "a child of worker"] * 2


def test_a_death_at_any_named_point_loses_nothing_and_does_nothing_twice(serving, make_mall, figures):
    mall, log, deaths = make_mall(), Log(), 0
    crowd = Crowd(serving, mall, log)
    crowd.start()
    try:
        for _ in range(times(1)):
            for point in POINTS:
                armed = serving.folder / "faultpoints" / point
                armed.touch()
                wait_until(f"a death at {point}", lambda armed=armed: not armed.exists() or crowd.failures)
                deaths += 1
                serving.wait_ready(reviving=True)
    finally:
        crowd.finish()
    figures(f"{deaths} deaths at {len(POINTS)} points; {verify(serving, mall, log)}")
    figures(f"answers: {dict(log.answers)}")


def test_kills_at_random_lose_nothing_and_do_nothing_twice(serving, make_mall, figures):
    mall, log, killed = make_mall(), Log(), Counter[str]()
    chance = random.Random(time.time_ns())  # noqa: S311 - no secret
    crowd = Crowd(serving, mall, log)
    crowd.start()
    try:
        for victim in chance.sample(VICTIMS * times(1), times(8)):
            time.sleep(chance.uniform(0.1, 1.5))
            kill(serving, victim, chance)
            killed[victim] += 1
            serving.revive()
        serving.wait_ready(reviving=True)
    finally:
        crowd.finish()
    figures(f"kill -9 of {dict(killed)}; {verify(serving, mall, log)}")
    figures(f"answers: {dict(log.answers)}")


def kill(installation: Installation, victim: str, chance: random.Random) -> None:
    """A whole process with its children, which is then started again, or one child, which its parent replaces."""
    process = installation.processes[victim.removeprefix("a child of ")]
    children = psutil.Process(process.pid).children()
    if victim != process.name and children:
        os.kill(chance.choice(children).pid, signal.SIGKILL)
        return
    process.kill()
    time.sleep(RESTART_SECONDS)
