"""Sockets and ports of this checkout's servers, settled before they first start.

Settings need the addresses also while nothing runs (a linter imports them), so
they are chosen once and written down, not asked of the running servers.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.local import credentials, places, roles

FILE = places.LOCAL / "engines.json"
DATABASE = "fenyong"
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Layout:
    """What the servers listen on."""

    socket_folder: Path
    valkey_port: int


def free_port() -> int:
    """A TCP port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def load() -> Layout:
    """Read the layout, or settle it."""
    record = places.read_record(FILE)
    if not record:
        with places.lock("layout"):
            record = places.read_record(FILE) or _settle(free_port())
    return Layout(Path(record["socket_folder"]), int(record["valkey_port"]))


def move_valkey() -> Layout:
    """Take another port: somebody else has ours since the last run."""
    with places.lock("layout"):
        _settle(free_port())
    return load()


def _settle(port: int) -> dict[str, Any]:
    # A socket's path may have 107 bytes and a checkout may lie deeper than that.
    folder = f"/tmp/fenyong-{places.FINGERPRINT}-{os.geteuid()}"  # noqa: S108 - owner and mode are checked at start
    record: dict[str, Any] = {"socket_folder": folder, "valkey_port": port}
    places.write_record(FILE, record)
    return record


def _database_url(role: str, password: str, database: str = DATABASE) -> str:
    host = quote(str(load().socket_folder), safe="")
    return f"postgresql://{role}:{password}@/{database}?host={host}"


def app_url() -> str:
    """The address of the application's role."""
    return _database_url(roles.names().app, credentials.load()["postgres_app"])


def owner_url() -> str:
    """The address of the role that owns the tables; for migrations only."""
    return _database_url(roles.names().owner, credentials.load()["postgres_owner"])


def backup_url() -> str:
    """The address of the role that may read everything, for dumps."""
    return _database_url(roles.names().backup, credentials.load()["postgres_backup"])


def admin_url() -> str:
    """The server's superuser, who makes roles and nothing else."""
    return _database_url(SUPERUSER, credentials.load()["postgres_superuser"], "postgres")


def redis_url() -> str:
    """Valkey, which speaks the Redis protocol; database 0 is Celery's."""
    return f"redis://:{credentials.load()['valkey']}@127.0.0.1:{load().valkey_port}/0"
