"""What a row of the tables of pages says, and the forms that its pages are sent."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mall.orders.links import link_token
from mall.tenancy.context import mall_scope
from tests.factories.trade import an_address
from tests.factories.world import World
from tests.tenancy.api_cases import a_code, order, public

ANYONE, BUYER, STAFF = "anyone", "buyer", "staff"

Made = Callable[[World], Any]


@dataclass(frozen=True)
class Page:
    """One page.

    path, query: what its address names, each from a world; form, form_ids: what a POST takes, and which of
    it are ids. caller: whose objects these are; right: what staff need, post_right: what a POST needs
    besides; own: another member of the mall must not find them. gets, posts: the status of each, where the
    method is allowed; strangers: what others get instead of the log-in. words: parts of the address that
    are no ids; is_json: the POST is JSON.
    """

    face: str
    path: dict[str, Made] = field(default_factory=dict)
    query: dict[str, Made] = field(default_factory=dict)
    form: Made | None = None
    form_ids: dict[str, Made] = field(default_factory=dict)
    caller: str = "customer"
    right: str = ""
    post_right: str = ""
    own: bool = False
    gets: int | None = 200
    posts: int | None = None
    strangers: int | None = None
    words: tuple[str, ...] = ()
    is_json: bool = False


def one(**names: Made) -> dict[str, Made]:
    """What an address names."""
    return names


def its(kind: str, name: str) -> Made:
    """The public id of something in the world."""
    return lambda world: public(getattr(world, kind)[name])


ADDRESS = one(address_id=lambda w: w.address.public_id)
PRODUCT = one(product_id=lambda w: w.product.public_id)


def checkout_form(world: World) -> dict[str, Any]:
    """The checkout as a stranger's browser sends it."""
    where = an_address()
    code = a_code(world, "login", where["phone"])
    return {"sku": public(world.sku), "quantity": "1", "attempt": str(uuid.uuid4()), "code": code, **where}


def his_link(world: World) -> str:
    """What stands in the link to an order of the world's mall."""
    with mall_scope(world.mall.pk):
        return link_token(world.orders["paid"])


def payout_form(world: World) -> dict[str, Any]:
    """A withdrawal as a browser sends it."""
    return {"amount_fen": "0.01", "payee": public(world.payee), "attempt": str(uuid.uuid4())}


def mine(name: str, **more: Any) -> Page:
    """A page of one of the customer's orders."""
    return Page(BUYER, own=True, path={"order_id": order(name)["order_id"]}, **more)


def his_case(name: str, **more: Any) -> Page:
    """A page of one of the customer's after-sales cases."""
    return Page(BUYER, own=True, path={"case_id": its("cases", name)}, **more)
