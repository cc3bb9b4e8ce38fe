"""The account under which the servers run.

PostgreSQL refuses to run as root. When root starts the mall (a container, a
fresh server), the engines run under an unprivileged account that the machine
already has; no account is ever created.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.local import places

CANDIDATES = ("postgres", "nobody")


class EngineError(Exception):
    """A server could not be started or stopped; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """Who runs the servers; uid None means: whoever starts them."""

    name: str
    uid: int | None
    gid: int | None

    def popen_options(self) -> dict[str, Any]:
        """Arguments that make subprocess start the server as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand a file or folder over to the servers."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def make_folder(self, path: Path, mode: int = 0o700) -> None:
        """Make a folder of the servers' own, and refuse one that is somebody else's."""
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        expected = os.getuid() if self.uid is None else self.uid
        if path.stat().st_uid != expected:
            if os.getuid() != 0:
                raise EngineError(
                    f"{path} belongs to another account. It was probably made as root;"
                    " run 'make demo-reset' as root once, then start again."
                )
            self.give(path)
        path.chmod(mode)

    def can_reach(self, folder: Path) -> bool:
        """Whether the account may enter a folder and read what is in it."""
        if self.uid is None:
            return True
        probe = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1" && ls >/dev/null', "probe", str(folder)],
            cwd="/",
            capture_output=True,
            check=False,
            **self.popen_options(),
        )
        return probe.returncode == 0


def server_account() -> Account:
    """Choose the account: our own, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return Account(name=pwd.getpwuid(os.geteuid()).pw_name, uid=None, gid=None)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise EngineError(
        "PostgreSQL does not run as root, and this machine has neither an account"
        " 'postgres' nor 'nobody'. Start as a normal user."
    )


def data_folder(account: Account) -> Path:
    """Where the servers keep their data.

    Below the checkout, unless it lies where their account may not go (below
    /root, say): then in a folder of their own, named after the checkout.
    """
    local = places.make_local()
    if account.can_reach(local):
        return local
    elsewhere = Path("/var/lib") / f"fenyong-{places.FINGERPRINT}"
    elsewhere.mkdir(mode=0o755, parents=True, exist_ok=True)
    return elsewhere
