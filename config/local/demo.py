"""The whole mall on one machine, until Ctrl-C: `make demo`."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from config.local import children, engines, lan, layout, places, wechat
from config.local.account import EngineError, data_folder, server_account
from config.local.children import Child

READY_FILE = places.LOCAL / "demo.json"
SEEDED_FILE = places.LOCAL / "demo.seeded.json"
READY_SECONDS = 90
BLOCKING_THREADS = 4
LOG_BYTES = 5_000_000


class DemoError(Exception):
    """The demo cannot go on; the message says what to do."""


class Stop(Exception):
    """The user, or whoever started us, wants the demo to end."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def say(message: str) -> None:
    """Print at once: a pipe would hold the line back."""
    print(message, flush=True)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Refuse a second demo in the same checkout: they would share queue and files."""
    with (places.make_local() / "demo.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError("A demo already runs in this checkout; stop it with Ctrl-C first.") from None
        yield


def check_port(port: int) -> None:
    """Find out before anything starts."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoError(f"Port {port} is in use; choose another: make demo PORT={port + 1}") from None


def environment(port: int) -> dict[str, str]:
    """What the children are told: the application's address, never the owner's."""
    chosen = {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or "config.settings.development",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or layout.app_url(),
        "REDIS_URL": os.environ.get("REDIS_URL") or layout.redis_url(),
        "PUBLIC_PORT": str(port),
        # A page that fails shows what a visitor would see; the log has the rest.
        "DEBUG": os.environ.get("DEBUG", "0"),
        # glibc keeps a pool of memory for each thread and core; two are plenty.
        "MALLOC_ARENA_MAX": "2",
        "PYTHONUNBUFFERED": "1",
    }
    inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}
    return {**inherited, **chosen}


def module(name: str) -> list[str]:
    """Run a package of this environment; its script would name Python by a path that may be too long."""
    return [sys.executable, "-m", name]


def web_command(host: str, port: int) -> list[str]:
    """One process with several threads: enough for a demo, and small."""
    return [
        *module("granian"), "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", "1", "--blocking-threads", str(BLOCKING_THREADS), "--no-ws",
        "--respawn-failed-workers", "--log-level", "warning", "config.wsgi:application",
    ]  # fmt: skip


def planned(port: int) -> list[Child]:
    """Web, worker and beat."""
    celery = module("celery")
    beat_file = places.LOCAL / "beat-schedule"
    beat_file.unlink(missing_ok=True)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    around = environment(port)
    return [
        Child("web", web_command("127.0.0.1", port), around),
        Child(
            "worker", [*celery, "-A", "config", "worker", "--loglevel", "INFO", "--concurrency", "2", *quiet], around
        ),
        Child("beat", [*celery, "-A", "config.beat", "beat", "--loglevel", "WARNING", "--pidfile="], around),
    ]


def trim_logs() -> None:
    """Keep what the last run said, not what a month of runs said."""
    for log in (places.LOCAL / "log").glob("*.log"):
        if log.stat().st_size > LOG_BYTES:
            log.unlink()


def prepare(port: int) -> None:
    """Migrate and seed, as the owner; the file of addresses is held back until they answer."""
    for record in (READY_FILE, SEEDED_FILE):
        record.unlink(missing_ok=True)
    command = [sys.executable, "-m", "config.local.prepare", "--port", str(port)]
    if wechat.address():
        command += ["--wechat", str(wechat.PAPERS)]
    # A session of its own: Ctrl-C is for us, and we end it without a traceback.
    if subprocess.run(command, cwd=places.CHECKOUT, check=False, start_new_session=True).returncode != 0:
        raise DemoError("The demo's data could not be prepared; the lines above say why.")
    if not READY_FILE.exists():
        raise DemoError(f"seed_demo has not written {READY_FILE}.")
    READY_FILE.rename(SEEDED_FILE)


def answers(port: int, path: str) -> bool:
    """Whether this address says 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_ready(port: int, family: list[Child]) -> None:
    """Wait for the pages; a child that dies now has a mistake worth showing."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for child in family:
            if not child.alive():
                raise DemoError(f"{child.name} did not start; {child.log} ends with:\n{child.log_tail()}")
        if answers(port, "/healthz") and answers(port, "/readyz"):
            return
        time.sleep(0.1)
    raise DemoError(f"Nothing answers on port {port} after {READY_SECONDS} s; see {places.LOCAL / 'log'}.")


def announce(port: int, demo: dict[str, Any], stalls: list[lan.Stall], seconds: float) -> None:
    """Say where everything is and how to get in."""
    say("")
    for mall in demo["malls"]:
        say(f"  {mall['slug']}  http://{mall['host']}:{port}/   (dashboard: http://{mall['host']}:{port}/dashboard/)")
        say(f"    staff   {mall['staff']['email']} / {mall['staff']['password']}")
        for member in mall["members"]:
            say(f"    member  {member['phone']} / {member['password']}  {member['nickname']}")
    operator = demo["operator"]
    if fake := demo.get("wechat"):
        say(f"  wechat    {fake['mall']}: WeChat Pay at the cashier is pretended by {fake['fake']}, no money moves")
        if stalls:
            say(
                "            A phone is led to a page of the pretended WeChat, inside its own WeChat too; what only the"
            )
            say("            real app can do (its cashier, its login) cannot be shown without a real merchant account.")
    say(f"  operator  {operator['url']}  {operator['email']} / {operator['password']}")
    say(f"\nready: http://127.0.0.1:{port} after {seconds:.1f} s. Ctrl-C stops; the data stays.")


def watch(family: list[Child]) -> None:
    """Start again what dies, until somebody wants us to stop."""
    while True:
        for child in family:
            message = child.revive()
            if message:
                say(message)
        time.sleep(0.5)


def run(port: int, *, on_lan: bool) -> None:
    """Everything from nothing to Ctrl-C and back to nothing."""
    begun = time.monotonic()
    check_port(port)
    trim_logs()
    family: list[Child] = []
    # What the mall works without: it is started again when it dies, but never keeps the demo from being ready.
    extras: list[Child] = []
    started: list[engines.Engine] = []
    try:
        say("[1/4] Servers: PostgreSQL and Valkey")
        engines.up(started)
        say("[2/4] Data")
        fake = wechat.begin(on_lan=on_lan)
        extras += [fake] if fake else []
        prepare(port)
        demo = json.loads(SEEDED_FILE.read_text())
        if wechat.address():
            demo["wechat"] = {"mall": demo["malls"][0]["slug"], "fake": wechat.address()}
            SEEDED_FILE.write_text(json.dumps(demo, ensure_ascii=False, indent=2) + "\n")
        say("[3/4] Web, worker and beat")
        family = planned(port)
        stalls = lan.stalls(demo, port, web_command, environment) if on_lan else []
        family += [stall.child for stall in stalls]
        for child in family:
            child.start()
        say("[4/4] Waiting until the pages answer")
        wait_until_ready(port, family)
        SEEDED_FILE.rename(READY_FILE)
        for stall in stalls:
            say(stall.invitation())
        announce(port, demo, stalls, time.monotonic() - begun)
        watch(family + extras)
    finally:
        # A second Ctrl-C must not leave half of them running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        children.stop_all(family + extras)
        engines.down(started)
        say("stopped")


def reset() -> None:
    """Forget everything: the next start is the first."""
    if os.environ.get("DATABASE_URL"):
        raise DemoError("DATABASE_URL names a database that is not ours to delete; unset it or drop it yourself.")
    with only_one():
        engines.down()
        folder = data_folder(server_account())
        if folder != places.LOCAL:
            shutil.rmtree(folder)
        shutil.rmtree(layout.load().socket_folder, ignore_errors=True)
        shutil.rmtree(places.LOCAL)


def main() -> int:
    """Parse and obey."""
    parser = argparse.ArgumentParser(prog="python -m config.local.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--lan", action="store_true", help="also one port per mall for phones nearby")
    parser.add_argument("--reset", action="store_true", help="delete the demo's data and stop its servers")
    chosen = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        if chosen.reset:
            reset()
            say("Everything of this checkout's demo is deleted.")
            return 0
        with only_one():
            run(chosen.port, on_lan=chosen.lan)
    except Stop:
        return 0
    except (DemoError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
