"""Every way an order's status moves, in one table; nothing else in the house writes Order.status.

Each step is a compare-and-set, `UPDATE … WHERE status = before`: of two that race, one finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mall import clock
from mall.events.services import record_many
from mall.orders.actors import Actor, actor_key
from mall.orders.errors import WrongState
from mall.orders.models import Order, OrderChange, OrderStatus
from mall.orders.releasing import release_offers
from mall.tenancy.context import require_mall_id


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of the diagram: from, to, the time it stamps, the event it records (None: another tells of it)."""

    before: str
    after: str
    stamp: str
    event: str | None


STEPS: dict[str, Step] = {
    "pay": Step(OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID, "paid_at", "order.paid"),
    "cancel": Step(OrderStatus.AWAITING_PAYMENT, OrderStatus.CANCELLED, "ended_at", "order.cancelled"),
    "expire": Step(OrderStatus.AWAITING_PAYMENT, OrderStatus.CLOSED, "ended_at", "order.cancelled"),
    # Money that came after the order had expired, with the goods still there.
    "reopen": Step(OrderStatus.CLOSED, OrderStatus.PAID, "paid_at", "order.paid"),
    # Everything was refunded before anything was sent; order.refunded has told of it.
    "unwind": Step(OrderStatus.PAID, OrderStatus.CLOSED, "ended_at", None),
    "ship": Step(OrderStatus.PAID, OrderStatus.SHIPPED, "shipped_at", "order.shipped"),
    "receive": Step(OrderStatus.SHIPPED, OrderStatus.RECEIVED, "received_at", "order.received"),
    "complete": Step(OrderStatus.RECEIVED, OrderStatus.COMPLETED, "completed_at", "order.completed"),
}

# What these orders had at a special price is free for others, and their coupons are their buyers' again.
_COMES_TO_NOTHING = frozenset({"cancel", "expire", "unwind"})


def advance(order: Order, name: str, *, actor: Actor, note: str = "", **columns: Any) -> Order:
    """Take one order one step, write its OrderChange and record its event; `columns` are written with it.

    The order's row should be locked already. Raises WrongState when it is not where the step begins.
    """
    if not advance_many([order.pk], name, actor=actor, note=note, **columns):
        raise WrongState
    order.refresh_from_db()
    return order


def advance_many(order_ids: Sequence[int], name: str, *, actor: Actor, note: str = "", **columns: Any) -> list[int]:
    """Take many orders one step, in a constant number of statements; answers the ids that were there to take it.

    To be called with the rows locked in the order of their ids.
    """
    step, at = STEPS[name], clock.now()
    moved = _move(order_ids, step, {step.stamp: at, **columns}, only_unpaid=name == "reopen")
    if name in _COMES_TO_NOTHING:
        release_offers(moved, goods_follow=name != "unwind")
    mall_id = require_mall_id("An order")
    OrderChange.objects.bulk_create(
        OrderChange(
            mall_id=mall_id, order_id=pk, before=step.before, after=step.after, actor=actor_key(actor), note=note, at=at
        )
        for pk in moved
    )
    if step.event is not None:
        record_many(step.event, [(pk, {}) for pk in moved])
    return moved


def _move(order_ids: Sequence[int], step: Step, columns: dict[str, Any], *, only_unpaid: bool) -> list[int]:
    """The compare-and-set itself."""
    quote = connection.ops.quote_name
    changes = ", ".join(f"{quote(Order._meta.get_field(name).column)} = %s" for name in columns)
    # Closed after a full refund is another thing than closed unpaid: money came once already.
    unpaid = " AND paid_at IS NULL" if only_unpaid else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE mall_order SET status = %s, {changes} "  # noqa: S608 - column names of our own model
            f"WHERE mall_id = %s AND id = ANY(%s) AND status = %s{unpaid} RETURNING id",
            [step.after, *columns.values(), require_mall_id("An order"), list(order_ids), step.before],
        )
        return sorted(row[0] for row in cursor.fetchall())
