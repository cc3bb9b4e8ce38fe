"""What an order that comes to nothing gives back beside its goods, and takes again when it comes back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from mall.coupons.using import give_coupons_back, use_again
from mall.orders import stock
from mall.orders.models import Order, OrderLine
from mall.promotions.taking import give_limited_back, limited_of_order, take_limited
from mall.tenancy.context import require_mall_id

_LOCK_GOODS = """
SELECT id FROM mall_sku WHERE mall_id = %(mall)s AND id IN (
    SELECT sku_id FROM mall_orderline WHERE mall_id = %(mall)s AND order_id = ANY(%(orders)s)
) ORDER BY id FOR NO KEY UPDATE
"""


def release_offers(order_ids: Sequence[int], *, goods_follow: bool) -> None:
    """Give back the coupons and limited-time pieces of these orders, whose rows are locked.

    goods_follow: their stock goes back after this, so the SKUs are locked here, before the limited prices.
    """
    if not order_ids:
        return
    give_coupons_back(order_ids)
    if goods_follow:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_GOODS, {"mall": require_mall_id("An order"), "orders": list(order_ids)})
    give_limited_back(order_ids)


def take_again(order: Order) -> bool:
    """Take coupon, goods and limited-time pieces of an ended order again: all of them, or nothing and False.

    The order's row must be locked. Locks the coupon, the SKUs and the limited prices, each by id.
    """
    pieces = dict(OrderLine.objects.filter(order=order).values_list("sku_id", "quantity"))
    with transaction.atomic():
        complete = use_again(order.pk) and stock.take(pieces) and take_limited(limited_of_order(order.pk))
        if not complete:
            transaction.set_rollback(True)
    return complete
