"""The embedded servers: their own for each folder, and nothing lost in a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.local import account, places

pytestmark = pytest.mark.slow

Run = Callable[..., str]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Run]:
    """Run a module with servers of this test's own, in a path too long for a socket."""
    local = tmp_path / ("deep" * 20) / ("er" * 20)
    local.mkdir(parents=True)
    # Other accounts may not look into pytest's folder: as root this is the case below /root.
    kept = {"PATH": os.environ["PATH"], "FENYONG_LOCAL": str(local)}

    def run(*arguments: str, expect: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=places.CHECKOUT, env=kept, capture_output=True, text=True, check=False
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    yield run
    run("-m", "config.local.demo", "--reset")
    assert not local.exists()


SQL = """
import sys, psycopg2
from config.local import layout
connection = psycopg2.connect(getattr(layout, sys.argv[1] + "_url")())
connection.autocommit = True
cursor = connection.cursor()
for statement in sys.argv[2:]:
    cursor.execute(statement)
    if cursor.description:
        print(cursor.fetchone()[0])
"""


def test_servers_start_once_crash_and_come_back(own: Run) -> None:
    """What was committed before a power cut is there after it."""
    assert "stopped" in own("-m", "config.local.engines", "status", expect=1)
    assert own("-m", "config.local.engines", "up").strip() == "PostgreSQL started; Valkey started"
    assert own("-m", "config.local.engines", "up").strip() == "nothing to be started"
    assert own("-m", "config.local.engines", "status") == "PostgreSQL: running\nValkey: running\n"

    own("-c", SQL, "owner", "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    own("-m", "config.local.engines", "restart-postgres", "--immediate")
    assert own("-c", SQL, "app", "SELECT n FROM kept").strip() == "7"
    assert own("-c", SQL, "backup", "SELECT n FROM kept").strip() == "7"
    assert own("-c", SQL, "app", "SHOW fsync", "SHOW synchronous_commit", "SHOW server_version_num").split()[:2] == [
        "on",
        "on",
    ]


def test_addresses_in_the_environment_replace_the_servers(monkeypatch, capsys) -> None:
    """Then nothing is started, and nothing of somebody else's is stopped."""
    from config.local import engines

    monkeypatch.setenv("DATABASE_URL", "postgresql://app@elsewhere/mall")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    assert engines.wanted() == []
    assert engines.up() == []
    assert engines.down() == []
    assert engines.report() == 0
    assert "nothing is embedded" in capsys.readouterr().out
    with pytest.raises(account.EngineError, match="not ours"):
        engines.crash_postgres()
