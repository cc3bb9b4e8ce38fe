"""Doorbells: a Celery message that tells a worker to look. They may be lost: the sweep comes anyway."""

from __future__ import annotations

import logging
import time

from celery.app.task import Task

log = logging.getLogger(__name__)

# A broker that does not answer costs a request its time limit once, not every request.
SILENT_SECONDS = 5.0
# Where their clients raise from; an error from anywhere else is a bug of ours.
_BROKERS_CLIENTS = frozenset({"amqp", "celery", "kombu", "redis"})

_silent_until = 0.0


def ring(task: Task, *, mall_id: int) -> None:
    """Send the task for one mall. Never fails, and rings nobody for a while after a bell that did not work."""
    global _silent_until  # noqa: PLW0603 - one broker, one process, one memory of it
    now = time.monotonic()
    if now < _silent_until:
        return
    try:
        task.apply_async(kwargs={"mall_id": mall_id}, retry=False)
    except Exception as error:
        is_broker = isinstance(error, OSError) or type(error).__module__.split(".")[0] in _BROKERS_CLIENTS
        if not is_broker:
            raise
        _silent_until = time.monotonic() + SILENT_SECONDS
        log.warning("the broker does not answer; nobody is rung for %g s: %s", SILENT_SECONDS, error)


def listen_again() -> None:
    """Forget that a bell did not work; for tests."""
    global _silent_until  # noqa: PLW0603 - see ring
    _silent_until = 0.0
