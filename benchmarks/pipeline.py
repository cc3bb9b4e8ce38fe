"""Pipeline: how much web, worker and beat hold while nothing happens, and how soon a commission is seen."""

from __future__ import annotations

import statistics
import threading
import time
from typing import Any

import psutil

from benchmarks import house, seeding
from benchmarks.databases import Databases
from benchmarks.report import Table, milliseconds
from tests.installation import Installation, wait_until

PER_SECOND = 100
MEMBERS = 1_000
IDLE_SECONDS = 10
MEGABYTE = 1024 * 1024
ADDRESS = {
    "name": "王小明", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "detail": "文三路 1 号",
}  # fmt: skip


_PAY = """
WITH paid AS (
    UPDATE mall_order SET status = 'paid', paid_at = now() WHERE mall_id = %(mall)s AND id = %(order)s RETURNING id
), payment AS (
    INSERT INTO mall_payment (mall_id, order_id, provider, status, amount_fen, number, provider_reference, payer,
        created_at, succeeded_at)
    SELECT %(mall)s, o.id, 'sandbox', 'succeeded', o.total_fen, 'P' || o.number, '', '', now(), now()
    FROM mall_order o WHERE o.mall_id = %(mall)s AND o.id = %(order)s
), event AS (
    INSERT INTO mall_event (mall_id, kind, subject_id, payload, at)
    SELECT %(mall)s, 'order.paid', id, '{}', now() FROM paid RETURNING id
)
INSERT INTO mall_delivery (mall_id, event_id, handler, attempts, created_at, due_at, last_error)
SELECT %(mall)s, id, 'referrals.handlers.record_paid_orders', 0, now(), now(), '' FROM event
"""


class Pipeline:
    """Orders wait to be paid; real processes do the rest."""

    def __init__(self, installation: Installation, databases: Databases, orders: int) -> None:
        self.installation, self.count = installation, orders
        self.database = databases.migrated("pipeline")
        house.point_at(installation, self.database)
        self.mall_id = house.make_mall()
        with installation.session("admin", self.database) as cursor:
            seeding.quiet(cursor, self.mall_id)
            seeding.add_members(cursor, self.mall_id, MEMBERS)
            cursor.execute("VACUUM ANALYZE")
        self.orders: list[Any] = []

    def place(self) -> None:
        """Orders that await payment, by members who have an upline of two."""
        from mall.catalogue.models import Sku
        from mall.orders.services import place_order
        from mall.tenancy.context import mall_scope
        from members.models import Member

        with mall_scope(self.mall_id):
            sku = Sku.objects.get()
            buyers = [
                member.buyer
                for member in Member.objects.filter(referrer__referrer__isnull=False).select_related("buyer")[:MEMBERS]
            ]
        for number in range(self.count):
            with mall_scope(self.mall_id):
                buyer = buyers[number % len(buyers)]
                self.orders.append(place_order(buyer=buyer, lines=[(sku, 1)], address=ADDRESS))

    def serve(self) -> None:
        """Web, worker with two children, and beat; until everything placed is attributed."""
        self.installation.valkey().flushall()
        self.installation.add_web()
        self.installation.add_worker(concurrency=2)
        self.installation.add_beat()
        self.installation.serve()
        wait_until(
            "the last delivery",
            lambda: not self.installation.rows("SELECT 1 FROM mall_delivery WHERE done_at IS NULL LIMIT 1"),
            pause=0.5,
        )

    def resident(self) -> int:
        """Bytes resident in all processes and their children, shared pages counted in each."""
        time.sleep(IDLE_SECONDS)
        processes = [psutil.Process(process.pid) for process in self.installation.processes.values()]
        return sum(
            one.memory_info().rss for process in processes for one in (process, *process.children(recursive=True))
        )

    def pay(self) -> tuple[list[float], float]:
        """Pay at a steady pace; (seconds until each order's commission is seen, payments per second).

        A payment is written by one statement, as its service leaves it: the clients of a mall that sells a hundred
        orders a second do not sit on the two cores that settle them.
        """
        from mall.events.services import ring
        from mall.tenancy.context import mall_scope

        paid: dict[int, float] = {}
        seen: dict[int, float] = {}
        watcher = threading.Thread(target=self._watch, args=(seen,))
        watcher.start()
        begun = time.perf_counter()
        for number, order in enumerate(self.orders):
            time.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
            with mall_scope(self.mall_id):
                self._write_payment(order.pk)
            paid[order.pk] = time.perf_counter()
            ring(self.mall_id)
        rate = len(self.orders) / (time.perf_counter() - begun)
        watcher.join()
        return [max(0.0, seen[order] - at) for order, at in paid.items()], rate

    def _write_payment(self, order_id: int) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(_PAY, {"mall": self.mall_id, "order": order_id})

    def _watch(self, seen: dict[int, float]) -> None:
        last = 0
        with self.installation.session() as cursor:
            while len(seen) < self.count:
                cursor.execute(
                    "SELECT k.id, c.order_id FROM commissions_commission k JOIN referrals_conversion c "
                    "ON c.mall_id = k.mall_id AND c.id = k.conversion_id WHERE k.mall_id = %s AND k.id > %s",
                    [self.mall_id, last],
                )
                now = time.perf_counter()
                for _commission, order in cursor.fetchall():
                    seen.setdefault(order, now)
                time.sleep(0.01)


def run(installation: Installation, databases: Databases, options: Any) -> None:
    """Print the table of the pipeline."""
    bench = Pipeline(installation, databases, options.size(2_000))
    bench.place()
    try:
        bench.serve()
        resident = bench.resident()
        waits, rate = bench.pay()
    finally:
        installation.stop()
    waits.sort()
    late = waits[int(len(waits) * 0.99)]
    table = Table(f"Pipeline: web, worker with two children and beat; {bench.count:,} payments at {PER_SECOND}/s")
    table.limit("resident while idle", resident / MEGABYTE, 600, "MB")
    table.add("payments per second that were made", f"{rate:,.0f}/s")
    table.add("a commission is seen after, median", milliseconds(statistics.median(waits)))
    table.limit("a commission is seen after, 99 of 100", late, 1.0, "s")
    table.limit("a commission is seen after, the last", waits[-1], 1.0, "s")
    table.print()
