"""An installation for each test process that breaks things; the developer's own servers are never touched."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.installation import HOUSE, Installation

# How many times the small size; make chaos N=… says it.
TIMES = float(os.environ.get("FENYONG_CHAOS_N", "1"))


def times(count: float) -> int:
    """A count at the size asked for."""
    return max(1, round(count * TIMES))


@pytest.fixture(scope="session")
def installation(worker_id: str) -> Iterator[Installation]:
    """Engines of our own with all tables; nothing serves yet."""
    found = Installation(HOUSE / ".local/chaos" / worker_id)
    found.more["FENYONG_FAULTPOINTS"] = str(found.folder / "faultpoints")
    _begin_anew_when_tables_changed(found)
    found.up()
    try:
        found.migrate()
        yield found
    finally:
        found.down()


@pytest.fixture(scope="module")
def serving(installation: Installation) -> Iterator[Installation]:
    """Web, worker and beat of the installation, running until the end of the module."""
    shutil.rmtree(installation.folder / "log", ignore_errors=True)
    faultpoints = installation.folder / "faultpoints"
    shutil.rmtree(faultpoints, ignore_errors=True)
    faultpoints.mkdir(parents=True)
    installation.add_web()
    installation.add_worker()
    installation.add_beat()
    try:
        installation.serve()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def make_mall(installation: Installation) -> Callable[..., dict[str, Any]]:
    """Make a mall of so many buyers and promoters with this plan; what tests.chaos.prepare tells of it."""

    def make(**asked: Any) -> dict[str, Any]:
        wanted = {"slug": f"m{secrets.token_hex(5)}", "buyers": 20, "promoters": 5, **asked}
        told: dict[str, Any] = json.loads(installation.run("tests.chaos.prepare", json.dumps(wanted)))
        return told

    return make


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[object], None]:
    """Tell what was counted; it is printed at the end of the run."""
    return lambda value: record_property("figures", str(value))


def _begin_anew_when_tables_changed(installation: Installation) -> None:
    """A database of other migrations cannot be brought to these."""
    digest = hashlib.sha256()
    for source in sorted(HOUSE.glob("*/migrations/*.py")):
        digest.update(source.read_bytes())
    stamp: Path = installation.folder / "tables"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    if installation.folder.exists():
        installation.down()
        shutil.rmtree(installation.folder)
    installation.folder.mkdir(mode=0o755, parents=True)
    stamp.write_text(digest.hexdigest())
