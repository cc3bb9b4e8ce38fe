"""Settlement: paid order → levels → balanced journal, with plan, trace, triggers and walls on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from benchmarks import house, seeding
from benchmarks.databases import Databases
from benchmarks.peers import environment as peers
from benchmarks.report import Table, back_to_back, per_second, timed
from tests.installation import Installation, wait_until

MEMBERS = 10_000
# What settlement writes for an order. The journal's xact is the transaction's own and cannot be copied.
WRITTEN = {
    "commissions_settlement": "mall_id, id, conversion_id, plan_id, revision, reason, trace, created_at",
    "commissions_commission": "mall_id, id, public_id, conversion_id, kind, level, beneficiary_id, base_fen, rate_bps, "
    "accrued_fen, reversed_fen, occurred_at, releases_at, released_at, held_at, held_reason, ended_reason",
    "commissions_journal": "mall_id, id, event_type, event_key, conversion_id, payout_id, entry_count, occurred_at, "
    "posted_at",
    "commissions_entry": "mall_id, id, journal_id, account_id, currency, amount_fen",
}


class Settlement:
    """One seeded database; every measure works on a fresh copy of it."""

    def __init__(self, installation: Installation, databases: Databases, *, orders: int, peer_orders: int) -> None:
        self.installation, self.databases = installation, databases
        self.orders, self.peer_orders = orders, peer_orders
        self.seed = databases.migrated("settlement")
        house.point_at(installation, self.seed)
        self.mall_id = house.make_mall()
        house.point_at(installation, "fenyong")
        with installation.session("admin", self.seed) as cursor:
            seeding.quiet(cursor, self.mall_id)
            seeding.add_members(cursor, self.mall_id, MEMBERS)
            seeding.balance_accounts(cursor, self.mall_id)
            seeding.add_orders(cursor, self.mall_id, orders, settled=False)
            cursor.execute("VACUUM ANALYZE")
        self.finished: dict[str, bytes] = {}

    def by_worker(self) -> float:
        """Orders per second from the doorbell to the last delivery, in a Celery worker that runs already."""
        database = self._copy("worker")
        self.installation.valkey().flushall()
        worker = self.installation.add_worker(concurrency=1)
        worker.start()
        try:
            wait_until("the worker", lambda: "ready." in worker.tail(5))
            # The first task of a child loads and connects; no worker that runs already does.
            self._ring(0)
            with self.installation.valkey() as valkey:
                wait_until("the first task", lambda: not valkey.llen("celery") and not valkey.hlen("unacked"))
            # One connection for all looks: connecting a hundred times a second would be half the load.
            with self.installation.session() as cursor, timed() as watch:
                self._ring(self.mall_id)
                wait_until("the last delivery", lambda: not self._waiting(cursor), 600, pause=0.02)
        finally:
            self.installation.stop()
        self._keep(database)
        return self.orders / watch.seconds

    def in_process(self) -> float:
        """The same task's own function, called in this process."""
        from config.celery import look_for_garbage_seldom
        from mall.tasks import deliver_mall

        look_for_garbage_seldom()
        self._copy("inprocess")
        with timed() as watch:
            deliver_mall.run(mall_id=self.mall_id)
        with self.installation.session() as cursor:
            if self._waiting(cursor):
                raise RuntimeError("something was not delivered")
        return self.orders / watch.seconds

    def naive(self) -> float:
        """The ORM, one transaction per order."""
        from benchmarks.naive import settle_one_by_one

        self._copy("naive")
        with timed() as watch:
            settle_one_by_one(self.mall_id, self.peer_orders)
        return self.peer_orders / watch.seconds

    def copy(self) -> float:
        """COPY of the rows the worker has just finished, by the owner, who is let through the walls for it."""
        database = self._copy("copy")
        with self.installation.session("owner", database) as cursor:
            for table in WRITTEN:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            with timed() as watch:
                cursor.execute("BEGIN")
                for table, columns in WRITTEN.items():
                    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.BytesIO(self.finished[table]))
                cursor.execute("COMMIT")
        return self.orders / watch.seconds

    def hordak(self, program: Path) -> float:
        """django-hordak, posting only."""
        database = self.databases.empty("hordak")
        answer = peers.run(
            program, "hordak_posting.py", url=self.installation.url("owner", database), orders=self.peer_orders
        )
        return float(answer["per_second"])

    def _copy(self, name: str) -> str:
        house.point_at(self.installation, "fenyong")
        database = self.databases.copied(self.seed, f"settlement_{name}")
        house.point_at(self.installation, database)
        return database

    def _ring(self, mall_id: int) -> None:
        from mall.tasks import deliver_mall

        deliver_mall.apply_async(kwargs={"mall_id": mall_id})

    def _waiting(self, cursor: Any) -> bool:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM mall_delivery WHERE done_at IS NULL)")
        return bool(cursor.fetchone()[0])

    def _keep(self, database: str) -> None:
        with self.installation.session("backup", database) as cursor:
            for table, columns in WRITTEN.items():
                rows = io.BytesIO()
                statement = f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT"  # noqa: S608 - names above
                cursor.copy_expert(statement, rows)
                self.finished[table] = rows.getvalue()


def run(installation: Installation, databases: Databases, options: Any) -> None:
    """Print the table of settlement."""
    program = peers.python(options.folder / "peers")
    bench = Settlement(installation, databases, orders=options.size(10_000), peer_orders=options.size(500))
    found = back_to_back(
        {
            "worker": bench.by_worker,
            "in process": bench.in_process,
            "naive": bench.naive,
            "copy": bench.copy,
            "hordak": lambda: bench.hordak(program),
        },
        options.runs,
    )
    table = Table(f"Settlement: orders per second ({bench.orders:,} orders, two levels, journals of three entries)")
    table.add("Fenyong, Celery worker, one child", per_second(found["worker"]))
    table.add("Fenyong, the task's function in this process", per_second(found["in process"]))
    table.add("Django ORM, one transaction per order", per_second(found["naive"]), "same tables, triggers, walls")
    table.add("django-hordak, posting only", per_second(found["hordak"]), "own tables")
    table.add("COPY of the finished rows", per_second(found["copy"]), "same tables, triggers; no walls")
    table.ratio("Fenyong / ORM", found["worker"], found["naive"], 30)
    table.ratio("Fenyong / django-hordak", found["worker"], found["hordak"], 10)
    table.ratio("Fenyong / COPY", found["worker"], found["copy"], 0.35)
    table.print()
