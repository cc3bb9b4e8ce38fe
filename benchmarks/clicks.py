"""Clicks: GET /s/<code>, stored before it is answered, against a plain Django view with one INSERT."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks import house
from benchmarks.databases import Databases
from benchmarks.report import Table, milliseconds, per_second
from tests.installation import HOUSE, Installation, free_port, wait_until

CONNECTIONS = 64
SECONDS = 5
THREADS = 8


class Clicks:
    """Both sides under granian with one worker and the same threads, on the same server of PostgreSQL."""

    def __init__(self, installation: Installation, databases: Databases, seconds: float) -> None:
        self.installation, self.seconds = installation, seconds
        house.point_at(installation, "fenyong")
        self.database = databases.migrated("clicks")
        house.point_at(installation, self.database)
        self.mall_id = house.make_mall()
        self.code = self._link()
        self.plain = databases.empty("plain_click")
        with installation.session("owner", self.plain) as cursor:
            cursor.execute(
                "CREATE TABLE plain_click (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text, "
                "at timestamptz, user_agent text, address text)"
            )

    def _link(self) -> str:
        from mall.malls.models import Mall
        from mall.tenancy.context import mall_scope
        from referrals.links.services import take_link
        from tests.factories.members import make_member

        member = make_member(Mall(pk=self.mall_id))
        with mall_scope(self.mall_id):
            return take_link(owner=member, kind="mall", channel_slug="wechat")[0].code

    def ours(self, *, kill: bool = False) -> dict[str, float]:
        """Our share link; recorded minus answered beside it. kill: kill -9 of the web in the middle, and again."""
        house.point_at(self.installation, self.database)
        web = self.installation.add_web(threads=THREADS)
        web.start()
        try:
            wait_until("the pages", lambda: self.installation.answers("/readyz"))
            before = self._recorded()
            load = self._load(self.installation.port, "bench.localhost", wait=not kill)
            if kill:
                for _ in range(2):
                    time.sleep(self.seconds / 3)
                    web.kill()
                    web.start()
                load = json.loads(load.communicate()[0])
            return load | {"lost": load["answered"] - (self._recorded() - before)}
        finally:
            self.installation.stop()

    def theirs(self) -> dict[str, float]:
        """The plain view."""
        port = free_port()
        url = self.installation.url("owner", self.plain)
        parts = urlsplit(url)
        host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
        process = self.installation.add(
            "plain",
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                "--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning",
                "benchmarks.peers.plain_click:application",
            ],
        )  # fmt: skip
        process.environment |= {"PLAIN_DATABASE_URL": url, "PLAIN_DATABASE_HOST": host}
        process.start()
        try:
            wait_until("the plain view", lambda: self._answers(port))
            return self._load(port, "localhost")
        finally:
            self.installation.stop()

    def _answers(self, port: int) -> bool:
        import http.client

        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/s/x")
            return connection.getresponse().status == 302
        except OSError:
            return False

    def _load(self, port: int, host: str, *, wait: bool = True) -> Any:
        asked = {
            "port": port, "host": host, "path": f"/s/{self.code}", "connections": CONNECTIONS, "seconds": self.seconds,
        }  # fmt: skip
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen([sys.executable, "-m", "benchmarks.load"], cwd=HOUSE, text=True, **pipes)
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        process.stdin = None
        return json.loads(process.communicate()[0]) if wait else process

    def _recorded(self) -> int:
        return int(self.installation.rows("SELECT count(*) FROM referrals_click")[0][0])


def run(installation: Installation, databases: Databases, options: Any) -> None:
    """Print the table of clicks."""
    bench = Clicks(installation, databases, SECONDS / 2 if options.quick else SECONDS)
    ours, theirs = [], []
    for _ in range(options.runs):
        ours.append(bench.ours())
        theirs.append(bench.theirs())
    killed = bench.ours(kill=True)
    middle = lambda rows, name: statistics.median(row[name] for row in rows)  # noqa: E731 - four uses below
    table = Table(f"Clicks: GET /s/<code>, {CONNECTIONS} connections, one web process, load on the same two cores")
    table.add("Fenyong", per_second(middle(ours, "per_second")), f"p99 {milliseconds(middle(ours, 'p99'))}")
    table.add("plain Django view, one INSERT", per_second(middle(theirs, "per_second")),
              f"p99 {milliseconds(middle(theirs, 'p99'))}")  # fmt: skip
    table.ratio("Fenyong / plain view", middle(ours, "per_second"), middle(theirs, "per_second"), 0.8)
    lost = max(0, *(int(row["lost"]) for row in ours))
    table.add("answered and not recorded", f"{lost:,}", f"of {sum(int(row['answered']) for row in ours):,}")
    table.add(
        "the same with two kill -9 in the middle", f"{max(0, int(killed['lost'])):,}", f"of {int(killed['answered']):,}"
    )
    table.print()
