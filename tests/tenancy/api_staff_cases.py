"""The operations of staff: which right each needs, and where ids stand in them."""

from __future__ import annotations

from mall.staff import rights
from tests.factories.mall import PASSWORD
from tests.factories.pictures import a_picture
from tests.tenancy.api_calls import (
    IMPORT,
    RUNNING_IMPORT,
    STAFF,
    Case,
    a_freight_template,
    a_parcel,
    a_product,
    a_product_change,
    case,
    in_days,
    offer,
    order,
    overrides,
    public,
    review,
    staff_case,
)

STAFF_CASES: dict[str, Case] = {
    # Staff
    "DELETE /merchant/tokens/current": Case(STAFF, answers=(204,)),
    "POST /merchant/password": Case(STAFF, body=lambda _w: {"old_password": PASSWORD, "password": "Other-words-88"}),
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
    "GET /merchant/product-export": staff_case(rights.EDIT_PRODUCTS, query={"category": lambda w: public(w.category)}),
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
    "POST /merchant/product-imports/{import_id}/stop": staff_case(rights.EDIT_PRODUCTS, path=RUNNING_IMPORT),
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
    "PUT /merchant/categories/{category_id}/icon": staff_case(
        rights.EDIT_PRODUCTS, path={"category_id": lambda w: public(w.category)}, body=lambda _w: a_picture()
    ),
    "DELETE /merchant/categories/{category_id}/icon": staff_case(
        rights.EDIT_PRODUCTS, path={"category_id": lambda w: public(w.category)}, answers=(204,)
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
    "GET /merchant/pick-list": staff_case(rights.SHIP),
    "POST /merchant/shipments": staff_case(
        rights.SHIP,
        key=True,
        body=lambda w: {"parcels": [{"order": public(w.orders["paid"]), "company": "顺丰速运", "number": "SF1"}]},
        body_ids={("parcels", 0, "order"): lambda w: public(w.orders["paid"])},
    ),
    "POST /merchant/shipping-tables": staff_case(
        rights.SHIP,
        body=lambda w: f"订单号,快递公司,运单号\n{w.orders['paid'].number},顺丰速运,SF1\n".encode(),
        answers=(201,),
    ),
    "GET /merchant/shipping-tables/{table_id}": staff_case(
        rights.SHIP, path={"table_id": lambda w: public(w.shipping_job)}
    ),
    "POST /merchant/shipping-tables/{table_id}/apply": staff_case(
        rights.SHIP, path={"table_id": lambda w: public(w.shipping_job)}, body=lambda _w: {"only_good": True}
    ),
    "GET /merchant/banners": staff_case(rights.EDIT_PRODUCTS),
    "POST /merchant/banners": staff_case(rights.EDIT_PRODUCTS, body=lambda _w: a_picture(), answers=(201,)),
    "PUT /merchant/banners": staff_case(
        rights.EDIT_PRODUCTS,
        body=lambda w: {"banners": [{"id": public(w.banner)}]},
        body_ids={("banners", 0, "id"): lambda w: public(w.banner)},
    ),
    "PATCH /merchant/banners/{banner_id}": staff_case(
        rights.EDIT_PRODUCTS, path={"banner_id": lambda w: public(w.banner)}, body=lambda _w: {"position": 2}
    ),
    "DELETE /merchant/banners/{banner_id}": staff_case(
        rights.EDIT_PRODUCTS, path={"banner_id": lambda w: public(w.banner)}, answers=(204,)
    ),
    "PUT /merchant/banners/{banner_id}/picture": staff_case(
        rights.EDIT_PRODUCTS, path={"banner_id": lambda w: public(w.banner)}, body=lambda _w: a_picture()
    ),
    "GET /merchant/notices": staff_case(rights.SEE_ORDERS),
    "POST /merchant/notices/seen": staff_case(rights.SEE_ORDERS, body=lambda _w: {}),
    "GET /merchant/webhook": staff_case(rights.MANAGE_STAFF),
    "PUT /merchant/webhook": staff_case(rights.MANAGE_STAFF, body=lambda _w: {"webhook": ""}),
    "GET /merchant/settings": staff_case(rights.MANAGE_STAFF),
    "PATCH /merchant/settings": staff_case(rights.MANAGE_STAFF, body=lambda _w: {"service_hours": "每天"}),
    "GET /merchant/checklist": staff_case(rights.EDIT_PRODUCTS),
    "DELETE /merchant/checklist": staff_case(rights.EDIT_PRODUCTS, answers=(204,)),
    "POST /merchant/checklist/plan-seen": staff_case(rights.EDIT_PLAN, answers=(204,)),
    "POST /merchant/samples": staff_case(rights.EDIT_PRODUCTS, answers=(201,)),
    "DELETE /merchant/samples": staff_case(rights.EDIT_PRODUCTS),
    "GET /merchant/acts": staff_case(rights.MANAGE_STAFF),
    "GET /merchant/members": staff_case(rights.SEE_COMMISSIONS),
    "POST /merchant/members/{member_id}/suspend": staff_case(
        rights.MANAGE_MEMBERS,
        path={"member_id": lambda w: public(w.members["promoter"])},
        body=lambda _w: {"reason": "刷点击"},
    ),
    "POST /merchant/members/{member_id}/reinstate": staff_case(
        rights.MANAGE_MEMBERS,
        path={"member_id": lambda w: public(w.members["promoter"])},
        body=lambda _w: {"reason": "申诉成立"},
    ),
    "GET /merchant/members/{member_id}/balance": staff_case(
        rights.SEE_COMMISSIONS, path={"member_id": lambda w: public(w.members["promoter"])}
    ),
    "POST /merchant/members/{member_id}/write-off": staff_case(
        rights.WRITE_OFF,
        key=True,
        path={"member_id": lambda w: public(w.members["promoter"])},
        body=lambda _w: {"amount_fen": 1, "reason": "无法追回"},
        answers=(200, 409),
    ),
    "GET /merchant/commissions": staff_case(
        rights.SEE_COMMISSIONS, query={"member": lambda w: public(w.members["promoter"])}
    ),
    "GET /merchant/commissions/{commission_id}/explanation": staff_case(
        rights.SEE_COMMISSIONS, path={"commission_id": lambda w: public(w.commission)}
    ),
    "GET /merchant/today": staff_case(rights.SEE_ORDERS),
    "GET /merchant/today/commissions": staff_case(rights.SEE_COMMISSIONS),
    "GET /merchant/today/referrals": staff_case(rights.SEE_COMMISSIONS),
    "POST /merchant/skus/{sku_id}/restock": staff_case(
        rights.EDIT_PRODUCTS, key=True, path={"sku_id": lambda w: public(w.sku)}, body=lambda _w: {"pieces": 1}
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
