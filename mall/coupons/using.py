"""What becomes of an order's coupon when that comes to nothing, or comes back. Placing uses it (orders.placing)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from mall import clock
from mall.tenancy.context import require_mall_id

_OF_ORDERS = """
SELECT DISTINCT s.source_id FROM mall_linestep s
JOIN mall_orderline l ON l.mall_id = s.mall_id AND l.id = s.line_id
WHERE s.mall_id = %(mall)s AND s.step = 'coupon' AND l.order_id = ANY(%(orders)s)
"""
_GIVE_BACK = f"""
UPDATE mall_coupon c SET order_id = NULL, used_at = NULL
WHERE c.mall_id = %(mall)s AND c.id IN ({_OF_ORDERS}) AND c.order_id = ANY(%(orders)s)
"""  # noqa: S608 - our own text
_USE_AGAIN = f"""
WITH used AS ({_OF_ORDERS}), again AS (
    UPDATE mall_coupon c SET order_id = %(order)s, used_at = %(at)s FROM used
    WHERE c.mall_id = %(mall)s AND c.id = used.source_id AND c.order_id IS NULL RETURNING c.id
)
SELECT (SELECT count(*) FROM used) = (SELECT count(*) FROM again)
"""  # noqa: S608 - our own text


def give_coupons_back(order_ids: Sequence[int]) -> None:
    """Put the coupons of these orders back into their wallets, for as long as they still last."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"mall": require_mall_id("A coupon"), "orders": list(order_ids)})


def use_again(order_id: int) -> bool:
    """Use the coupon of an order that comes back after it had ended. False: another order has used it since."""
    values = {"mall": require_mall_id("A coupon"), "orders": [order_id], "order": order_id, "at": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_USE_AGAIN, values)
        return cursor.fetchone()[0]
