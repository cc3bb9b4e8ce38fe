"""What happens to orders by the passing of time: unpaid ones close, shipped ones are received, received ones complete.

Each batch is one transaction over rows locked with SKIP LOCKED: two runs at once share the work, and a run
that dies half-way leaves whole orders behind, to be found by the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from mall import clock
from mall.malls.models import Mall
from mall.orders import stock
from mall.orders.models import OrderLine
from mall.orders.transitions import STEPS, advance_many
from mall.tenancy.context import mall_scope

BATCH = 100


@dataclass(frozen=True, slots=True)
class Timed:
    """Orders moved by one run of a mall's timers."""

    expired: int
    received: int
    completed: int


def run_timers(mall_id: int) -> Timed:
    """Move every order of one mall whose time has come. Opens its own transactions; needs none."""
    return Timed(
        expired=_until_done(mall_id, _expire_batch),
        received=_until_done(mall_id, _receive_batch),
        completed=_until_done(mall_id, _complete_batch),
    )


def _until_done(mall_id: int, batch: Callable[[Mall], int]) -> int:
    total = 0
    while True:
        with mall_scope(mall_id):
            moved = batch(Mall.objects.get(pk=mall_id))
        total += moved
        if moved < BATCH:
            return total


def _expire_batch(mall: Mall) -> int:
    due = _lock_due("expire", "o.expires_at <= %s", mall, timedelta())
    expired = advance_many(due, "expire", actor=None, note=_("超时未付款"))
    stock.give_back(_pieces(expired))
    return len(expired)


def _receive_batch(mall: Mall) -> int:
    due = _lock_due("receive", f"o.shipped_at <= %s AND {_NO_CASE}", mall, timedelta(days=mall.auto_receive_days))
    return len(advance_many(due, "receive", actor=None, note=_("超时自动确认收货")))


def _complete_batch(mall: Mall) -> int:
    due = _lock_due("complete", f"o.received_at <= %s AND {_NO_CASE}", mall, timedelta(days=mall.after_sales_days))
    return len(advance_many(due, "complete", actor=None, note=_("售后期已过")))


# Nothing moves by itself while the buyer waits for a decision or for his goods.
_NO_CASE = (
    "NOT EXISTS (SELECT 1 FROM mall_refund r WHERE r.mall_id = o.mall_id AND r.order_id = o.id "
    "AND r.status = 'requested') "
    "AND NOT EXISTS (SELECT 1 FROM mall_case c WHERE c.mall_id = o.mall_id AND c.order_id = o.id "
    "AND c.closed_at IS NULL)"
)


def _lock_due(step: str, condition: str, mall: Mall, age: timedelta) -> list[int]:
    """Lock up to BATCH orders that stand where the step begins and are that old; whoever is busy is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.id FROM mall_order o WHERE o.mall_id = %s AND o.status = %s AND {condition} "  # noqa: S608 - ours
            "ORDER BY o.id LIMIT %s FOR NO KEY UPDATE OF o SKIP LOCKED",
            [mall.pk, STEPS[step].before, clock.now() - age, BATCH],
        )
        return [row[0] for row in cursor.fetchall()]


def _pieces(order_ids: list[int]) -> Counter[int]:
    """SKU id → pieces of all these orders together."""
    sums = OrderLine.objects.filter(order__in=order_ids).values("sku_id").annotate(pieces=Sum("quantity"))
    return Counter({row["sku_id"]: row["pieces"] for row in sums})
