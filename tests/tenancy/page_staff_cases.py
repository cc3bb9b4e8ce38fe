"""The pages of the dashboard."""

from __future__ import annotations

from typing import Any

from mall.staff import rights
from tests.tenancy.api_cases import public
from tests.tenancy.page_calls import (
    ANYONE,
    STAFF,
    Made,
    Page,
    its,
    one,
)


def staff(right: str, made: Made | None = None, **more: Any) -> Page:
    """A page of the dashboard; `made` is what its address names."""
    path = more.pop("path", {}) if made is None else {"public_id": made}
    return Page(STAFF, right=right, path=path, caller="owner", **more)


DASHBOARD_PAGES: dict[str, Page] = {
    "login": Page(ANYONE, posts=200),
    "logout": Page(ANYONE, gets=None, posts=302),
    "arrive": Page(ANYONE, gets=302),
    "password-new": Page(ANYONE, gets=404, posts=404),
    "password": staff("", posts=200),
    "home": staff(""),
    "notices": staff(rights.SEE_ORDERS),
    "shipping": staff(rights.SHIP, posts=200),
    "pick-list": staff(rights.SHIP),
    "shipping-template": staff(rights.SHIP),
    "shipping-job": staff(rights.SHIP, lambda w: public(w.shipping_job)),
    "shipping-apply": staff(rights.SHIP, lambda w: public(w.shipping_job), gets=None, posts=302),
    "coupons": staff(rights.EDIT_PRODUCTS),
    "coupon-new": staff(rights.EDIT_PRODUCTS, posts=200),
    "coupon": staff(rights.EDIT_PRODUCTS, its("offers", "coupons"), posts=200),
    "coupon-close": staff(rights.EDIT_PRODUCTS, its("offers", "coupons"), posts=302),
    "coupon-give": staff(rights.EDIT_PRODUCTS, its("offers", "coupons"), posts=200),
    "promotions": staff(rights.EDIT_PRODUCTS),
    "limited-pick": staff(rights.EDIT_PRODUCTS),
    "limited-new": staff(rights.EDIT_PRODUCTS, lambda w: public(w.sku), posts=200),
    "limited-close": staff(rights.EDIT_PRODUCTS, its("offers", "limited"), posts=302),
    "limited-extend": staff(rights.EDIT_PRODUCTS, its("offers", "limited"), posts=200),
    "limited-resume": staff(rights.EDIT_PRODUCTS, its("offers", "limited"), posts=302),
    "thresholds": staff(rights.EDIT_PRODUCTS),
    "threshold-new": staff(rights.EDIT_PRODUCTS, posts=200),
    "threshold-close": staff(rights.EDIT_PRODUCTS, its("offers", "threshold"), posts=302),
    "freight": staff(rights.EDIT_PRODUCTS),
    "freight-new": staff(rights.EDIT_PRODUCTS, posts=200),
    "freight-edit": staff(rights.EDIT_PRODUCTS, its("offers", "freight"), posts=200),
    "freight-delete": staff(rights.EDIT_PRODUCTS, its("offers", "freight"), posts=302),
    "freight-rule-new": staff(rights.EDIT_PRODUCTS, its("offers", "freight"), posts=200),
    "freight-rule-remove": Page(
        STAFF, caller="owner", right=rights.EDIT_PRODUCTS,
        path=one(public_id=its("offers", "freight"), position=lambda _w: "0"), words=("position",), posts=302,
    ),
    "banners": staff(rights.EDIT_PRODUCTS),
    "banner-new": staff(rights.EDIT_PRODUCTS, posts=200),
    "banner": staff(rights.EDIT_PRODUCTS, lambda w: public(w.banner), form=lambda _w: {"position": "1"}, posts=302),
    "banner-remove": staff(rights.EDIT_PRODUCTS, lambda w: public(w.banner), posts=302),
    "notice-badge": staff(rights.SEE_ORDERS),
    "notices-seen": staff(rights.SEE_ORDERS, gets=None, form=lambda _w: {"newest": "1"}, posts=302),
    "webhook": staff(rights.MANAGE_STAFF, posts=302),
    "samples-add": staff(rights.EDIT_PRODUCTS, gets=None, posts=302),
    "samples-remove": staff(rights.EDIT_PRODUCTS, gets=None, posts=302),
    "checklist-plan": staff(rights.EDIT_PLAN, gets=None, posts=302),
    "checklist-dismiss": staff(rights.EDIT_PRODUCTS, gets=None, posts=302),
    "orders": staff(rights.SEE_ORDERS),
    "order": staff(rights.SEE_ORDERS, its("orders", "paid")),
    "order-ship": staff(
        rights.SHIP, its("orders", "paid"), form=lambda _w: {"company": "顺丰速运", "number": "SF1"}, posts=302
    ),
    "order-earnings": staff(rights.SEE_COMMISSIONS, its("orders", "paid")),
    "products": staff(rights.SEE_ORDERS),
    "product-new": staff(rights.EDIT_PRODUCTS, posts=200),
    "sku-row": staff(rights.EDIT_PRODUCTS),
    "product": staff(rights.SEE_ORDERS, lambda w: public(w.product), posts=200, post_right=rights.EDIT_PRODUCTS),
    "product-publish": staff(rights.EDIT_PRODUCTS, lambda w: public(w.product), gets=None, posts=302),
    "product-pictures": staff(rights.EDIT_PRODUCTS, lambda w: public(w.product), gets=None, posts=302),
    "product-picture": staff(
        rights.EDIT_PRODUCTS,
        path=one(public_id=lambda w: public(w.product), key=lambda w: w.picture.key),
        form=lambda _w: {"to": "front"},
        gets=None,
        posts=302,
    ),
    "low-stock": staff(rights.SEE_ORDERS),
    "product-import": staff(rights.EDIT_PRODUCTS, posts=200),
    "product-import-template": staff(rights.EDIT_PRODUCTS),
    "product-import-job": staff(rights.EDIT_PRODUCTS, lambda w: public(w.import_job), posts=302),
    "product-import-stop": staff(rights.EDIT_PRODUCTS, lambda w: public(w.running_import), posts=302),
    "product-import-apply": staff(
        rights.EDIT_PRODUCTS, lambda w: public(w.import_job), form=lambda _w: {"only_good": "1"}, gets=None, posts=302
    ),
    "product-export": staff(rights.EDIT_PRODUCTS, path=one(kind=lambda _w: "xlsx"), words=("kind",)),
    "sku-restock": staff(rights.EDIT_PRODUCTS, lambda w: public(w.sku), form=lambda _w: {"pieces": "1"}, posts=302),
    "categories": staff(rights.EDIT_PRODUCTS),
    "category-new": staff(rights.EDIT_PRODUCTS, posts=200),
    "category": staff(rights.EDIT_PRODUCTS, lambda w: public(w.category), posts=200),
    "category-delete": staff(rights.EDIT_PRODUCTS, lambda w: public(w.category), posts=200),
    "payments": staff(rights.CONFIRM_PAYMENTS),
    "payment": staff(rights.CONFIRM_PAYMENTS, its("payments", "pending")),
    "payment-confirm": staff(rights.CONFIRM_PAYMENTS, its("payments", "pending"), posts=200),
    "wechat": staff(rights.CONFIRM_PAYMENTS, posts=200),
    "wechat-check": staff(rights.CONFIRM_PAYMENTS, gets=None, posts=200),
    "reconciliation": staff(rights.CONFIRM_PAYMENTS),
    "proof-new": staff(rights.CONFIRM_PAYMENTS, its("payments", "pending"), posts=200),
    "proof-picture": staff(rights.CONFIRM_PAYMENTS, lambda w: public(w.proof)),
    "proof-accept": staff(rights.CONFIRM_PAYMENTS, lambda w: public(w.proof), posts=200),
    "proof-refuse": staff(rights.CONFIRM_PAYMENTS, lambda w: public(w.proof), posts=200),
    "cases": staff(rights.SEE_ORDERS),
    "case": staff(rights.SEE_ORDERS, its("cases", "requested")),
    "case-approve": staff(rights.DECIDE_REFUNDS, its("cases", "requested"), posts=200),
    "case-reject": staff(
        rights.DECIDE_REFUNDS, its("cases", "requested"), form=lambda _w: {"reason": "已使用"}, posts=302
    ),
    "case-receive": staff(rights.DECIDE_REFUNDS, its("cases", "returning"), posts=302),
    "case-resend": staff(
        rights.DECIDE_REFUNDS, its("cases", "resending"), form=lambda _w: {"company": "顺丰速运", "number": "SF1"},
        posts=302,
    ),
    "case-picture": staff(rights.SEE_ORDERS, lambda w: w.evidence),
    "reviews": staff(rights.SEE_ORDERS),
    "review-reply": staff(
        rights.ANSWER_REVIEWS, its("reviews", "received"), form=lambda _w: {"text": "谢谢"}, posts=302
    ),
    "review-hide": staff(
        rights.ANSWER_REVIEWS, its("reviews", "received"), form=lambda _w: {"reason": "广告"}, posts=302
    ),
    "review-show": staff(rights.ANSWER_REVIEWS, its("reviews", "completed"), posts=302),
    "refunds": staff(rights.SEE_ORDERS),
    "refund": staff(rights.SEE_ORDERS, its("refunds", "requested")),
    "refund-approve": staff(rights.DECIDE_REFUNDS, its("refunds", "requested"), posts=200),
    "refund-reject": staff(rights.DECIDE_REFUNDS, its("refunds", "requested"), posts=200),
    "invoices": staff(rights.SEE_ORDERS),
    "invoice-issue": staff(rights.CONFIRM_PAYMENTS, lambda w: public(w.invoice), posts=200),
    "invoice-refuse": staff(rights.CONFIRM_PAYMENTS, lambda w: public(w.invoice), posts=200),
    "events": staff(rights.RETRY_EVENTS),
    "event-retry": staff(
        rights.RETRY_EVENTS, path=one(delivery_id=lambda w: w.parked.pk), gets=None, posts=302
    ),
    "staff": staff(rights.MANAGE_STAFF),
    "staff-new": staff(rights.MANAGE_STAFF, posts=200),
    "staff-role": staff(
        rights.MANAGE_STAFF, path=one(member_id=lambda w: w.staff["service"].pk), posts=200
    ),
    "staff-leave": staff(
        rights.MANAGE_STAFF, path=one(member_id=lambda w: w.staff["service"].pk), posts=302
    ),
    "staff-password": staff(
        rights.MANAGE_STAFF, path=one(member_id=lambda w: w.staff["service"].pk), posts=200
    ),
    "audit": staff(rights.MANAGE_STAFF),
    "settings": staff(rights.MANAGE_STAFF, posts=200),
    "members": staff(rights.SEE_COMMISSIONS, query=one(brought_by=its("members", "promoter"))),
    "member": staff(rights.SEE_COMMISSIONS, its("members", "promoter")),
    "member-suspend": staff(rights.MANAGE_MEMBERS, its("members", "promoter"), posts=200),
    "member-reinstate": staff(rights.MANAGE_MEMBERS, its("members", "promoter"), posts=200),
    "member-links": staff(rights.SEE_COMMISSIONS, its("members", "promoter")),
    "member-account": staff(rights.SEE_COMMISSIONS, its("members", "promoter")),
    "member-write-off": staff(rights.WRITE_OFF, its("members", "promoter"), posts=200),
    "today-referrals": staff(rights.SEE_COMMISSIONS),
    "today-commissions": staff(rights.SEE_COMMISSIONS),
    "today-payouts": staff(rights.SEE_COMMISSIONS),
    "plan": staff(rights.SEE_COMMISSIONS, posts=200, post_right=rights.EDIT_PLAN),
    "plan-example": staff(rights.EDIT_PLAN, gets=None, posts=200),
    "plan-versions": staff(rights.SEE_COMMISSIONS),
    "plan-targets": staff(rights.EDIT_PLAN),
    "plan-override": staff(
        rights.EDIT_PLAN, words=("scope",), posts=200,
        path=one(scope=lambda _w: "product", public_id=lambda w: public(w.product)),
    ),
    "commissions": staff(rights.SEE_COMMISSIONS),
    "commission": staff(rights.SEE_COMMISSIONS, lambda w: public(w.commission)),
    "conversions": staff(rights.SEE_COMMISSIONS),
    "payouts": staff(rights.SEE_COMMISSIONS, query=one(member=its("members", "promoter"))),
    "payout": staff(rights.SEE_COMMISSIONS, its("payouts", "requested")),
    "payout-approve": staff(rights.APPROVE_PAYOUTS, its("payouts", "requested"), posts=200),
    "payout-settle": staff(rights.SETTLE_PAYOUTS, its("payouts", "approved"), posts=200),
    "payout-reject": staff(rights.APPROVE_PAYOUTS, its("payouts", "requested"), posts=200),
    "ledger": staff(rights.SEE_COMMISSIONS),
    "ledger-audit": staff(rights.SEE_COMMISSIONS, gets=None, posts=200),
}  # fmt: skip
