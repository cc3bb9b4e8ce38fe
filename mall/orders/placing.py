"""Placing an order: what may be asked for, and the one statement that writes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mall import clock, money
from mall.buyers.models import Buyer
from mall.catalogue.models import Product, Sku
from mall.events.services import record
from mall.inputs import checked_line, checked_number
from mall.orders import stock
from mall.orders.actors import actor_key
from mall.orders.errors import BadOrder, NotOnSale, OutOfStock, SkuMissing
from mall.orders.freight import freight_for
from mall.orders.models import Order, OrderStatus
from mall.orders.numbers import random_digits
from mall.orders.regions import check_region
from mall.tenancy.context import require_mall_id

LINES_MAX = 50
QUANTITY_MAX = 9_999
NUMBER_ATTEMPTS = 5

# Address fields: most characters, and whether one may be left empty.
_ADDRESS = {
    "name": (40, 1),
    "phone": (20, 5),
    "province": (40, 1),
    "city": (40, 1),
    "district": (40, 0),
    "detail": (200, 1),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as it will stand, before its row exists. Fen."""

    lines: list[tuple[Sku, int]]
    goods_fen: int
    freight_fen: int
    paid_fen: list[int]
    line_freight_fen: list[int]

    @property
    def total_fen(self) -> int:
        """What the buyer pays."""
        return self.goods_fen + self.freight_fen


def checked_lines(lines: Sequence[tuple[Sku | UUID, int]]) -> dict[UUID, int]:
    """Public id of the SKU → quantity, in the order asked for; the same SKU twice is one line.

    1..50 lines of 1..9,999 pieces. Raises BadOrder.
    """
    if not 1 <= len(lines) <= LINES_MAX:
        raise BadOrder(_("订单须有 1 到 %(most)s 行商品。") % {"most": LINES_MAX}, field="lines")
    wanted: dict[UUID, int] = {}
    for position, (sku, quantity) in enumerate(lines):
        checked_number(f"lines.{position}.quantity", quantity, QUANTITY_MAX, least=1, refuse=BadOrder)
        public_id = sku.public_id if isinstance(sku, Sku) else sku
        wanted[public_id] = wanted.get(public_id, 0) + quantity
        checked_number(f"lines.{position}.quantity", wanted[public_id], QUANTITY_MAX, least=1, refuse=BadOrder)
    return wanted


def checked_address(address: dict[str, Any]) -> dict[str, str]:
    """Name, phone, province, city, district and detail, each within its column; regions by official names."""
    if not isinstance(address, dict):
        raise BadOrder(_("收货地址（address）须为一个对象。"), field="address")
    found = {}
    for field, (most, least) in _ADDRESS.items():
        found[field] = checked_line(f"address.{field}", address.get(field, ""), most, least=least, refuse=BadOrder)
    if not all(char.isascii() and (char.isdigit() or char in "+- ()") for char in found["phone"]):
        raise BadOrder(_("收货电话（phone）只能含数字、空格和 + - ( )。"), field="address.phone")
    check_region(found["province"], found["city"], found["district"])
    return found


def lock_goods(wanted: dict[UUID, int]) -> list[tuple[Sku, int]]:
    """Lock the SKUs by id, on sale and enough of them. Raises SkuMissing, NotOnSale, OutOfStock."""
    skus = {
        sku.public_id: sku
        for sku in Sku.objects.select_related("product")
        .select_for_update(no_key=True, of=("self",))
        .filter(public_id__in=wanted)
        .order_by("id")
    }
    if len(skus) < len(wanted):
        raise SkuMissing
    lines = [(skus[public_id], quantity) for public_id, quantity in wanted.items()]
    for sku, quantity in lines:
        if not sku.is_active or sku.product.status != Product.Status.ON_SALE:
            raise NotOnSale(_("“%(name)s”已下架或该规格已停售，请换一个再下单。") % {"name": sku.product.name})
        if sku.stock < quantity:
            raise OutOfStock(
                _("“%(name)s %(specs)s”库存不足，仅剩 %(left)s 件，请减少数量。")
                % {"name": sku.product.name, "specs": sku, "left": sku.stock}
            )
    return lines


def price(lines: list[tuple[Sku, int]], address: dict[str, str]) -> Draft:
    """Price the lines at the SKUs' prices of this moment; shares of freight by what a line costs."""
    amounts = [sku.price_fen * quantity for sku, quantity in lines]
    goods_fen = sum(amounts)
    freight_fen = freight_for(lines, (address["province"], address["city"], address["district"]))
    if goods_fen + freight_fen > money.FEN_MAX:
        raise BadOrder(
            _("订单金额超过上限 ¥%(most)s，请分次下单。") % {"most": money.yuan(money.FEN_MAX)}, field="lines"
        )
    return Draft(
        lines=lines,
        goods_fen=goods_fen,
        freight_fen=freight_fen,
        # Discounts of the whole order will be taken off here before it is split.
        paid_fen=money.split_exactly(goods_fen, amounts),
        line_freight_fen=money.split_exactly(freight_fen, amounts),
    )


# One statement for the order and everything that belongs to it: five round trips less in the hottest write
# after a click. The number's day and the time to pay are the mall's own.
_INSERT = """
WITH placed AS (
    INSERT INTO mall_order (mall_id, number, buyer_id, status, goods_fen, discount_fen, freight_fen, total_fen,
        refunded_fen, note, visitor_key, placed_by_staff, carrier, tracking_number, placed_at, expires_at)
    SELECT m.id, to_char(%(at)s AT TIME ZONE m.timezone, 'YYYYMMDD') || %(digits)s, %(buyer)s, %(status)s,
        %(goods)s, 0, %(freight)s, %(total)s,
        0, %(note)s, %(visitor)s, %(by_staff)s, '', '', %(at)s, %(at)s + make_interval(mins => m.unpaid_close_minutes)
    FROM mall_mall m WHERE m.id = %(mall)s
    ON CONFLICT (mall_id, number) DO NOTHING
    RETURNING *
), line AS (
    INSERT INTO mall_orderline (mall_id, order_id, sku_id, product_id, name, specs, quantity, price_fen, paid_fen,
        freight_fen, refunded_fen, refunded_quantity, position)
    SELECT %(mall)s, placed.id, l.sku, l.product, l.name, l.specs, l.quantity, l.price_fen, l.paid_fen,
        l.freight_fen, 0, 0, l.position
    FROM placed, jsonb_to_recordset(%(lines)s::jsonb) AS l (sku bigint, product bigint, name text, specs jsonb,
        quantity int, price_fen bigint, paid_fen bigint, freight_fen bigint, position smallint)
), address AS (
    INSERT INTO mall_orderaddress (mall_id, order_id, name, phone, province, city, district, detail)
    SELECT %(mall)s, placed.id, %(a_name)s, %(a_phone)s, %(a_province)s, %(a_city)s, %(a_district)s, %(a_detail)s
    FROM placed
), change AS (
    INSERT INTO mall_orderchange (mall_id, order_id, before, after, actor, note, at)
    SELECT %(mall)s, placed.id, '', %(status)s, %(actor)s, '', %(at)s FROM placed
)
SELECT * FROM placed
"""


def write(
    draft: Draft, *, buyer: Buyer, address: dict[str, str], visitor_key: str, note: str, placed_by_staff: bool
) -> Order:
    """Take the goods, write the order and record order.placed. Raises OutOfStock."""
    if not stock.take({sku.pk: quantity for sku, quantity in draft.lines}):
        raise OutOfStock
    values = _values(draft) | {f"a_{field}": text for field, text in address.items()}
    values |= {"buyer": buyer.pk, "actor": actor_key(buyer), "visitor": visitor_key, "note": note}
    values |= {"by_staff": placed_by_staff}
    # Two orders of one day draw the same digits once in a very long while.
    for _attempt in range(NUMBER_ATTEMPTS):
        for order in Order.objects.raw(_INSERT, values | {"digits": random_digits()}):
            record("order.placed", order.pk)
            return order
    raise RuntimeError("no free order number found")


def _values(draft: Draft) -> dict[str, Any]:
    lines = [
        {
            "sku": sku.pk,
            "product": sku.product_id,
            "name": sku.product.name,
            "specs": sku.specs,
            "quantity": quantity,
            "price_fen": sku.price_fen,
            "paid_fen": draft.paid_fen[i],
            "freight_fen": draft.line_freight_fen[i],
            "position": i,
        }
        for i, (sku, quantity) in enumerate(draft.lines)
    ]
    return {
        "mall": require_mall_id("An order"),
        "status": OrderStatus.AWAITING_PAYMENT.value,
        "goods": draft.goods_fen,
        "freight": draft.freight_fen,
        "total": draft.total_fen,
        "lines": json.dumps(lines, ensure_ascii=False),
        "at": clock.now(),
    }
