"""Real threads against the real database: everybody starts at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def together(jobs: Sequence[Callable[[], Any]], *, keep_errors: bool = False) -> list[Any]:
    """Run the jobs at once, each in a thread with a connection of its own; their answers in order.

    keep_errors: an exception is answered in place instead of raised.
    """
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=30)
            return job()
        except Exception as error:
            if keep_errors:
                return error
            raise
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]
