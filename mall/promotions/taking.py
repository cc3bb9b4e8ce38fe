"""Counting what was sold at a limited-time price: the only writer of LimitedPrice.sold_count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from mall.tenancy.context import require_mall_id

_LOCK = (
    "SELECT id FROM mall_limitedprice WHERE mall_id = %(mall)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE; "
)
_TAKE = (
    _LOCK
    + """
UPDATE mall_limitedprice p SET sold_count = p.sold_count + sold.quantity
FROM unnest(%(ids)s::bigint[], %(quantities)s::int[]) AS sold (id, quantity)
WHERE p.mall_id = %(mall)s AND p.id = sold.id
    AND (p.quantity_limit IS NULL OR p.sold_count + sold.quantity <= p.quantity_limit)
"""
)
_OF_ORDERS = """
FROM mall_linestep s JOIN mall_orderline l ON l.mall_id = s.mall_id AND l.id = s.line_id
WHERE s.mall_id = %(mall)s AND s.step = 'limited' AND l.order_id = ANY(%(orders)s)
"""
_GIVE_BACK = f"""
SELECT p.id FROM mall_limitedprice p WHERE p.mall_id = %(mall)s AND p.id IN (SELECT s.source_id {_OF_ORDERS})
ORDER BY p.id FOR NO KEY UPDATE;
UPDATE mall_limitedprice p SET sold_count = greatest(0, p.sold_count - given.quantity)
FROM (SELECT s.source_id AS id, sum(l.quantity)::int AS quantity {_OF_ORDERS} GROUP BY s.source_id) given
WHERE p.mall_id = %(mall)s AND p.id = given.id
"""  # noqa: S608 - our own text


def take_limited(quantities: Mapping[int, int]) -> bool:
    """Count pieces per limited-time price, guarded by its quantity. False: not all could be, and the caller rolls back.

    Locks the prices in the order of their ids.
    """
    if not quantities:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {"mall": require_mall_id("A price"), "ids": list(quantities), "quantities": list(quantities.values())},
        )
        return cursor.rowcount == len(quantities)


def give_limited_back(order_ids: Sequence[int]) -> None:
    """Give back what these orders had at limited-time prices. Locks the prices in the order of their ids.

    Whoever gives goods back too must hold their SKUs already: orders take SKUs first, then prices.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"mall": require_mall_id("A price"), "orders": list(order_ids)})


def limited_of_order(order_id: int) -> dict[int, int]:
    """Limited price id → pieces that the order bought at it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.source_id, sum(l.quantity)::int {_OF_ORDERS} GROUP BY s.source_id",
            {"mall": require_mall_id("A price"), "orders": [order_id]},
        )
        return dict(cursor.fetchall())
