"""Questions about orders."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from mall.buyers.models import Buyer
from mall.orders.models import Order, OrderAddress, OrderLine


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with their lines, each with the public ids of its SKU and product: one query more."""
    lines = OrderLine.objects.select_related("sku", "product").order_by("position")
    return orders.prefetch_related(Prefetch("lines", lines))


def with_address(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with where they go: one query more."""
    return orders.prefetch_related(Prefetch("addresses", OrderAddress.objects.all()))


def orders_of(buyer: Buyer, *, status: str = "") -> QuerySet[Order]:
    """A buyer's own orders, of one status or all."""
    orders = Order.objects.filter(buyer=buyer)
    return orders.filter(status=status) if status else orders


def orders_of_mall(*, status: str = "", number: str = "") -> QuerySet[Order]:
    """The mall's orders with their buyers, of one status or with one number."""
    orders = Order.objects.select_related("buyer")
    if status:
        orders = orders.filter(status=status)
    return orders.filter(number=number) if number else orders
