"""A whole installation in a folder of its own: engines, web, worker and beat as real processes.

For what must not touch the developer's servers: faults, and benchmarks. Nothing here imports Django,
so that the process that breaks an installation shares neither its settings nor its connections.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from redis import Redis

HOUSE = Path(__file__).resolve().parents[1]
READY_SECONDS = 60
STOP_SECONDS = 15
# What an address of somebody else's would replace; an installation of ours has its own.
FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST")

_ADDRESSES = """
import json
from config.local import layout
print(json.dumps({"app": layout.app_url(), "owner": layout.owner_url(), "backup": layout.backup_url(),
    "admin": layout.admin_url(), "redis": layout.redis_url()}))
"""


class InstallationError(RuntimeError):
    """Something did not start, stop or answer in time; the message has the log's end."""


def free_port() -> int:
    """A TCP port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: str, look: Callable[[], Any], seconds: float = READY_SECONDS, pause: float = 0.05) -> float:
    """Look until it is true; the seconds it took. Raises InstallationError."""
    begun = time.monotonic()
    while not look():
        if time.monotonic() - begun > seconds:
            raise InstallationError(f"{what}: not after {seconds:g} s")
        time.sleep(pause)
    return time.monotonic() - begun


@dataclass
class Process:
    """One process of an installation, in a session of its own."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; its output goes on in its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=HOUSE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of the process itself; its children are in its session."""
        assert self.process is not None
        return self.process.pid

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kill -9 for it and all its children, as an out-of-memory killer would, and wait for its end."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end; make it end when it does not."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(STOP_SECONDS)
        self.kill()

    def tail(self, lines: int = 30) -> str:
        """The last it said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


class Installation:
    """Engines in `folder`, a database, and processes that serve it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.processes: dict[str, Process] = {}
        self.urls: dict[str, str] = {}
        self.database = "fenyong"
        self.more: dict[str, str] = {}

    # --- Engines ------------------------------------------------------------

    def up(self) -> None:
        """Start PostgreSQL and Valkey where they do not run."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._python("-m", "config.local.engines", "up")
        # After the start: Valkey may have had to take another port.
        self.urls = json.loads(self._python("-c", _ADDRESSES))

    def down(self) -> None:
        """Stop everything that this installation started."""
        self.stop()
        self._python("-m", "config.local.engines", "down")

    def crash_postgres(self) -> None:
        """Stop PostgreSQL as a power cut would, and start it again."""
        self._python("-m", "config.local.engines", "restart-postgres", "--immediate")

    def valkey(self) -> Redis:
        """A client of the broker."""
        return Redis.from_url(self.urls["redis"], socket_timeout=5)

    def stop_valkey(self) -> None:
        """Shut the broker down with all it holds."""
        with contextlib.suppress(Exception), self.valkey() as client:
            client.shutdown(nosave=True)

    def migrate(self) -> None:
        """All tables of the product, in the database in force."""
        self._python("manage.py", "migrate", "--database", "owner", "--verbosity", "0", owner=True)

    # --- Connections and environments ---------------------------------------

    def url(self, role: str, database: str | None = None) -> str:
        """The address of a role (app, owner, backup, admin) in the database in force or another."""
        return urlunsplit(urlsplit(self.urls[role])._replace(path=f"/{database or self.database}"))

    @contextlib.contextmanager
    def session(self, role: str = "backup", database: str | None = None) -> Iterator[Any]:
        """A cursor in autocommit. The backup role reads every mall and writes nothing."""
        connection = psycopg2.connect(self.url(role, database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """What a question finds, over all malls, by plain SQL."""
        with self.session() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        """What its processes are told: no debugging, the application's role, its own database."""
        inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        told = {
            "FENYONG_LOCAL": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "PUBLIC_PORT": str(self.port),
            "DEBUG": "0",
            "MALLOC_ARENA_MAX": "2",
            "PYTHONUNBUFFERED": "1",
        }
        if self.urls:
            told |= {"DATABASE_URL": self.url("app"), "REDIS_URL": self.urls["redis"]}
        if owner:
            told["DATABASE_OWNER_URL"] = self.url("owner")
        return inherited | told | self.more

    def _python(self, *arguments: str, owner: bool = False) -> str:
        environment = self.environment(owner=owner)
        if arguments[:2] == ("-m", "config.local.engines"):
            # An address in the environment would say that the engine is somebody else's.
            environment = {name: value for name, value in environment.items() if name not in FOREIGN}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise InstallationError(f"{arguments}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def run(self, module: str, *arguments: str) -> str:
        """Run a module of ours as the installation's application would; its output."""
        return self._python("-m", module, *arguments)

    # --- Processes ----------------------------------------------------------

    def add(self, name: str, command: list[str]) -> Process:
        """A process of this installation, not yet started."""
        process = Process(name, command, self.environment(), self.folder / "log" / f"{name}.log")
        self.processes[name] = process
        return process

    def add_web(self, *, threads: int = 4) -> Process:
        """The pages and the API under granian."""
        return self.add(
            "web",
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
                "--workers", "1", "--blocking-threads", str(threads), "--no-ws", "--respawn-failed-workers",
                "--log-level", "warning", "config.wsgi:application",
            ],
        )  # fmt: skip

    def add_worker(self, *, concurrency: int = 2) -> Process:
        """Celery's worker with so many children."""
        return self.add(
            "worker",
            [
                sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "INFO",
                "--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--without-heartbeat",
            ],
        )  # fmt: skip

    def add_beat(self) -> Process:
        """Celery's clock."""
        schedule = self.folder / "beat-schedule"
        return self.add(
            "beat",
            [
                sys.executable, "-m", "celery", "-A", "config.beat", "beat", "--loglevel", "WARNING", "--pidfile=",
                "--schedule", str(schedule),
            ],
        )  # fmt: skip

    def serve(self) -> None:
        """Start what has been added, and wait until pages answer."""
        for process in self.processes.values():
            if not process.alive():
                process.start()
        self.wait_ready()

    def revive(self) -> list[str]:
        """Start again what has ended, as systemd or compose would; the names."""
        ended = [process for process in self.processes.values() if not process.alive()]
        for process in ended:
            process.kill()
            process.start()
        return [process.name for process in ended]

    def wait_ready(self, *, reviving: bool = False) -> None:
        """Wait until the web answers and the database behind it."""
        web = self.processes["web"]

        def look() -> bool:
            if reviving:
                self.revive()
            return not web.alive() or self.answers("/readyz")

        try:
            wait_until("the pages", look)
        except InstallationError as error:
            raise InstallationError(f"{error}\n{web.tail()}") from error
        if not web.alive():
            raise InstallationError(f"web has ended:\n{web.tail()}")

    def answers(self, path: str) -> bool:
        """Whether this address says 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop the processes, not the engines."""
        for process in reversed(self.processes.values()):
            process.stop()
        self.processes.clear()
