"""Doorbells: a Celery message that tells a worker to look. They may be lost: the sweep comes anyway."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from celery.app.task import Task
from django.conf import settings
from redis import Connection, Redis, exceptions

log = logging.getLogger(__name__)

# A broker that does not answer costs a request its time limit once, not every request.
SILENT_SECONDS = 5.0
# Where their clients raise from; an error from anywhere else is a bug of ours.
_BROKERS_CLIENTS = frozenset({"amqp", "celery", "kombu", "redis"})

# How long a bell counts as rung when nobody comes to the door; beat's sweep is there by then.
_RUNG_MILLISECONDS = 2_000

_silent_until = 0.0
_lines = threading.local()


def ring(task: Task, *, mall_id: int) -> None:
    """Send the task for one mall. Never fails, and rings nobody for a while after a bell that did not work."""
    _try(lambda: task.apply_async(kwargs={"mall_id": mall_id}, retry=False))


def ring_once(task: Task, *, mall_id: int) -> None:
    """Like ring, unless the mall's bell has been rung and nobody has come to the door yet.

    Only for a task that says `answered` before it looks: whoever comes then sees what this caller has committed.
    A message costs a request ten times what this question does, and one task serves all who rang before it.
    """

    def first() -> None:
        if _is_first(_question(_key(task, mall_id))):
            task.apply_async(kwargs={"mall_id": mall_id}, retry=False)

    _try(first)


def answered(task: Task, *, mall_id: int) -> None:
    """Somebody is at the door: who rings from now on needs a bell of his own. Never fails."""
    _try(lambda: _broker().delete(_key(task, mall_id)))


def _try(act: Callable[[], Any]) -> None:
    global _silent_until  # noqa: PLW0603 - one broker, one process, one memory of it
    now = time.monotonic()
    if now < _silent_until:
        return
    try:
        act()
    except Exception as error:
        is_broker = isinstance(error, OSError) or type(error).__module__.split(".")[0] in _BROKERS_CLIENTS
        if not is_broker:
            raise
        _silent_until = time.monotonic() + SILENT_SECONDS
        log.warning("the broker does not answer; nobody is rung for %g s: %s", SILENT_SECONDS, error)


@lru_cache(maxsize=10_000)
def _question(key: str) -> list[bytes]:
    """SET NX as it goes over the line: the same for every order of a mall."""
    words: list[bytes] = _line().pack_command("SET", key, 1, "NX", "PX", _RUNG_MILLISECONDS)
    return words


def _line() -> Connection:
    """This thread's own; a process that was forked off has another."""
    owner, line = getattr(_lines, "line", (0, None))
    if owner != os.getpid():
        # Not by the pool, which counts what it makes and never gets these back.
        pool = _broker().connection_pool
        line = pool.connection_class(**pool.connection_kwargs)
        _lines.line = os.getpid(), line
    return line


def _is_first(words: list[bytes]) -> bool:
    """Asked over a line of this thread's own: the client's way to it takes several times what the question does."""
    line = _line()
    try:
        return _answer_of(line, words)
    except exceptions.ConnectionError:
        # The broker was started anew since this thread last asked.
        return _answer_of(line, words)


def _answer_of(line: Connection, words: list[bytes]) -> bool:
    try:
        line.send_packed_command(words, check_health=False)
        return line.read_response() is not None
    except BaseException:
        # Half an answer must never be taken for the next one's.
        line.disconnect()
        raise


@cache
def _broker() -> Redis:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    timeouts = {name: options[name] for name in ("socket_connect_timeout", "socket_timeout")}
    return Redis.from_url(settings.CELERY_BROKER_URL, **timeouts)


def _key(task: Task, mall_id: int) -> str:
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    return f"{prefix}mall:{mall_id}:bell:{task.name}"


def listen_again() -> None:
    """Forget that a bell did not work; for tests."""
    global _silent_until  # noqa: PLW0603 - see ring
    _silent_until = 0.0
