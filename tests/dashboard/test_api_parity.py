"""Whatever staff do on the dashboard a program does by the merchant API, or it is said here why not."""

from __future__ import annotations

from tests.dashboard.addresses import PAGES
from tests.tenancy.api_cases import operations, schema

# Page → the operations that show and do the same, without "/merchant".
SAME: dict[str, tuple[str, ...]] = {
    "home": ("GET /today",),
    "orders": ("GET /orders",),
    "order": ("GET /orders/{order_id}",),
    "order-ship": ("POST /orders/{order_id}/ship",),
    "products": ("GET /products",),
    "product-new": ("POST /products",),
    "product": ("GET /products/{product_id}", "PATCH /products/{product_id}"),
    "product-publish": ("PATCH /products/{product_id}",),
    "product-pictures": ("POST /products/{product_id}/pictures",),
    "product-picture": (
        "PUT /products/{product_id}/pictures",
        "DELETE /products/{product_id}/pictures/{picture_id}",
    ),
    "low-stock": ("GET /low-stock",),
    "sku-restock": ("POST /skus/{sku_id}/restock",),
    "product-import": ("POST /product-imports",),
    "product-import-job": (
        "GET /product-imports/{import_id}",
        "POST /product-imports/{import_id}/check",
    ),
    "product-import-stop": ("POST /product-imports/{import_id}/stop",),
    "product-import-apply": ("POST /product-imports/{import_id}/apply",),
    "product-export": ("GET /products",),
    "category-new": ("POST /categories",),
    "category": ("PATCH /categories/{category_id}",),
    "category-delete": ("DELETE /categories/{category_id}",),
    "payments": ("GET /payments",),
    "payment": ("GET /payments", "GET /payments/{payment_id}/proofs"),
    "payment-confirm": ("POST /payments/{payment_id}/confirm",),
    "proof-new": ("POST /payments/{payment_id}/proofs",),
    "proof-picture": ("GET /payment-proofs/{proof_id}/picture",),
    "proof-accept": ("POST /payments/{payment_id}/confirm",),
    "proof-refuse": ("POST /payment-proofs/{proof_id}/refuse",),
    "wechat": ("GET /wechat-account", "PUT /wechat-account"),
    "wechat-check": ("POST /wechat-account/check",),
    "reconciliation": ("GET /wechat-bills", "GET /wechat-bill-differences"),
    "refunds": ("GET /refunds",),
    "refund": ("GET /refunds",),
    "refund-approve": ("POST /refunds/{refund_id}/approve",),
    "refund-reject": ("POST /refunds/{refund_id}/reject",),
    "cases": ("GET /cases",),
    "case": ("GET /cases/{case_id}",),
    "case-approve": ("POST /cases/{case_id}/approve",),
    "case-reject": ("POST /cases/{case_id}/reject",),
    "case-receive": ("POST /cases/{case_id}/receive",),
    "case-resend": ("POST /cases/{case_id}/resend",),
    "case-picture": ("GET /case-pictures/{picture_id}",),
    "reviews": ("GET /reviews",),
    "review-reply": ("POST /reviews/{review_id}/reply",),
    "review-hide": ("POST /reviews/{review_id}/hide",),
    "review-show": ("POST /reviews/{review_id}/show",),
    "invoices": ("GET /invoices",),
    "invoice-issue": ("POST /invoices/{invoice_id}/issue",),
    "invoice-refuse": ("POST /invoices/{invoice_id}/refuse",),
    "password": ("POST /password",),
    "audit": ("GET /acts",),
    "settings": ("GET /settings", "PATCH /settings"),
    "notices": ("GET /notices",),
    "notice-badge": ("GET /notices",),
    "notices-seen": ("POST /notices/seen",),
    "webhook": ("GET /webhook", "PUT /webhook"),
    "pick-list": ("GET /pick-list",),
    "shipping": ("POST /shipments", "POST /shipping-tables"),
    "shipping-template": ("GET /pick-list",),
    "shipping-job": ("GET /shipping-tables/{table_id}",),
    "shipping-apply": ("POST /shipping-tables/{table_id}/apply",),
    "coupons": ("GET /coupon-templates",),
    "coupon-new": ("POST /coupon-templates",),
    "coupon": ("GET /coupon-templates/{template_id}", "PATCH /coupon-templates/{template_id}"),
    "coupon-close": ("POST /coupon-templates/{template_id}/close",),
    "coupon-give": ("POST /coupon-templates/{template_id}/give",),
    "promotions": ("GET /limited-prices",),
    "limited-pick": ("GET /products",),
    "limited-new": ("POST /limited-prices/simulate", "POST /limited-prices"),
    "limited-close": ("POST /limited-prices/{price_id}/close",),
    "limited-extend": ("POST /limited-prices/{price_id}/extend",),
    "limited-resume": ("POST /limited-prices/{price_id}/resume",),
    "thresholds": ("GET /threshold-discounts",),
    "threshold-new": ("POST /threshold-discounts",),
    "threshold-close": ("POST /threshold-discounts/{discount_id}/close",),
    "freight": ("GET /freight-templates",),
    "freight-new": ("POST /freight-templates",),
    "freight-edit": ("GET /freight-templates/{template_id}", "PUT /freight-templates/{template_id}"),
    "freight-delete": ("DELETE /freight-templates/{template_id}",),
    "freight-rule-new": ("PUT /freight-templates/{template_id}",),
    "freight-rule-remove": ("PUT /freight-templates/{template_id}",),
    "banners": ("GET /banners", "PUT /banners"),
    "banner-new": ("POST /banners",),
    "banner": ("PATCH /banners/{banner_id}", "PUT /banners/{banner_id}/picture"),
    "banner-remove": ("DELETE /banners/{banner_id}",),
    "samples-add": ("POST /samples",),
    "samples-remove": ("DELETE /samples",),
    "checklist-plan": ("POST /checklist/plan-seen",),
    "checklist-dismiss": ("GET /checklist", "DELETE /checklist"),
    "members": ("GET /members",),
    "member": ("GET /members",),
    "member-account": ("GET /members/{member_id}/balance", "GET /commissions"),
    "member-suspend": ("POST /members/{member_id}/suspend",),
    "member-reinstate": ("POST /members/{member_id}/reinstate",),
    "member-write-off": ("POST /members/{member_id}/write-off",),
    "plan": ("GET /plan", "PUT /plan"),
    "plan-targets": ("GET /plan",),
    "plan-override": ("PUT /plan",),
    "commissions": ("GET /commissions",),
    "commission": ("GET /commissions/{commission_id}/explanation",),
    "payouts": ("GET /payouts",),
    "payout": ("GET /payouts",),
    "payout-approve": ("POST /payouts/{payout_id}/approve",),
    "payout-settle": ("POST /payouts/{payout_id}/settle",),
    "payout-reject": ("POST /payouts/{payout_id}/reject",),
    "ledger-audit": ("GET /ledger/audit",),
    "today-commissions": ("GET /today/commissions",),
    "today-payouts": ("GET /today/commissions",),
    "today-referrals": ("GET /today/referrals",),
}
# Operations that stand outside of /merchant.
OPEN = {"categories": "GET /categories"}

NOT_BY_API = {
    "sku-row": "one more empty line of a form",
    "product-import-template": "an empty table to fill in; a program writes its own",
    "plan-example": "an example worked out while somebody types",
    "events": "parked events are looked at by a person, with the worker's log beside them",
    "event-retry": "as above",
    "staff": "people get and lose their rights from a person's hand",
    "staff-new": "as above",
    "staff-role": "as above",
    "staff-leave": "as above",
    "staff-password": "as above",
    "order-earnings": "of the referral API: not built yet",
    "member-links": "of the referral API: not built yet",
    "conversions": "of the referral API: not built yet",
    "plan-versions": "of the referral API: not built yet",
    "ledger": "of the referral API: not built yet; the audit says whether it is sound",
}


def test_every_page_and_action_has_its_operation_or_its_reason():
    named = {page.name for page in PAGES}
    told = [*SAME, *OPEN, *NOT_BY_API]
    assert sorted(named - set(told)) == [], "name the operations of the new page here, or why it has none"
    assert sorted(set(told) - named) == [], "no longer a page"
    assert len(told) == len(set(told))


def test_every_operation_that_is_named_exists():
    there = set(operations(schema()))
    wanted = {f"{one.split(' ')[0]} /merchant{one.split(' ')[1]}" for found in SAME.values() for one in found}
    assert wanted | set(OPEN.values()) <= there, (wanted | set(OPEN.values())) - there
