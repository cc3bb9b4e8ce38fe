"""Goods, orders, payments and refunds for tests, made through the services."""

from __future__ import annotations

import itertools
from typing import Any

from mall.aftersales.models import Refund
from mall.aftersales.services import approve_refund, request_refund
from mall.buyers.models import Buyer
from mall.catalogue.models import Product, Sku
from mall.catalogue.services import create_product
from mall.malls.models import Mall
from mall.orders.models import Order, OrderLine
from mall.orders.services import confirm_receipt, place_order, ship_order
from mall.payments.services import start_payment
from mall.staff.models import StaffMember
from mall.tenancy.context import mall_scope
from tests.factories.mall import owner_of

_numbers = itertools.count(1)


def make_product(
    mall: Mall, *, price_fen: int = 10_000, stock: int = 1_000, name: str | None = None, **details: Any
) -> Product:
    """A product on sale with one SKU. Needs no scope."""
    with mall_scope(mall.pk):
        return create_product(
            name=name or f"商品{next(_numbers)}",
            skus=[{"specs": {}, "price_fen": price_fen, "stock": stock}],
            **details,
        )


def make_sku(mall: Mall, *, price_fen: int = 10_000, stock: int = 1_000) -> Sku:
    """The only SKU of a new product. Needs no scope."""
    product = make_product(mall, price_fen=price_fen, stock=stock)
    with mall_scope(mall.pk):
        return Sku.objects.select_related("product").get(product=product)


def an_address(**changes: str) -> dict[str, str]:
    """Where a parcel can go."""
    return {
        "name": "王小明",
        "phone": "13800138000",
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "detail": "科技园路 1 号",
        **changes,
    }


def place(mall: Mall, buyer: Buyer, *lines: tuple[Sku, int], **more: Any) -> Order:
    """An order that awaits payment; without lines one piece of a new SKU of ¥100. Needs no scope."""
    asked = lines or ((make_sku(mall), 1),)
    with mall_scope(mall.pk):
        return place_order(buyer=buyer, lines=asked, address=an_address(), **more)


def pay(order: Order) -> Order:
    """The order, paid in the sandbox. Needs no scope."""
    with mall_scope(order.mall_id):
        start_payment(order=order, provider="sandbox")
        return Order.objects.get(pk=order.pk)


def place_and_pay(mall: Mall, buyer: Buyer, *lines: tuple[Sku, int], **more: Any) -> Order:
    """A paid order; see place. Needs no scope."""
    return pay(place(mall, buyer, *lines, **more))


def ship(order: Order, staff: StaffMember | None = None) -> Order:
    """The paid order, sent off. Needs no scope."""
    with mall_scope(order.mall_id):
        return ship_order(order=order, company="顺丰速运", number="SF1234567890", actor=staff)


def receive(order: Order) -> Order:
    """The order, paid or shipped, in its buyer's hands. Needs no scope."""
    if order.status == "paid":
        order = ship(order)
    with mall_scope(order.mall_id):
        return confirm_receipt(order=order, actor=order.buyer)


def lines_of(order: Order) -> list[OrderLine]:
    """The order's lines as they stand. Needs no scope."""
    with mall_scope(order.mall_id):
        return list(OrderLine.objects.filter(order=order).order_by("position"))


def ask_refund(order: Order, *amounts_fen: int, quantity: int | None = None, reason: str = "不想要了") -> Refund:
    """A refund asked for: so many fen of the first, second, … line; without amounts all of each. Needs no scope."""
    lines = lines_of(order)
    wanted = amounts_fen or tuple(line.paid_fen + line.freight_fen - line.refunded_fen for line in lines)
    asked = [
        {"line": line, "amount_fen": amount_fen, **({} if quantity is None else {"quantity": quantity})}
        for line, amount_fen in zip(lines, wanted, strict=False)
        if amount_fen
    ]
    with mall_scope(order.mall_id):
        return request_refund(order=order, lines=asked, reason=reason)


def refund(order: Order, *amounts_fen: int, quantity: int | None = None) -> Refund:
    """A refund asked for and approved by the mall's owner; see ask_refund. Needs no scope."""
    asked = ask_refund(order, *amounts_fen, quantity=quantity)
    owner = owner_of(Mall(pk=order.mall_id))
    with mall_scope(order.mall_id):
        return approve_refund(refund=asked, actor=owner)
