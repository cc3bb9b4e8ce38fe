"""Taking stock and giving it back.

Who else writes Sku.stock: placing, in the statement of the order itself (mall.orders.placing), and the merchant's
editor.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from mall.tenancy.context import require_mall_id

# Rows are locked in the order of their ids whatever the plan, so that two orders never wait for each other;
# by a statement of its own: one that locks in a sub-select and then updates meets its own lock behind others
# that queue for the row, and PostgreSQL calls that a deadlock. Both travel together.
_LOCK = "SELECT id FROM mall_sku WHERE mall_id = %(mall)s AND id = ANY(%(skus)s) ORDER BY id FOR NO KEY UPDATE; "
_GIVE_BACK = (
    _LOCK
    + """
UPDATE mall_sku s SET stock = s.stock + moved.quantity
FROM unnest(%(skus)s::bigint[], %(quantities)s::int[]) AS moved (id, quantity)
WHERE s.mall_id = %(mall)s AND s.id = moved.id
"""
)
_TAKE = (
    _LOCK
    + """
UPDATE mall_sku s SET stock = s.stock - moved.quantity
FROM unnest(%(skus)s::bigint[], %(quantities)s::int[]) AS moved (id, quantity)
WHERE s.mall_id = %(mall)s AND s.id = moved.id AND s.stock >= moved.quantity
"""
)


def take(quantities: Mapping[int, int]) -> bool:
    """Take pieces per SKU id, guarded by what is there. False: not all could be taken, and the caller rolls back.

    Locks the SKUs in the order of their ids.
    """
    return _move(_TAKE, quantities) == len(quantities)


def give_back(quantities: Mapping[int, int]) -> None:
    """Give pieces back per SKU id. Locks the SKUs in the order of their ids."""
    _move(_GIVE_BACK, quantities)


def _move(statement: str, quantities: Mapping[int, int]) -> int:
    if not quantities:
        return 0
    mall_id = require_mall_id("Stock")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"mall": mall_id, "skus": list(quantities), "quantities": list(quantities.values())})
        return cursor.rowcount


def take_all_or_nothing(quantities: Mapping[int, int]) -> bool:
    """Like take, but a shortage leaves everything as it was."""
    with transaction.atomic():
        complete = take(quantities)
        if not complete:
            transaction.set_rollback(True)
    return complete


# The products of a paid order are its hottest rows after the SKUs, so they come last and in order.
_COUNT_SOLD = """
SELECT id FROM mall_product WHERE mall_id = %(mall)s AND id IN (
    SELECT product_id FROM mall_orderline WHERE mall_id = %(mall)s AND order_id = %(order)s
) ORDER BY id FOR NO KEY UPDATE;
UPDATE mall_product p SET sold_count = p.sold_count + ordered.quantity
FROM (
    SELECT product_id, sum(quantity)::int AS quantity FROM mall_orderline
    WHERE mall_id = %(mall)s AND order_id = %(order)s GROUP BY product_id
) ordered
WHERE p.mall_id = %(mall)s AND p.id = ordered.product_id
"""


def count_sold(order_id: int) -> None:
    """Add a paid order's pieces to its products' sold counts. Locks the products in the order of their ids."""
    mall_id = require_mall_id("Stock")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SOLD, {"mall": mall_id, "order": order_id})
