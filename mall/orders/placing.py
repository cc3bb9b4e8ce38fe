"""Placing an order: what may be asked for, and the one statement that writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.utils.translation import gettext as _

from mall.buyers.models import Buyer
from mall.catalogue.models import Sku
from mall.coupons.models import Coupon
from mall.events.services import RECORDING, RECORDING_TYPES, handlers_of, recorded
from mall.inputs import checked_line, checked_number
from mall.orders.actors import actor_key
from mall.orders.baskets import Basket
from mall.orders.errors import BadOrder, NoDelivery, OutOfStock
from mall.orders.models import Order, OrderLine, OrderStatus
from mall.orders.numbers import random_digits
from mall.orders.regions import check_region
from mall.pricing.facts import Priced, Region
from mall.promotions.taking import take_limited
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared
from mall.tenancy.postgres.rows import as_row

LINES_MAX = 50
QUANTITY_MAX = 9_999
NUMBER_ATTEMPTS = 5
RECORDED = "order.placed"

# Address fields: most characters, and whether one may be left empty.
_ADDRESS = {
    "name": (40, 1),
    "phone": (20, 5),
    "province": (40, 1),
    "city": (40, 1),
    "district": (40, 0),
    "detail": (200, 1),
}


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


def checked_destination(address: dict[str, Any] | None) -> Region | None:
    """(province, city, district) by their official names; the rest of the address does not matter to a price.

    Raises BadOrder.
    """
    if address is None:
        return None
    if not isinstance(address, dict):
        raise BadOrder(_("收货地址（address）须为一个对象。"), field="address")
    parts = [
        checked_line(f"address.{field}", address.get(field, ""), _ADDRESS[field][0], least=_ADDRESS[field][1],
                     refuse=BadOrder)
        for field in ("province", "city", "district")
    ]  # fmt: skip
    check_region(*parts)
    return tuple(parts)


def check_delivery(basket: Basket, priced: Priced) -> None:
    """Raise NoDelivery naming the goods that do not go to the basket's region."""
    names = [sku.product.name for sku, _quantity in basket.goods if sku.pk in priced.undeliverable]
    if names:
        raise NoDelivery(
            _("“%(name)s”不支持配送到%(region)s，请更换收货地址或移除该商品。")
            % {"name": names[0], "region": "".join(basket.offers.region or ())}
        )


# One statement for the order and everything that belongs to it, the stock it takes included: six round trips
# less in the hottest write after a click. The number's day and the time to pay are the mall's own. An order
# number that is taken already makes it do nothing at all.
_ORDER_FIELDS = tuple(field.attname for field in Order._meta.concrete_fields)
_LINE_FIELDS = tuple(field.attname for field in OrderLine._meta.concrete_fields)
_ORDER_COLUMNS = ", ".join(f"mall_order.{name}" for name in _ORDER_FIELDS)
_INSERT = Prepared(
    "place_order",
    f"""
WITH placed AS (
    INSERT INTO mall_order (mall_id, number, buyer_id, status, goods_fen, discount_fen, freight_fen, total_fen,
        refunded_fen, note, visitor_key, placed_by_staff, carrier, tracking_number, placed_at, expires_at)
    SELECT m.id, to_char(%(at)s AT TIME ZONE m.timezone, 'YYYYMMDD') || %(digits)s, %(buyer)s, %(status)s,
        %(goods)s, %(discount)s, %(freight)s, %(total)s,
        0, %(note)s, %(visitor)s, %(by_staff)s, '', '', %(at)s, %(at)s + make_interval(mins => m.unpaid_close_minutes)
    FROM mall_mall m WHERE m.id = %(mall)s
    ON CONFLICT (mall_id, number) DO NOTHING
    RETURNING {_ORDER_COLUMNS}
), asked AS MATERIALIZED (
    SELECT l.*, placed.id AS order_id
    FROM placed, jsonb_to_recordset(%(lines)s) AS l (public_id uuid, sku_id bigint, product_id bigint,
        name text, specs jsonb, quantity int, price_fen bigint, paid_fen bigint, freight_fen bigint, position smallint)
), taken AS (
    UPDATE mall_sku s SET stock = s.stock - asked.quantity FROM asked
    WHERE s.mall_id = %(mall)s AND s.id = ANY (%(skus)s) AND s.id = asked.sku_id AND s.stock >= asked.quantity
    RETURNING s.id
), line AS (
    INSERT INTO mall_orderline (mall_id, public_id, order_id, sku_id, product_id, name, specs, quantity, price_fen,
        paid_fen, freight_fen, refunded_fen, refunded_quantity, position)
    SELECT %(mall)s, public_id, order_id, sku_id, product_id, name, specs, quantity, price_fen,
        paid_fen, freight_fen, 0, 0, position FROM asked
    RETURNING id, position
), step AS (
    INSERT INTO mall_linestep (mall_id, line_id, step, amount_fen, label, source_id)
    SELECT %(mall)s, line.id, s.step, s.amount_fen, s.label, s.source
    FROM line JOIN jsonb_to_recordset(%(steps)s) AS s (n int, position smallint, step text,
        amount_fen bigint, label text, source bigint) ON s.position = line.position
    ORDER BY s.n
), coupon AS (
    UPDATE mall_coupon c SET order_id = placed.id, used_at = %(at)s FROM placed
    WHERE c.mall_id = %(mall)s AND c.id = %(coupon)s AND c.order_id IS NULL
), address AS (
    INSERT INTO mall_orderaddress (mall_id, order_id, name, phone, province, city, district, detail)
    SELECT %(mall)s, placed.id, %(a_name)s, %(a_phone)s, %(a_province)s, %(a_city)s, %(a_district)s, %(a_detail)s
    FROM placed
), change AS (
    INSERT INTO mall_orderchange (mall_id, order_id, before, after, actor, note, at)
    SELECT %(mall)s, placed.id, '', %(status)s, %(actor)s, '', %(at)s FROM placed
), told AS (
    SELECT id AS subject_id, '{{}}'::jsonb AS payload, 1 AS n FROM placed
), {RECORDING}
SELECT placed.*, ARRAY(SELECT id FROM line ORDER BY position), (SELECT count(*) FROM taken) FROM placed
""",  # noqa: S608 - our own columns
    {
        **RECORDING_TYPES, "digits": "text", "buyer": "bigint", "status": "text",
        "goods": "bigint", "discount": "bigint", "freight": "bigint", "total": "bigint", "note": "text",
        "visitor": "text", "by_staff": "boolean", "skus": "bigint[]", "lines": "jsonb", "steps": "jsonb",
        "coupon": "bigint", "actor": "text", "a_name": "text", "a_phone": "text", "a_province": "text",
        "a_city": "text", "a_district": "text", "a_detail": "text",
    },
)  # fmt: skip


def write(
    basket: Basket,
    priced: Priced,
    *,
    buyer: Buyer,
    coupon: Coupon | None,
    address: dict[str, str],
    visitor_key: str,
    note: str,
    placed_by_staff: bool,
) -> Order:
    """Take the goods, write the order, use the coupon and record order.placed; the order comes with its lines.

    Raises OutOfStock. The SKUs and the coupon must be locked.
    """
    sold = {line.limited.id: line.line.quantity for line in priced.lines if line.limited is not None}
    if not take_limited(sold):
        raise OutOfStock
    values = _values(basket, priced) | {f"a_{field}": text for field, text in address.items()}
    values |= {"buyer": buyer.pk, "actor": actor_key(buyer), "visitor": visitor_key, "note": note}
    values |= {"by_staff": placed_by_staff, "coupon": coupon.pk if coupon else None}
    values |= {"kind": RECORDED, "handlers": handlers_of(RECORDED)}
    *row, line_ids, taken = _insert(values)
    # The SKUs are locked and were counted before; this is the last guard of all.
    if taken < len(basket.goods):
        raise OutOfStock
    order = as_row(Order, _ORDER_FIELDS, row)
    order.placed_lines = _lines(order, basket, line_ids, values["lines"])
    recorded(RECORDED)
    return order


def _insert(values: dict[str, Any]) -> tuple[Any, ...]:
    """The order's columns, the ids of its lines, and how many SKUs gave their pieces."""
    lines = orjson.dumps(values["lines"]).decode()
    # Two orders of one day draw the same digits once in a very long while.
    for _attempt in range(NUMBER_ATTEMPTS):
        for row in _INSERT.rows(values | {"digits": random_digits(), "lines": lines}):
            return row
    raise RuntimeError("no free order number found")


def _lines(order: Order, basket: Basket, ids: list[int], written: list[dict[str, Any]]) -> list[OrderLine]:
    found = []
    for (sku, _quantity), pk, values in zip(basket.goods, ids, written, strict=True):
        row = values | {"id": pk, "mall_id": order.mall_id, "order_id": order.pk}
        row |= {"refunded_fen": 0, "refunded_quantity": 0}
        line = as_row(OrderLine, _LINE_FIELDS, [row[name] for name in _LINE_FIELDS])
        line.order, line.sku, line.product = order, sku, sku.product
        found.append(line)
    return found


def _values(basket: Basket, priced: Priced) -> dict[str, Any]:
    lines = [
        {
            "public_id": uuid4(),
            "sku_id": sku.pk,
            "product_id": sku.product_id,
            "name": sku.product.name,
            "specs": sku.specs,
            "quantity": quantity,
            "price_fen": line.price_fen,
            "paid_fen": line.paid_fen,
            "freight_fen": line.freight_fen,
            "position": i,
        }
        for i, ((sku, quantity), line) in enumerate(zip(basket.goods, priced.lines, strict=True))
    ]
    steps = [
        {"position": i, "step": one.step, "amount_fen": one.amount_fen, "label": one.label, "source": one.source_id}
        for i, line in enumerate(priced.lines)
        for one in line.steps
    ]
    for n, step in enumerate(steps):
        step["n"] = n
    return {
        "mall": require_mall_id("An order"),
        "status": OrderStatus.AWAITING_PAYMENT.value,
        "goods": priced.goods_fen,
        "discount": priced.discount_fen,
        "freight": priced.freight_fen,
        "total": priced.total_fen,
        "skus": [sku.pk for sku, _quantity in basket.goods],
        "lines": lines,
        "steps": orjson.dumps(steps).decode(),
        "at": basket.at,
    }
