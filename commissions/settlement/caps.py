"""Daily caps and the monthly budget of click and registration commissions, taken atomically.

The rows are locked (budget first, then caps, each in the order of ids) until the transaction ends,
so the last fen of a budget is given once. There are no part payments: what no longer fits in whole
pays nothing and says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection

from mall import clock
from mall.malls.models import Mall
from mall.tenancy.context import require_mall_id

CapKey = tuple[int, str, date]


class Limits:
    """The usage rows of one batch, locked. Take and give back, then save."""

    def __init__(self, wanted: Iterable[tuple[int, str, datetime]]) -> None:
        """wanted: (promoter's member id, kind, moment) of each click or registration of the batch."""
        self._mall_id = require_mall_id("Limits")
        self._timezone = Mall.objects.values_list("timezone", flat=True).get(pk=self._mall_id)
        wanted = list(wanted)
        self._months = self._lock_months(sorted({self.month(at) for _, _, at in wanted}))
        self._caps = self._lock_caps(sorted({(member, kind, self.day(at)) for member, kind, at in wanted}))
        self._changed_months: set[date] = set()
        self._changed_caps: set[CapKey] = set()

    def day(self, at: datetime) -> date:
        return clock.mall_day(at, self._timezone)

    def month(self, at: datetime) -> date:
        return clock.mall_month(at, self._timezone)

    def take(
        self, member_id: int, kind: str, at: datetime, amount_fen: int, *, cap_fen: int | None, budget_fen: int | None
    ) -> str:
        """Use amount_fen of the promoter's day and the mall's month; answers "" or the reason it does not fit."""
        month, cap = self.month(at), (member_id, kind, self.day(at))
        if cap_fen is not None and self._caps[cap] + amount_fen > cap_fen:
            return "capped"
        if budget_fen is not None and self._months[month] + amount_fen > budget_fen:
            return "budget"
        self._change(month, cap, amount_fen)
        return ""

    def give_back(self, member_id: int, kind: str, at: datetime, amount_fen: int) -> None:
        """Undo take, on the day and month it was taken on."""
        self._change(self.month(at), (member_id, kind, self.day(at)), -amount_fen)

    def _change(self, month: date, cap: CapKey, amount_fen: int) -> None:
        self._months[month] += amount_fen
        self._caps[cap] += amount_fen
        self._changed_months.add(month)
        self._changed_caps.add(cap)

    def save(self) -> None:
        """Write the usage that changed."""
        with connection.cursor() as cursor:
            if self._changed_months:
                cursor.execute(
                    "UPDATE commissions_budgetusage b SET used_fen = v.used FROM unnest(%s::date[], %s::bigint[]) "
                    "AS v(month, used) WHERE b.mall_id = %s AND b.month = v.month",
                    [
                        list(self._changed_months),
                        [self._months[month] for month in self._changed_months],
                        self._mall_id,
                    ],
                )
            if self._changed_caps:
                members, kinds, days = zip(*self._changed_caps, strict=True)
                cursor.execute(
                    "UPDATE commissions_capusage c SET used_fen = v.used "
                    "FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[]) AS v(member, kind, day, used) "
                    "WHERE c.mall_id = %s AND c.member_id = v.member AND c.kind = v.kind AND c.day = v.day",
                    [
                        list(members),
                        list(kinds),
                        list(days),
                        [self._caps[key] for key in self._changed_caps],
                        self._mall_id,
                    ],
                )
        self._changed_months.clear()
        self._changed_caps.clear()

    def _lock_months(self, months: list[date]) -> dict[date, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO commissions_budgetusage (mall_id, month, used_fen) SELECT %s, m, 0 "
                "FROM unnest(%s::date[]) AS m ORDER BY m ON CONFLICT (mall_id, month) DO NOTHING",
                [self._mall_id, months],
            )
            cursor.execute(
                "SELECT month, used_fen FROM commissions_budgetusage WHERE mall_id = %s AND month = ANY(%s::date[]) "
                "ORDER BY id FOR NO KEY UPDATE",
                [self._mall_id, months],
            )
            return dict(cursor.fetchall())

    def _lock_caps(self, keys: list[CapKey]) -> dict[CapKey, int]:
        members, kinds, days = (list(part) for part in zip(*keys, strict=True)) if keys else ([], [], [])
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO commissions_capusage (mall_id, member_id, kind, day, used_fen) SELECT %s, m, k, d, 0 "
                "FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS w(m, k, d) ORDER BY m, k, d "
                "ON CONFLICT (mall_id, member_id, kind, day) DO NOTHING",
                [self._mall_id, members, kinds, days],
            )
            cursor.execute(
                "SELECT c.member_id, c.kind, c.day, c.used_fen FROM commissions_capusage c "
                "JOIN unnest(%s::bigint[], %s::text[], %s::date[]) AS w(m, k, d) "
                "ON c.member_id = w.m AND c.kind = w.k AND c.day = w.d "
                "WHERE c.mall_id = %s ORDER BY c.id FOR NO KEY UPDATE OF c",
                [members, kinds, days, self._mall_id],
            )
            return {(member, kind, day): used for member, kind, day, used in cursor.fetchall()}
