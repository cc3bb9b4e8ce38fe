"""How many statements an answer costs, kept in query_counts.json: an N+1 shows as a changed line in a review.

    def test_the_list_stays_cheap(query_counts):
        with query_counts("products.list"):
            api.get("products")

UPDATE_QUERY_COUNTS=1 writes what was counted instead of comparing. Left out are savepoints, the mall's
announcement and the host's look-up: they cost nothing worth counting and differ between a test and a server.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

FILE = Path(__file__).with_name("query_counts.json")
LEFT_OUT = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO", "SELECT set_config", "SELECT find_mall_by_host")


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements that count, in order."""
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(LEFT_OUT)]


@pytest.fixture
def query_counts() -> Callable[[str], AbstractContextManager[None]]:
    """See the module."""
    return count


@contextmanager
def count(name: str) -> Iterator[None]:
    """Count the statements of the block and compare with the number kept under this name."""
    with CaptureQueriesContext(connection) as captured:
        yield
    counted = statements(captured)
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        _write(name, len(counted))
        return
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    listing = "\n".join(f"  {number}. {sql[:200]}" for number, sql in enumerate(counted, 1))
    assert kept.get(name) == len(counted), (
        f"{name}: {len(counted)} statements, {FILE.name} says {kept.get(name)}. If that is meant, run the test"
        f" once with UPDATE_QUERY_COUNTS=1.\n{listing}"
    )


def _write(name: str, number: int) -> None:
    with FILE.open("a+") as file:
        # Several test processes write the same file.
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept = json.loads(file.read() or "{}")
        kept[name] = number
        file.truncate(0)
        file.write(json.dumps(dict(sorted(kept.items())), indent=2) + "\n")
