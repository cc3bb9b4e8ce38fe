"""Members: registration must not care how large the mall is; a nested set does."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from benchmarks import house, seeding
from benchmarks.databases import Databases
from benchmarks.peers import environment as peers
from benchmarks.report import Table, milliseconds
from tests.installation import Installation

SMALL, LARGE, HUGE = 1_000, 100_000, 1_000_000
JOINS = 200


class Members:
    """One mall per size; each measure is the median of many joins."""

    def __init__(self, installation: Installation, databases: Databases) -> None:
        self.installation, self.databases = installation, databases

    def open(self, size: int) -> int:
        """A mall with so many members in force; its id."""
        house.point_at(self.installation, "fenyong")
        database = self.databases.migrated(f"members_{size}")
        house.point_at(self.installation, database)
        mall_id = house.make_mall()
        with self.installation.session("admin", database) as cursor:
            seeding.quiet(cursor, mall_id)
            seeding.add_members(cursor, mall_id, size)
            cursor.execute("VACUUM ANALYZE")
        return mall_id

    def measure(self, mall_id: int, joins: int) -> tuple[float, float]:
        """(seconds of a whole registration, seconds of the member's row alone), medians."""
        from mall import clock
        from mall.buyers.models import Buyer
        from mall.buyers.services import send_phone_code
        from mall.tenancy.context import mall_scope
        from members.joining.binding import bind
        from members.joining.ports import ReferrerFound
        from members.joining.services import join
        from members.models import Member
        from referrals.links.services import take_link

        chance = random.Random(7)
        whole, row = [], []
        with mall_scope(mall_id):
            ids = list(Member.objects.order_by("pk").values_list("pk", flat=True))
            codes = [
                take_link(owner=Member.objects.get(pk=chance.choice(ids)), kind="registration", channel_slug="wechat")[
                    0
                ].code
                for _ in range(20)
            ]
        # The first half finds a copy of the database that nobody has read yet; no mall that works is so cold.
        for number in range(2 * joins):
            phone = f"137{number:08d}"
            with mall_scope(mall_id):
                code = send_phone_code(phone=phone, purpose="register")[1]
            begun = time.perf_counter()
            with mall_scope(mall_id):
                join(phone=phone, code=code, ref=chance.choice(codes))
            whole.append(time.perf_counter() - begun)
        with mall_scope(mall_id):
            # More of them: the first ones find no page of the tables and keys in memory.
            buyers = [Buyer.objects.create(is_guest=True) for _ in range(5 * joins)]
        referrers = chance.choices(ids, k=joins)
        for buyer in buyers:
            found = ReferrerFound(chance.choice(referrers), source="ref", code="bench")
            begun = time.perf_counter()
            with mall_scope(mall_id):
                bind(buyer=buyer, found=found, at=clock.now())
            row.append(time.perf_counter() - begun)
        return statistics.median(whole[joins:]), statistics.median(row[len(row) // 2 :])


def run(installation: Installation, databases: Databases, options: Any) -> None:
    """Print the table of members."""
    program = peers.python(options.folder / "peers")
    bench = Members(installation, databases)
    sizes = [SMALL, options.size(LARGE), *([HUGE] if options.full else [])]
    malls = {size: (bench.open(size), installation.database) for size in sizes}
    found: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    for _ in range(options.runs):
        # Small and large in turn, so that both see the same machine.
        for size, (mall_id, database) in malls.items():
            house.point_at(installation, "fenyong")
            copy = databases.copied(database, f"members_run_{size}")
            house.point_at(installation, copy)
            found[size].append(bench.measure(mall_id, options.size(JOINS)))
    whole = {size: statistics.median(one for one, _ in values) for size, values in found.items()}
    row = {size: statistics.median(one for _, one in values) for size, values in found.items()}
    house.point_at(installation, "fenyong")
    large = sizes[1]
    empty = databases.empty("mptt")
    answer = peers.run(program, "mptt_leaf.py", url=installation.url("owner", empty), members=large, joins=15)
    table = Table("Members: seconds of a registration, by the size of the mall")
    for size in sizes:
        table.add(
            f"whole registration at {size:,}", milliseconds(whole[size]), "code, buyer, binding, event; committed"
        )
    for size in sizes:
        table.add(f"the member's two rows at {size:,}", milliseconds(row[size]), "walls and triggers on; committed")
    table.add(f"django-mptt leaf at {large:,}", milliseconds(float(answer["seconds"])), "one tree, same server")
    for size in sizes[1:]:
        table.ratio(f"registration {size:,} / {SMALL:,}", whole[size], whole[SMALL], 1.2, most=True)
    table.ratio("django-mptt leaf / the member's two rows", float(answer["seconds"]), row[large], 500)
    table.add("django-mptt leaf / whole registration", f"{float(answer['seconds']) / whole[large]:,.0f} ×")
    table.print()
