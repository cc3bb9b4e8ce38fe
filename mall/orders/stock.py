"""Taking stock and giving it back: the only writers of Sku.stock besides the merchant's own editor."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from mall.tenancy.context import require_mall_id

# Rows are locked in the order of their ids whatever the plan, so that two orders never wait for each other.
_GIVE_BACK = """
UPDATE mall_sku s SET stock = s.stock + back.quantity
FROM (
    SELECT k.id, given.quantity FROM mall_sku k
    JOIN unnest(%s::bigint[], %s::int[]) AS given (id, quantity) ON given.id = k.id
    WHERE k.mall_id = %s ORDER BY k.id FOR NO KEY UPDATE OF k
) back
WHERE s.mall_id = %s AND s.id = back.id
"""

_TAKE = """
UPDATE mall_sku s SET stock = s.stock - wanted.quantity
FROM (
    SELECT k.id, asked.quantity FROM mall_sku k
    JOIN unnest(%s::bigint[], %s::int[]) AS asked (id, quantity) ON asked.id = k.id
    WHERE k.mall_id = %s ORDER BY k.id FOR NO KEY UPDATE OF k
) wanted
WHERE s.mall_id = %s AND s.id = wanted.id AND s.stock >= wanted.quantity
"""


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
        cursor.execute(statement, [list(quantities), list(quantities.values()), mall_id, mall_id])
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
UPDATE mall_product p SET sold_count = p.sold_count + sold.quantity
FROM (
    SELECT k.id, ordered.quantity FROM mall_product k
    JOIN (
        SELECT l.product_id, sum(l.quantity)::int AS quantity FROM mall_orderline l
        WHERE l.mall_id = %s AND l.order_id = %s GROUP BY l.product_id
    ) ordered ON ordered.product_id = k.id
    WHERE k.mall_id = %s ORDER BY k.id FOR NO KEY UPDATE OF k
) sold
WHERE p.mall_id = %s AND p.id = sold.id
"""


def count_sold(order_id: int) -> None:
    """Add a paid order's pieces to its products' sold counts. Locks the products in the order of their ids."""
    mall_id = require_mall_id("Stock")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SOLD, [mall_id, order_id, mall_id, mall_id])
