"""Processes the demo starts, watches and stops; it touches no other."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.local import places

STOP_SECONDS = 12.0
# A child that dies again and again is not started a thousand times an hour.
RESTART_PAUSES = (0.5, 2.0, 5.0, 15.0)
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Have Linux end the child should the demo itself be killed without a chance to."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process under our eyes."""

    name: str
    command: list[str]
    environment: dict[str, str]
    deaths: int = 0
    not_before: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return places.LOCAL / "log" / f"{self.name}.log"

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C is for the demo, which then stops it in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=places.CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # The demo has one thread, so nothing can hold a lock while this runs.
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> str | None:
        """Start it again if it died; the answer is what to tell the user."""
        if self.process is None or self.alive():
            return None
        now = time.monotonic()
        if not self.not_before:
            pause = RESTART_PAUSES[min(self.deaths, len(RESTART_PAUSES) - 1)]
            self.deaths += 1
            self.not_before = now + pause
            return (
                f"{self.name} ended with code {self.process.returncode}; starting it again in {pause:g} s ({self.log})"
            )
        if now < self.not_before:
            return None
        self.not_before = 0.0
        self.start()
        return f"{self.name} runs again"

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole session it leads: servers have workers of their own."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def log_tail(self, lines: int = 15) -> str:
        """The last it said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def stop_all(children: list[Child]) -> None:
    """Ask all of them at once to end, and make those that do not."""
    for child in children:
        if child.alive() and child.process is not None:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        if child.process is None:
            continue
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
        # Also when it has ended well: a worker of it may have outlived it.
        child.signal(signal.SIGKILL)
        child.process.wait()
