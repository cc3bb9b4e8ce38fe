"""Every operation of the API: who may call it, on whose objects, and where ids stand in it.

The table is compared with the OpenAPI schema: an operation that is not here fails the matrix.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from mall import clock
from mall.buyers.services import send_phone_code
from mall.staff import rights
from mall.tenancy.context import mall_scope
from referrals.clicks.visitors import new_key, signed
from tests.factories.mall import PASSWORD
from tests.factories.members import new_phone
from tests.factories.pictures import a_picture
from tests.factories.trade import an_address, lines_of
from tests.factories.world import World

ANYONE, MEMBER, STAFF = "anyone", "member", "staff"

Made = Callable[[World], Any]

_keys = itertools.count(1)


@dataclass(frozen=True)
class Case:
    """One operation, called rightly.

    path, query: the ids it names, each from a world; body: what it takes; body_ids: where in the body ids
    stand, as paths; caller: whose the named objects are; right: what staff need; own: the objects belong to
    one member, so another member of the same mall must not find them either.
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


CASES: dict[str, Case] = {
    # Anybody
    "GET /categories": Case(ANYONE),
    # No mini-program has been entered in a furnished mall.
    "POST /wechat/mini-sessions": Case(ANYONE, body=lambda _w: {"code": "0e1xyz"}, answers=(409,)),
    "GET /products": Case(ANYONE, query={"category": lambda w: public(w.category)}),
    "GET /products/{product_id}": Case(ANYONE, path={"product_id": lambda w: public(w.product)}),
    "POST /phone-codes": Case(ANYONE, body=lambda _w: {"phone": new_phone(), "purpose": "login"}, answers=(202,)),
    "POST /members": Case(
        ANYONE,
        body=a_registration,
        body_ids={("ref",): lambda w: w.links["registration"].code, ("visitor",): a_visitor},
        answers=(201,),
    ),
    "POST /tokens": Case(ANYONE, body=a_login, answers=(201,)),
    "POST /password-resets": Case(
        ANYONE,
        body=lambda w: {
            "phone": w.members["customer"].buyer.phone,
            "code": a_code(w, "reset", w.members["customer"].buyer.phone),
            "password": PASSWORD,
        },
        answers=(204,),
    ),
    "POST /clicks": Case(
        ANYONE,
        body=lambda w: {"code": w.links["mall"].code},
        body_ids={("code",): lambda w: w.links["mall"].code, ("visitor",): a_visitor},
        answers=(201,),
    ),
    "POST /clicks/{click_id}/confirm": Case(ANYONE, path={"click_id": lambda w: public(w.app_click)}, answers=(204,)),
    "POST /merchant/tokens": Case(
        ANYONE, body=lambda w: {"email": w.staff["owner"].user.email, "password": PASSWORD}, answers=(201,)
    ),
    # Members
    "GET /me": Case(MEMBER),
    "PATCH /me": Case(MEMBER, body=lambda _w: {"nickname": "新昵称"}),
    "DELETE /me": Case(MEMBER, caller="stranger", answers=(204,)),
    "DELETE /tokens/current": Case(MEMBER, answers=(204,)),
    "GET /balance": Case(MEMBER),
    "GET /commissions": Case(MEMBER),
    "GET /commissions/{commission_id}/explanation": Case(
        MEMBER, caller="promoter", own=True, path={"commission_id": lambda w: public(w.commission)}
    ),
    "GET /conversions": Case(MEMBER),
    "GET /share-links": Case(MEMBER),
    "POST /share-links": Case(
        MEMBER,
        body=lambda w: {"kind": "product", "product": public(w.product), "channel": "qq"},
        body_ids={("product",): lambda w: public(w.product), ("review",): lambda w: public(w.reviews["received"])},
        answers=(201,),
    ),
    "GET /orders": Case(MEMBER),
    "POST /orders": Case(
        MEMBER,
        body=an_order,
        body_ids={("lines", 0, "sku"): lambda w: public(w.sku), ("visitor",): a_visitor},
        key=True,
        answers=(201,),
    ),
    "POST /orders/quote": Case(MEMBER, body=an_order, body_ids={("lines", 0, "sku"): lambda w: public(w.sku)}),
    "GET /coupons": Case(MEMBER),
    "GET /coupon-templates": Case(ANYONE),
    "POST /coupon-templates/{template_id}/take": Case(MEMBER, path=offer("template_id", "coupons"), answers=(201,)),
    "GET /orders/{order_id}": Case(MEMBER, own=True, path=order("paid")),
    "POST /orders/{order_id}/cancel": Case(MEMBER, own=True, path=order("unpaid")),
    "POST /orders/{order_id}/receipt": Case(MEMBER, own=True, path=order("shipped")),
    "GET /orders/{order_id}/payments": Case(MEMBER, own=True, path=order("paid")),
    "POST /orders/{order_id}/payments": Case(
        MEMBER, own=True, path=order("unpaid"), body=lambda _w: {"provider": "sandbox"}, key=True, answers=(201,)
    ),
    "GET /payments/{payment_id}/proofs": Case(
        MEMBER, own=True, path={"payment_id": lambda w: public(w.payments["pending"])}
    ),
    "POST /payments/{payment_id}/proofs": Case(
        MEMBER,
        own=True,
        path={"payment_id": lambda w: public(w.payments["pending"])},
        body=lambda _w: a_picture(),
        answers=(201,),
    ),
    "GET /payment-proofs/{proof_id}/picture": Case(MEMBER, own=True, path={"proof_id": lambda w: public(w.proof)}),
    "GET /orders/{order_id}/refunds": Case(MEMBER, own=True, path=order("disputed")),
    "POST /orders/{order_id}/refunds": Case(
        MEMBER,
        own=True,
        path=order("paid"),
        body=lambda w: {"lines": [{"line": line("paid")(w), "amount_fen": 100}], "reason": "不要了"},
        # A line of another of his own orders is as foreign as anybody's.
        body_ids={("lines", 0, "line"): line("paid")},
        key=True,
        answers=(201,),
    ),
    "GET /cart": Case(MEMBER),
    "PATCH /cart": Case(MEMBER, body=lambda _w: {"selected": True}),
    "POST /cart/items": Case(
        MEMBER,
        body=lambda w: {"sku": public(w.sku), "quantity": 1},
        body_ids={("sku",): lambda w: public(w.sku)},
        answers=(201,),
    ),
    "PATCH /cart/items/{sku_id}": Case(MEMBER, own=True, path=IN_CART, body=lambda _w: {"quantity": 2}),
    "DELETE /cart/items/{sku_id}": Case(MEMBER, own=True, path=IN_CART, answers=(204,)),
    "GET /orders/{order_id}/invoice": Case(MEMBER, own=True, path=order("completed")),
    "PUT /orders/{order_id}/invoice": Case(MEMBER, own=True, path=order("paid"), body=lambda _w: {"title": "个人"}),
    "GET /merchant/invoices": staff_case(rights.SEE_ORDERS),
    "POST /merchant/invoices/{invoice_id}/issue": staff_case(
        rights.CONFIRM_PAYMENTS, path=INVOICE, body=lambda _w: {"number": "2611"}
    ),
    "POST /merchant/invoices/{invoice_id}/refuse": staff_case(
        rights.CONFIRM_PAYMENTS, path=INVOICE, body=lambda _w: {"reason": "抬头不符"}
    ),
    "GET /addresses": Case(MEMBER),
    "POST /addresses": Case(MEMBER, body=lambda _w: an_address(), answers=(201,)),
    "POST /addresses/parse": Case(MEMBER, body=lambda _w: {"text": "张三 13800138000 浙江省杭州市西湖区文三路1号"}),
    "GET /addresses/{address_id}": Case(MEMBER, own=True, path=ADDRESS),
    "PATCH /addresses/{address_id}": Case(MEMBER, own=True, path=ADDRESS, body=lambda _w: {"detail": "新路 2 号"}),
    "DELETE /addresses/{address_id}": Case(MEMBER, own=True, path=ADDRESS, answers=(204,)),
    "GET /orders/{order_id}/cases": Case(MEMBER, own=True, path=order("shipped")),
    "POST /orders/{order_id}/cases": Case(
        MEMBER,
        own=True,
        path=order("paid"),
        body=a_case,
        body_ids={("lines", 0, "line"): line("paid")},
        key=True,
        answers=(201,),
    ),
    "GET /cases": Case(MEMBER),
    "GET /cases/{case_id}": Case(MEMBER, own=True, path=case("requested")),
    "POST /cases/{case_id}/withdraw": Case(MEMBER, own=True, path=case("requested")),
    "POST /cases/{case_id}/ship": Case(MEMBER, own=True, path=case("awaiting_return"), body=a_parcel),
    "POST /cases/{case_id}/confirm": Case(MEMBER, own=True, path=case("resent")),
    "POST /cases/{case_id}/pictures": Case(
        MEMBER, own=True, path=case("requested"), body=lambda _w: a_picture(), answers=(201,)
    ),
    "GET /case-pictures/{picture_id}": Case(MEMBER, own=True, path={"picture_id": lambda w: w.evidence}),
    "GET /products/{product_id}/reviews": Case(ANYONE, path={"product_id": lambda w: public(w.product)}),
    "GET /products/{product_id}/review-summary": Case(ANYONE, path={"product_id": lambda w: public(w.product)}),
    "GET /reviews": Case(MEMBER),
    "POST /reviews": Case(
        MEMBER,
        own=True,
        body=lambda w: {"line": public(w.unreviewed), "stars": 5, "text": "很好"},
        body_ids={("line",): lambda w: public(w.unreviewed)},
        answers=(201,),
    ),
    "GET /reviews/awaiting": Case(MEMBER),
    "POST /reviews/{review_id}/pictures": Case(
        MEMBER, own=True, path=review("received"), body=lambda _w: a_picture(), answers=(201,)
    ),
    "POST /reviews/{review_id}/follow-up": Case(
        MEMBER, own=True, path=review("received"), body=lambda _w: {"text": "用了一周"}
    ),
    "GET /payees": Case(MEMBER, caller="promoter"),
    "POST /payees": Case(
        MEMBER,
        body=lambda _w: {"method": "bank", "name": "李四", "account": "6222020200112244", "bank": "工商银行"},
        answers=(201,),
    ),
    "GET /payouts": Case(MEMBER, caller="promoter"),
    "POST /payouts": Case(
        MEMBER,
        caller="promoter",
        own=True,
        body=lambda w: {"amount_fen": 1, "payee": public(w.payee)},
        body_ids={("payee",): lambda w: public(w.payee)},
        key=True,
        answers=(201,),
    ),
    # Staff
    "DELETE /merchant/tokens/current": Case(STAFF, answers=(204,)),
    "GET /merchant/coupon-templates": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/coupon-templates": staff_case(
        rights.EDIT_PRODUCTS,
        body=lambda _w: {"name": "券", "kind": "fixed", "off_fen": 100, "valid_days": 7},
        body_ids={("product",): lambda w: public(w.product), ("category",): lambda w: public(w.category)},
        answers=(201,),
    ),
    "GET /merchant/coupon-templates/{template_id}": staff_case(
        rights.EDIT_PRODUCTS, path=offer("template_id", "coupons")
    ),
    "PATCH /merchant/coupon-templates/{template_id}": staff_case(
        rights.EDIT_PRODUCTS, path=offer("template_id", "coupons"), body=lambda _w: {"name": "新券"}
    ),
    "POST /merchant/coupon-templates/{template_id}/close": staff_case(
        rights.EDIT_PRODUCTS, path=offer("template_id", "coupons")
    ),
    "POST /merchant/coupon-templates/{template_id}/give": staff_case(
        rights.EDIT_PRODUCTS,
        path=offer("template_id", "coupons"),
        body=lambda w: {"to": [{"buyer": public(w.members["promoter"].buyer)}]},
        body_ids={("to", 0, "buyer"): lambda w: public(w.members["promoter"].buyer)},
        answers=(201,),
    ),
    "GET /merchant/limited-prices": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/limited-prices": staff_case(
        rights.EDIT_PRODUCTS,
        body=lambda w: {"sku": public(w.sku), "price_fen": 9_000, **in_days(10, 12)},
        body_ids={("sku",): lambda w: public(w.sku)},
        answers=(201,),
    ),
    "POST /merchant/limited-prices/simulate": staff_case(
        rights.EDIT_PRODUCTS,
        body=lambda w: {"sku": public(w.sku), "price_fen": 9_000},
        body_ids={("sku",): lambda w: public(w.sku)},
    ),
    "GET /merchant/limited-prices/{price_id}": staff_case(rights.EDIT_PRODUCTS, path=offer("price_id", "limited")),
    "POST /merchant/limited-prices/{price_id}/close": staff_case(
        rights.EDIT_PRODUCTS, path=offer("price_id", "limited")
    ),
    "POST /merchant/limited-prices/{price_id}/extend": staff_case(
        rights.EDIT_PRODUCTS,
        path=offer("price_id", "limited"),
        body=lambda _w: {"ends_at": in_days(0, 5)["ends_at"]},
    ),
    "POST /merchant/limited-prices/{price_id}/resume": staff_case(
        rights.EDIT_PRODUCTS, path=offer("price_id", "limited")
    ),
    "GET /merchant/threshold-discounts": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/threshold-discounts": staff_case(
        rights.EDIT_PRODUCTS,
        body=lambda _w: {"name": "满减", "threshold_fen": 100_000, "off_fen": 100, **in_days(0, 2)},
        body_ids={("product",): lambda w: public(w.product), ("category",): lambda w: public(w.category)},
        answers=(201,),
    ),
    "POST /merchant/threshold-discounts/{discount_id}/close": staff_case(
        rights.EDIT_PRODUCTS, path=offer("discount_id", "threshold")
    ),
    "GET /merchant/freight-templates": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/freight-templates": staff_case(rights.EDIT_PRODUCTS, body=a_freight_template, answers=(201,)),
    "GET /merchant/freight-templates/{template_id}": staff_case(
        rights.EDIT_PRODUCTS, path=offer("template_id", "freight")
    ),
    "PUT /merchant/freight-templates/{template_id}": staff_case(
        rights.EDIT_PRODUCTS, path=offer("template_id", "freight"), body=a_freight_template
    ),
    "DELETE /merchant/freight-templates/{template_id}": staff_case(
        rights.EDIT_PRODUCTS, path=offer("template_id", "freight"), answers=(204,)
    ),
    "GET /merchant/products": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/products": staff_case(
        rights.EDIT_PRODUCTS,
        body=a_product,
        body_ids={
            ("category",): lambda w: public(w.category),
            ("freight_template",): lambda w: public(w.freight_template),
            ("skus", 0, "id"): lambda w: public(w.sku),
        },
        answers=(201,),
    ),
    "GET /merchant/products/{product_id}": staff_case(
        rights.EDIT_PRODUCTS, path={"product_id": lambda w: public(w.product)}
    ),
    "POST /merchant/products/{product_id}/pictures": staff_case(
        rights.EDIT_PRODUCTS,
        path={"product_id": lambda w: public(w.product)},
        body=lambda _w: a_picture(),
        answers=(201,),
    ),
    "PUT /merchant/products/{product_id}/pictures": staff_case(
        rights.EDIT_PRODUCTS,
        path={"product_id": lambda w: public(w.product)},
        body=lambda w: {"pictures": [{"id": w.picture.key}]},
        body_ids={("pictures", 0, "id"): lambda w: w.picture.key},
    ),
    "DELETE /merchant/products/{product_id}/pictures/{picture_id}": staff_case(
        rights.EDIT_PRODUCTS,
        path={"product_id": lambda w: public(w.product), "picture_id": lambda w: w.picture.key},
        answers=(204,),
    ),
    "GET /merchant/low-stock": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/product-imports": staff_case(
        rights.EDIT_PRODUCTS, body=lambda w: f"商品名称,售价\n{w.marker},1\n".encode(), answers=(201,)
    ),
    "GET /merchant/product-imports/{import_id}": staff_case(rights.EDIT_PRODUCTS, path=IMPORT),
    "POST /merchant/product-imports/{import_id}/check": staff_case(
        rights.EDIT_PRODUCTS, path=IMPORT, body=lambda _w: {"columns": [{"field": "name", "column": 0}]}
    ),
    "POST /merchant/product-imports/{import_id}/apply": staff_case(
        rights.EDIT_PRODUCTS, path=IMPORT, body=lambda _w: {"only_good": True}
    ),
    "POST /merchant/categories": staff_case(
        rights.EDIT_PRODUCTS,
        body=lambda w: {"name": f"新分类{w.marker}", "parent": public(w.category)},
        body_ids={("parent",): lambda w: public(w.category)},
        answers=(201,),
    ),
    "PATCH /merchant/categories/{category_id}": staff_case(
        rights.EDIT_PRODUCTS,
        path={"category_id": lambda w: public(w.category)},
        body=lambda w: {"position": 3, "parent": public(w.aisle)},
        body_ids={("parent",): lambda w: public(w.aisle)},
    ),
    "DELETE /merchant/categories/{category_id}": staff_case(
        rights.EDIT_PRODUCTS, path={"category_id": lambda w: public(w.category)}, answers=(409,)
    ),
    "PATCH /merchant/products/{product_id}": staff_case(
        rights.EDIT_PRODUCTS,
        path={"product_id": lambda w: public(w.product)},
        body=a_product_change,
        body_ids={
            ("category",): lambda w: public(w.category),
            ("freight_template",): lambda w: public(w.freight_template),
            ("skus", 0, "id"): lambda w: public(w.sku),
        },
    ),
    "GET /merchant/orders": staff_case(rights.SEE_ORDERS),
    "GET /merchant/orders/{order_id}": staff_case(rights.SEE_ORDERS, path=order("paid")),
    "POST /merchant/orders/{order_id}/ship": staff_case(
        rights.SHIP, path=order("paid"), body=lambda _w: {"company": "顺丰速运", "number": "SF1"}
    ),
    "GET /merchant/payments": staff_case(rights.CONFIRM_PAYMENTS),
    "POST /merchant/payments/{payment_id}/confirm": staff_case(
        rights.CONFIRM_PAYMENTS,
        path={"payment_id": lambda w: public(w.payments["pending"])},
        body=lambda w: {"reference": "回单1", "received_fen": 1, "proof": public(w.proof)},
        body_ids={("proof",): lambda w: public(w.proof)},
    ),
    "GET /merchant/payments/{payment_id}/proofs": staff_case(
        rights.CONFIRM_PAYMENTS, path={"payment_id": lambda w: public(w.payments["pending"])}
    ),
    "POST /merchant/payments/{payment_id}/proofs": staff_case(
        rights.CONFIRM_PAYMENTS,
        path={"payment_id": lambda w: public(w.payments["pending"])},
        body=lambda _w: a_picture(),
        answers=(201,),
    ),
    "GET /merchant/payment-proofs/{proof_id}/picture": staff_case(
        rights.CONFIRM_PAYMENTS, path={"proof_id": lambda w: public(w.proof)}
    ),
    "POST /merchant/payment-proofs/{proof_id}/refuse": staff_case(
        rights.CONFIRM_PAYMENTS, path={"proof_id": lambda w: public(w.proof)}, body=lambda _w: {"reason": "查无此款"}
    ),
    "GET /merchant/wechat-account": staff_case(rights.CONFIRM_PAYMENTS),
    "PUT /merchant/wechat-account": staff_case(rights.CONFIRM_PAYMENTS, body=lambda _w: {"is_active": False}),
    "POST /merchant/wechat-account/check": staff_case(rights.CONFIRM_PAYMENTS),
    "GET /merchant/wechat-bills": staff_case(rights.CONFIRM_PAYMENTS),
    "GET /merchant/wechat-bill-differences": staff_case(rights.CONFIRM_PAYMENTS),
    "GET /merchant/refunds": staff_case(rights.DECIDE_REFUNDS),
    "POST /merchant/refunds/{refund_id}/approve": staff_case(
        rights.DECIDE_REFUNDS, path={"refund_id": lambda w: public(w.refunds["requested"])}, body=lambda _w: {}
    ),
    "POST /merchant/refunds/{refund_id}/reject": staff_case(
        rights.DECIDE_REFUNDS,
        path={"refund_id": lambda w: public(w.refunds["requested"])},
        body=lambda _w: {"reason": "已使用"},
    ),
    "GET /merchant/cases": staff_case(rights.DECIDE_REFUNDS),
    "GET /merchant/cases/{case_id}": staff_case(rights.DECIDE_REFUNDS, path=case("requested")),
    "POST /merchant/cases/{case_id}/approve": staff_case(
        rights.DECIDE_REFUNDS, path=case("requested"), body=lambda _w: {}
    ),
    "POST /merchant/cases/{case_id}/reject": staff_case(
        rights.DECIDE_REFUNDS, path=case("requested"), body=lambda _w: {"reason": "已使用"}
    ),
    "POST /merchant/cases/{case_id}/receive": staff_case(
        rights.DECIDE_REFUNDS, path=case("returning"), body=lambda _w: {}
    ),
    "POST /merchant/cases/{case_id}/resend": staff_case(rights.DECIDE_REFUNDS, path=case("resending"), body=a_parcel),
    "GET /merchant/case-pictures/{picture_id}": staff_case(
        rights.DECIDE_REFUNDS, path={"picture_id": lambda w: w.evidence}
    ),
    "GET /merchant/reviews": staff_case(rights.SEE_ORDERS),
    "POST /merchant/reviews/{review_id}/reply": staff_case(
        rights.ANSWER_REVIEWS, path=review("received"), body=lambda _w: {"text": "谢谢"}
    ),
    "POST /merchant/reviews/{review_id}/hide": staff_case(
        rights.ANSWER_REVIEWS, path=review("received"), body=lambda _w: {"reason": "广告"}
    ),
    "POST /merchant/reviews/{review_id}/show": staff_case(rights.ANSWER_REVIEWS, path=review("completed")),
    "GET /merchant/plan": staff_case(rights.SEE_COMMISSIONS),
    "PUT /merchant/plan": staff_case(
        rights.EDIT_PLAN,
        body=lambda w: {"overrides": overrides(w)},
        body_ids={
            ("overrides", 0, "id"): lambda w: public(w.category),
            ("overrides", 1, "id"): lambda w: public(w.product),
            ("overrides", 2, "id"): lambda w: public(w.sku),
        },
    ),
    "GET /merchant/payouts": staff_case(rights.APPROVE_PAYOUTS),
    "POST /merchant/payouts/{payout_id}/approve": staff_case(
        rights.APPROVE_PAYOUTS, path={"payout_id": lambda w: public(w.payouts["requested"])}
    ),
    "POST /merchant/payouts/{payout_id}/settle": staff_case(
        rights.SETTLE_PAYOUTS,
        path={"payout_id": lambda w: public(w.payouts["approved"])},
        body=lambda _w: {"evidence": "回单2"},
    ),
    "POST /merchant/payouts/{payout_id}/reject": staff_case(
        rights.APPROVE_PAYOUTS,
        path={"payout_id": lambda w: public(w.payouts["requested"])},
        body=lambda _w: {"reason": "账号不符"},
    ),
    "GET /merchant/ledger/audit": staff_case(rights.SEE_COMMISSIONS),
}

# Texts in bodies and queries that name no row; every other text must be among the ids of its case.
PLAIN_TEXT = {
    "account", "app", "attribution", "bank", "campaign", "carrier", "channel", "city", "click_pays", "code",
    "company", "coupon", "cursor", "description", "detail", "district", "email", "evidence", "field", "keywords",
    "kind",
    "method", "name", "nickname", "note", "number", "openid", "ordering", "password", "phone", "provider", "province",
    "purpose", "reason", "reference", "return_to", "scope", "search", "serial", "state", "status", "subtitle",
    "tax_number", "text", "title",
    "video_url",
    "api_v3_key", "app_secret", "appid", "mchid", "merchant_serial", "mini_app_secret", "mini_appid", "private_key",
    "subject", "verify_word", "wechat_session",
    "charge_by", "ends_at", "regions", "starts_at", "valid_from", "valid_until",
}  # fmt: skip


def schema() -> dict[str, Any]:
    """The OpenAPI document as front-ends get it."""
    return SchemaGenerator(urlconf="config.urls").get_schema(public=True)


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each operation of the document as "METHOD /path", without the common prefix."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@dataclass(frozen=True)
class Call:
    """One request that is about to be sent."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


def call_for(name: str, world: World, *, foreign: dict[Any, str] | None = None) -> Call:
    """The operation as it is called in a world; `foreign` puts other ids into some of its positions."""
    case, method, path = CASES[name], *name.split(" ")
    foreign = foreign or {}
    for parameter, made in case.path.items():
        path = path.replace(f"{{{parameter}}}", foreign.get(parameter) or made(world))
    query = {parameter: foreign.get(("?", parameter)) or made(world) for parameter, made in case.query.items()}
    if query:
        path += "?" + "&".join(f"{parameter}={value}" for parameter, value in query.items())
    body = deepcopy(case.body(world)) if case.body else None
    for place, value in foreign.items():
        if place in case.body_ids:
            put(body, place, value)
    headers = {"HTTP_IDEMPOTENCY_KEY": f"matrix-{next(_keys)}"} if case.key else {}
    return Call(method, path.lstrip("/"), body, headers)


def put(body: Any, place: tuple, value: Any) -> None:
    """Set one value inside of a body."""
    for step in place[:-1]:
        body = body[step]
    body[place[-1]] = value


def unknown_id() -> str:
    """An id that nothing has."""
    return str(uuid.uuid4())
