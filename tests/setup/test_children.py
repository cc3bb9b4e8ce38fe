"""The demo's watcher ends what it started, and starts again what died."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from config.local import children, places
from config.local.children import Child


@pytest.fixture(autouse=True)
def _logs_elsewhere(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(places, "LOCAL", tmp_path)
    monkeypatch.setattr(children, "RESTART_PAUSES", (0.0,))


def child(code: str) -> Child:
    """A Python process that runs this."""
    return Child("one", [sys.executable, "-c", code], dict(os.environ))


def wait_for(condition) -> None:
    """Wait for what takes a process to come about."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_dies_is_started_again() -> None:
    one = child("print('hello', flush=True); raise SystemExit(3)")
    one.start()
    wait_for(lambda: not one.alive())
    assert "ended with code 3" in str(one.revive())
    assert one.revive() == "one runs again"
    wait_for(lambda: one.log.read_text().count("hello") == 2)
    children.stop_all([one])


def test_a_child_that_ignores_the_request_is_killed_with_its_own_children(monkeypatch) -> None:
    """Else a worker would hold the port when the demo starts next."""
    monkeypatch.setattr(children, "STOP_SECONDS", 0.5)
    one = child(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
        "time.sleep(60)"
    )
    one.start()
    wait_for(lambda: one.log.read_text().endswith("\n"))
    grandchild = int(one.log.read_text())
    children.stop_all([one])
    assert not one.alive()
    wait_for(lambda: not runs(grandchild))


def runs(process: int) -> bool:
    """Whether it runs; a zombie waits to be collected and runs no more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
