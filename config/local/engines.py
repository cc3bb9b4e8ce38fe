"""Start and stop the embedded servers: `python -m config.local.engines up`."""

from __future__ import annotations

import argparse
import os
import sys

from config.local import places
from config.local.account import EngineError, server_account
from config.local.postgres import Postgres
from config.local.valkey import Valkey

Engine = Postgres | Valkey


def wanted() -> list[Engine]:
    """The servers that are ours to run; an address in the environment replaces one."""
    engines: list[Engine] = []
    account = server_account()
    if not os.environ.get("DATABASE_URL"):
        engines.append(Postgres(account))
    if not os.environ.get("REDIS_URL"):
        engines.append(Valkey(account))
    return engines


def up(started: list[Engine] | None = None) -> list[Engine]:
    """Start what does not run yet; the answer is what was started by this call.

    A caller that may be interrupted hands in the list, to know what had been started by then.
    """
    started = [] if started is None else started
    with places.lock("engines"):
        for engine in wanted():
            if engine.start():
                started.append(engine)
    return started


def down(engines: list[Engine] | None = None) -> list[Engine]:
    """Stop the given servers, by default all of this checkout."""
    with places.lock("engines"):
        chosen = wanted() if engines is None else engines
        return [engine for engine in chosen if engine.stop()]


def crash_postgres() -> None:
    """Stop PostgreSQL as a power cut would, and start it again."""
    if os.environ.get("DATABASE_URL"):
        raise EngineError("DATABASE_URL names a server that is not ours to crash.")
    with places.lock("engines"):
        server = Postgres(server_account())
        server.stop("immediate")
        server.start()


def restart_postgres() -> None:
    """Stop PostgreSQL in good order, and start it again."""
    with places.lock("engines"):
        server = Postgres(server_account())
        server.stop()
        server.start()


def report() -> int:
    """Say what runs; 0 only when everything does."""
    engines = wanted()
    if not engines:
        print("DATABASE_URL and REDIS_URL are set; nothing is embedded.")
    states = [(engine.name, engine.running()) for engine in engines]
    for name, running in states:
        print(f"{name}: {'running' if running else 'stopped'}")
    return 0 if all(running for _, running in states) else 1


def main(arguments: list[str] | None = None) -> int:
    """Parse and obey."""
    parser = argparse.ArgumentParser(prog="python -m config.local.engines", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "status", "restart-postgres"])
    parser.add_argument("--immediate", action="store_true", help="crash instead of a clean stop")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "status":
            return report()
        if chosen.command == "restart-postgres":
            (crash_postgres if chosen.immediate else restart_postgres)()
            print("PostgreSQL restarted.")
            return 0
        changed = up() if chosen.command == "up" else down()
        verb = "started" if chosen.command == "up" else "stopped"
        print("; ".join(f"{engine.name} {verb}" for engine in changed) or f"nothing to be {verb}")
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
