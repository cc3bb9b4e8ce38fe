"""What a row of the tables of operations says, and the bodies that its calls are made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mall import clock
from mall.buyers.services import send_phone_code
from mall.carts.owners import new_guest_cart
from mall.carts.services import add_item
from mall.tenancy.context import mall_scope
from referrals.clicks.visitors import new_key, signed
from tests.factories.members import new_phone
from tests.factories.trade import an_address, lines_of
from tests.factories.world import World

ANYONE, MEMBER, STAFF = "anyone", "member", "staff"

Made = Callable[[World], Any]

_keys = itertools.count(1)


@dataclass(frozen=True)
class Case:
    """One operation, called rightly.

    path, query: the ids it names, each from a world; body: what it takes; body_ids: where in the body ids
    stand, as paths; headers: what it sends besides; caller: whose the named objects are; right: what staff
    need; own: the objects belong to one member, so another member of the same mall must not find them either.
    """

    face: str
    path: dict[str, Made] = field(default_factory=dict)
    query: dict[str, Made] = field(default_factory=dict)
    body: Made | None = None
    body_ids: dict[tuple, Made] = field(default_factory=dict)
    caller: str = "customer"
    right: str = ""
    own: bool = False
    key: bool = False
    headers: Made | None = None
    answers: tuple[int, ...] = (200,)


def public(thing: Any) -> str:
    """The id outsiders see."""
    return str(thing.public_id)


def line(order: str) -> Made:
    """The first line of one of the world's orders."""
    return lambda world: public(lines_of(world.orders[order])[0])


def order(name: str) -> dict[str, Made]:
    """The path of one of the world's orders."""
    return {"order_id": lambda world: public(world.orders[name])}


INVOICE: dict[str, Made] = {"invoice_id": lambda world: public(world.invoice)}
IN_CART: dict[str, Made] = {"sku_id": lambda world: public(world.sku)}
ADDRESS: dict[str, Made] = {"address_id": lambda world: public(world.address)}


def a_code(world: World, purpose: str, phone: str) -> str:
    """A phone code that is good once."""
    with mall_scope(world.mall.pk):
        return send_phone_code(phone=phone, purpose=purpose)[1]


def a_registration(world: World) -> dict[str, Any]:
    """A new phone with its code, through a link of the world."""
    phone = new_phone()
    return {"phone": phone, "code": a_code(world, "register", phone), "ref": world.links["registration"].code}


def a_login(world: World) -> dict[str, Any]:
    """A member's phone with a code."""
    phone = world.members["customer"].buyer.phone
    return {"phone": phone, "code": a_code(world, "login", phone)}


def a_guests_cart(world: World) -> dict[str, str]:
    """The header of an app in whose cart one piece lies."""
    with mall_scope(world.mall.pk):
        owner, token = new_guest_cart("")
        add_item(owner=owner, sku_id=world.sku.public_id, quantity=1)
    return {"HTTP_CART_TOKEN": token}


def a_visitor(world: World) -> str:
    """A visitor the world's mall has signed."""
    return signed(world.mall.pk, new_key())


def offer(name: str, which: str) -> dict[str, Made]:
    """The path of one of the world's coupons and promotions."""
    return {name: lambda world: public(world.offers[which])}


def in_days(start: int, end: int) -> dict[str, str]:
    """From so many days on until so many days on, as a client says it."""
    now = clock.now()
    return {"starts_at": (now + timedelta(days=start)).isoformat(), "ends_at": (now + timedelta(days=end)).isoformat()}


def a_freight_template(_world: World) -> dict[str, Any]:
    """¥8 everywhere but in one region."""
    rules = [{"regions": ["西藏自治区"], "is_excluded": True}, {"regions": [], "first_fen": 800}]
    return {"name": "新运费", "rules": rules}


def an_order(world: World) -> dict[str, Any]:
    """One piece of the world's product."""
    return {"lines": [{"sku": public(world.sku), "quantity": 1}], "address": an_address()}


def a_product(world: World) -> dict[str, Any]:
    """A product in the world's category."""
    return {
        "name": "新品",
        "category": public(world.category),
        "freight_template": public(world.freight_template),
        "video_url": "https://v.example.com/1.mp4",
        "skus": [{"price_fen": 100, "stock": 1}],
    }


def a_product_change(world: World) -> dict[str, Any]:
    """The world's product with the SKU it has."""
    sku = {"id": public(world.sku), "specs": world.sku.specs, "price_fen": 9_900, "stock": 5}
    return {"category": public(world.category), "freight_template": public(world.freight_template), "skus": [sku]}


def overrides(world: World) -> list[dict[str, Any]]:
    """Own rates for one category, one product and one SKU."""
    things = {"category": world.category, "product": world.product, "sku": world.sku}
    return [{"scope": scope, "id": public(thing), "order_levels_bps": [100, 0]} for scope, thing in things.items()]


def staff_case(right: str, **more: Any) -> Case:
    """A merchant call that needs one right."""
    return Case(STAFF, right=right, **more)


IMPORT: dict[str, Made] = {"import_id": lambda w: public(w.import_job)}
RUNNING_IMPORT: dict[str, Made] = {"import_id": lambda w: public(w.running_import)}


def case(name: str) -> dict[str, Made]:
    """The path of one of the world's after-sales cases."""
    return {"case_id": lambda world: public(world.cases[name])}


def review(name: str) -> dict[str, Made]:
    """The path of one of the world's reviews."""
    return {"review_id": lambda world: public(world.reviews[name])}


def a_case(world: World) -> dict[str, Any]:
    """Money back for a part of a line."""
    return {"kind": "refund", "lines": [{"line": line("paid")(world), "amount_fen": 100}], "reason": "破损"}


def a_parcel(_world: World) -> dict[str, Any]:
    """Goods that travel."""
    return {"carrier": "顺丰速运", "number": "SF1"}
