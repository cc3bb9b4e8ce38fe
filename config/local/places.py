"""Where this checkout keeps its own things, and how they stay apart from another's."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
# Another folder makes another set of servers: tests that crash them take their own.
LOCAL = Path(os.environ.get("FENYONG_LOCAL") or CHECKOUT / ".local").resolve()

# Two checkouts on one machine differ by path only, so the path names their sockets.
FINGERPRINT = hashlib.sha256(str(LOCAL).encode()).hexdigest()[:10]


def make_local() -> Path:
    """Create .local; readable, because a server of another account looks into it."""
    LOCAL.mkdir(mode=0o755, exist_ok=True)
    return LOCAL


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Let one process at a time through: several shells may start the engines at once."""
    path = make_local() / f"{name}.lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_record(path: Path) -> dict[str, Any]:
    """Read a JSON record, empty when there is none yet."""
    try:
        loaded: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return loaded


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write at once and for the owner's eyes only; a half-written record is never seen."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w") as handle:
        json.dump(record, handle, indent=2)
        handle.write("\n")
    Path(temporary).replace(path)
