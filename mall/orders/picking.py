"""What is to be picked: the orders that wait to be sent, and all their pieces by SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from mall.orders.models import Order, OrderLine, OrderStatus

# A round through the store room; the next ones stand on the list once these have gone.
PICKED_MOST = 200


@dataclass(frozen=True)
class PickList:
    """Orders with `address` and `to_pick` (lines with `left`), oldest first; pieces by SKU; whether more wait."""

    orders: Sequence[Any]
    pieces: Sequence[dict[str, Any]]
    is_more: bool


def pick_list() -> PickList:
    """The next 200 paid orders of the mall in force, without what was refunded. Three statements; locks nothing."""
    lines = Prefetch("lines", OrderLine.objects.select_related("sku").order_by("position", "id"))
    waiting = Order.objects.filter(status=OrderStatus.PAID).order_by("id")
    orders: list[Any] = list(waiting.prefetch_related(lines, "addresses")[: PICKED_MOST + 1])
    is_more, orders = len(orders) > PICKED_MOST, orders[:PICKED_MOST]
    pieces: dict[int, dict[str, Any]] = defaultdict(lambda: {"quantity": 0, "orders": 0})
    for order in orders:
        order.address = next(iter(order.addresses.all()), None)
        order.to_pick = [line for line in order.lines.all() if line.quantity > line.refunded_quantity]
        for line in order.to_pick:
            line.left = line.quantity - line.refunded_quantity
            row = pieces[line.sku_id]
            row |= {"sku": line.sku, "name": line.name, "specs": line.specs, "code": line.sku.code}
            row["quantity"] += line.left
            row["orders"] += 1
    return PickList(orders, sorted(pieces.values(), key=lambda row: (row["name"], str(row["specs"]))), is_more)
