"""The operations of buyers and of everybody: who may call them, and where ids stand in them."""

from __future__ import annotations

from mall.staff import rights
from tests.factories.mall import PASSWORD
from tests.factories.members import new_phone
from tests.factories.pictures import a_picture
from tests.factories.trade import an_address
from tests.tenancy.api_calls import (
    ADDRESS,
    ANYONE,
    IN_CART,
    INVOICE,
    MEMBER,
    Case,
    a_case,
    a_code,
    a_guests_cart,
    a_login,
    a_parcel,
    a_registration,
    a_visitor,
    an_order,
    case,
    line,
    offer,
    order,
    public,
    review,
    staff_case,
)

BUYER_CASES: dict[str, Case] = {
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
    "GET /cart": Case(ANYONE),
    "PATCH /cart": Case(ANYONE, body=lambda _w: {"selected": True}),
    "POST /cart/items": Case(
        ANYONE,
        body=lambda w: {"sku": public(w.sku), "quantity": 1},
        body_ids={("sku",): lambda w: public(w.sku)},
        answers=(201,),
    ),
    "PATCH /cart/items/{sku_id}": Case(ANYONE, path=IN_CART, headers=a_guests_cart, body=lambda _w: {"quantity": 2}),
    "DELETE /cart/items/{sku_id}": Case(ANYONE, path=IN_CART, headers=a_guests_cart, answers=(204,)),
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
}
