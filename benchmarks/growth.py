"""Growth: settlement must not care how long the ledger is already."""

from __future__ import annotations

from typing import Any

from benchmarks import house, seeding
from benchmarks.databases import Databases
from benchmarks.report import Table, back_to_back, per_second, timed
from tests.installation import Installation

ENTRIES_OF_AN_ORDER = 3
MEMBERS = 10_000


class Growth:
    """One mall per length of the ledger; each measure settles the same number of new orders."""

    def __init__(self, installation: Installation, databases: Databases, orders: int) -> None:
        self.installation, self.databases, self.orders = installation, databases, orders
        self.malls: dict[int, tuple[int, str]] = {}

    def open(self, entries: int) -> None:
        """A mall whose ledger is so long, with orders that wait for their settlement."""
        house.point_at(self.installation, "fenyong")
        database = self.databases.migrated(f"growth_{entries}")
        house.point_at(self.installation, database)
        mall_id = house.make_mall()
        house.point_at(self.installation, "fenyong")
        with self.installation.session("admin", database) as cursor:
            seeding.quiet(cursor, mall_id)
            seeding.add_members(cursor, mall_id, MEMBERS)
            seeding.balance_accounts(cursor, mall_id)
            with seeding.without_indexes(cursor):
                seeding.add_orders(cursor, mall_id, entries // ENTRIES_OF_AN_ORDER, settled=True)
            seeding.settle_balances(cursor, mall_id)
            cursor.execute("VACUUM ANALYZE")
        self.malls[entries] = (mall_id, database)

    def settle(self, entries: int) -> float:
        """Orders per second of so many new ones behind a ledger of this length, in the middle of a day's work.

        As many are settled before: the first change of a page after a checkpoint writes the whole page into the log,
        which a mall pays once in minutes and not with every order.
        """
        self._deliver(entries, checkpoint=True)
        return self.orders / self._deliver(entries, checkpoint=False)

    def _deliver(self, entries: int, *, checkpoint: bool) -> float:
        """Seconds that the deliveries of so many new orders take."""
        from mall.tasks import deliver_mall

        mall_id, database = self.malls[entries]
        house.point_at(self.installation, "fenyong")
        with self.installation.session("admin", database) as cursor:
            seeding.quiet(cursor, mall_id)
            seeding.add_orders(cursor, mall_id, self.orders, settled=False)
            if checkpoint:
                # What was just seeded would else be written to disk while others are measured.
                cursor.execute("CHECKPOINT")
        house.point_at(self.installation, database)
        with timed() as watch:
            deliver_mall.run(mall_id=mall_id)
        return float(watch.seconds)


def run(installation: Installation, databases: Databases, options: Any) -> None:
    """Print the table of growth."""
    lengths = [options.size(100_000), options.size(1_000_000), *([10_000_000] if options.full else [])]
    bench = Growth(installation, databases, options.size(5_000))
    for entries in lengths:
        bench.open(entries)
    found = back_to_back(
        {str(entries): lambda entries=entries: bench.settle(entries) for entries in lengths}, options.runs
    )
    table = Table(f"Growth: orders settled per second behind a ledger that is so long already ({bench.orders:,} each)")
    for entries in lengths:
        table.add(f"{entries:,} entries", per_second(found[str(entries)]))
    for entries in lengths[1:]:
        table.ratio(
            f"time at {entries:,} / {lengths[0]:,}", found[str(lengths[0])], found[str(entries)], 1.2, most=True
        )
    table.print()
