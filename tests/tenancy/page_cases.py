"""Every page of a mall's host and of the operator's: who may open it, and where ids stand in its address.

The table is compared with the URL resolver: a page that is not here fails the matrix.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mall.staff import rights
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


def payout_form(world: World) -> dict[str, Any]:
    """A withdrawal as a browser sends it."""
    return {"amount_fen": "0.01", "payee": public(world.payee), "attempt": str(uuid.uuid4())}


def mine(name: str, **more: Any) -> Page:
    """A page of one of the customer's orders."""
    return Page(BUYER, own=True, path={"order_id": order(name)["order_id"]}, **more)


def his_case(name: str, **more: Any) -> Page:
    """A page of one of the customer's after-sales cases."""
    return Page(BUYER, own=True, path={"case_id": its("cases", name)}, **more)


BUYER_PAGES: dict[str, Page] = {
    "home": Page(ANYONE),
    "brand": Page(ANYONE),
    "icon": Page(ANYONE),
    "language": Page(ANYONE, path=one(language=lambda _w: "en"), words=("language",), gets=302),
    "privacy": Page(ANYONE),
    "favicon": Page(ANYONE),
    "how-it-pays": Page(ANYONE),
    "categories": Page(ANYONE),
    "products": Page(ANYONE, query=one(category=lambda w: public(w.category))),
    "product": Page(ANYONE, path=PRODUCT, query=one(sku=lambda w: public(w.sku))),
    "cover": Page(ANYONE, path=PRODUCT),
    "login": Page(ANYONE, posts=200),
    "logout": Page(ANYONE, gets=None, posts=302),
    "password-reset": Page(ANYONE, posts=200),
    "phone-code": Page(ANYONE, path=one(purpose=lambda _w: "login"), words=("purpose",), gets=None, posts=200),
    "regions": Page(ANYONE),
    "form-token": Page(ANYONE),
    "register": Page(ANYONE, posts=200),
    "share-link": Page(ANYONE, path=one(code=lambda w: w.links["mall"].code), gets=302),
    "share-link-without-code": Page(ANYONE, gets=302),
    "beacon": Page(ANYONE, gets=None, posts=204, form_ids=one(code=lambda w: w.links["mall"].code), is_json=True),
    "wechat-oauth": Page(ANYONE, gets=302),
    "wechat-back": Page(ANYONE, gets=302),
    "wechat-verify-file": Page(ANYONE, path=one(word=lambda _w: "abc"), words=("word",), gets=404),
    "wechat-pay": mine("waiting", gets=302, posts=302),
    "wechat-pay-notify": Page(ANYONE, gets=None, posts=401),
    "wechat-refund-notify": Page(ANYONE, gets=None, posts=401),
    "me": Page(ANYONE),
    "checkout": Page(
        ANYONE,
        query=one(sku=lambda w: public(w.sku)),
        form=checkout_form,
        form_ids=one(sku=lambda w: public(w.sku)),
        posts=302,
    ),
    "amounts": Page(
        ANYONE,
        gets=None,
        form=lambda w: {"sku": public(w.sku), "quantity": "2"},
        form_ids=one(sku=lambda w: public(w.sku)),
        posts=200,
    ),
    "address-fields": Page(ANYONE, gets=None, form=lambda _w: {"pasted": "张三 13800138000"}, posts=200),
    "cart": Page(ANYONE),
    "cart-add": Page(
        ANYONE, gets=None, form=lambda w: {"sku": public(w.sku), "quantity": "1"},
        form_ids=one(sku=lambda w: public(w.sku)), posts=302,
    ),
    "cart-item": Page(
        BUYER, own=True, path=one(sku_id=lambda w: w.sku.public_id), gets=None,
        form=lambda _w: {"quantity": "2"}, posts=302, strangers=404,
    ),
    "cart-select": Page(ANYONE, gets=None, posts=302),
    "cart-clear": Page(ANYONE, gets=None, posts=302),
    "order-again": mine("paid", gets=None, posts=302),
    "invoice": mine("paid", form=lambda _w: {"title": "个人"}, posts=302),
    "coupons": Page(BUYER),
    "coupon-centre": Page(ANYONE),
    "coupon-take": Page(BUYER, path=one(template_id=its("offers", "coupons")), gets=None, posts=302),
    "addresses": Page(BUYER),
    "address-new": Page(BUYER, form=lambda _w: an_address(), posts=302),
    "address": Page(BUYER, own=True, path=ADDRESS, form=lambda _w: an_address(), posts=302),
    "address-delete": Page(BUYER, own=True, path=ADDRESS, gets=None, posts=302),
    "address-default": Page(BUYER, own=True, path=ADDRESS, gets=None, posts=302),
    "orders": Page(BUYER, own=True, query=one(before=its("orders", "completed"))),
    "profile": Page(BUYER, form=lambda _w: {"nickname": "新昵称"}, posts=302),
    "order": mine("paid"),
    "order-cancel": mine("unpaid", gets=None, posts=302),
    "order-receipt": mine("shipped", gets=None, posts=302),
    "cashier": mine("unpaid", form=lambda _w: {"provider": "sandbox"}, posts=302),
    "paid": mine("paid"),
    "proofs": mine("waiting", form=lambda _w: {"serial": "PAGES0001"}, posts=302),
    "proof-picture": Page(BUYER, own=True, path=one(proof_id=lambda w: w.proof.public_id)),
    "refund": mine("paid", form=lambda _w: {"reason": "不要了"}, posts=200),
    "case-new": mine("paid", form=lambda _w: {"why": "other"}, posts=200),
    "cases": Page(BUYER, own=True, query=one(before=its("cases", "resent"))),
    "case": his_case("requested"),
    "case-withdraw": his_case("requested", gets=None, posts=302),
    "case-send-back": his_case(
        "awaiting_return", gets=None, form=lambda _w: {"carrier": "顺丰速运", "number": "SF1"}, posts=302
    ),
    "case-confirm": his_case("resent", gets=None, posts=302),
    "case-pictures": his_case("requested", gets=None, posts=302),
    "case-picture": Page(BUYER, own=True, path=one(picture_id=lambda w: w.evidence)),
    "review-new": mine("thanked", form=lambda _w: {"stars": "5"}, posts=200),
    "product-reviews": Page(ANYONE, path=PRODUCT, query=one(before=its("reviews", "completed"))),
    "my-reviews": Page(BUYER, own=True, query=one(before=its("reviews", "completed"))),
    "review-follow-up": Page(
        BUYER, own=True, path=one(review_id=its("reviews", "received")), gets=None,
        form=lambda _w: {"text": "还不错"}, posts=302,
    ),
    "close-account": Page(BUYER, posts=200),
    "links": Page(
        BUYER,
        caller="promoter",
        own=True,
        query=one(before=its("links", "mall")),
        form=lambda _w: {"kind": "mall", "channel": "qq"},
        posts=302,
    ),
    "share-panel": Page(BUYER, query=one(product=lambda w: public(w.product)), strangers=200),
    "take-product-link": Page(BUYER, path=PRODUCT, gets=None, form=lambda _w: {"channel": "qq"}, posts=200),
    "qr-picture": Page(
        BUYER, caller="promoter", own=True, path=one(code=lambda w: w.links["mall"].code, form=lambda _w: "svg"),
        words=("form",), strangers=404,
    ),
    "poster": Page(
        BUYER, caller="promoter", own=True, path=one(code=lambda w: w.links["product"].code), strangers=404,
    ),
    "promotion": Page(BUYER, caller="promoter"),
    "promotion-live": Page(BUYER, caller="promoter"),
    "commissions": Page(
        BUYER, caller="promoter", own=True, query=one(before=lambda w: public(w.commission))
    ),
    "commission": Page(BUYER, caller="promoter", own=True, path=one(commission_id=lambda w: public(w.commission))),
    "conversions": Page(BUYER, caller="promoter"),
    "payouts": Page(BUYER, caller="promoter"),
    "payout-request": Page(
        BUYER, caller="promoter", own=True, gets=None, form=payout_form,
        form_ids=one(payee=lambda w: public(w.payee)), posts=302,
    ),
    "payees": Page(
        BUYER, gets=None, form=lambda _w: {"name": "李四", "bank": "工商银行", "account": "6222020200112299"}, posts=302
    ),
}  # fmt: skip


def staff(right: str, made: Made | None = None, **more: Any) -> Page:
    """A page of the dashboard; `made` is what its address names."""
    path = more.pop("path", {}) if made is None else {"public_id": made}
    return Page(STAFF, right=right, path=path, caller="owner", **more)


DASHBOARD_PAGES: dict[str, Page] = {
    "login": Page(ANYONE, posts=200),
    "logout": Page(ANYONE, gets=None, posts=302),
    "arrive": Page(ANYONE, gets=302),
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

CASES = {f"pages:{name}": page for name, page in BUYER_PAGES.items()} | {
    f"dashboard:{name}": page for name, page in DASHBOARD_PAGES.items()
}

# Addresses of a mall's host that are no pages of a mall.
ELSEWHERE = {
    "healthz": "a probe, on every host, says nothing of any mall",
    "readyz": "a probe",
    "healthz-pipeline": "a probe; the oldest delivery of all malls in seconds, no more",
    "api-schema": "the same document on every host",
    "api-docs": "the same page on every host",
}


def named_patterns(urlconf: str) -> Iterator[tuple[str, str]]:
    """(full name or "", route) of every address below a urlconf."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, route, inner)
            else:
                yield (f"{space}{pattern.name}" if pattern.name else ""), route

    return walk(get_resolver(urlconf).url_patterns, "", "")


def address(name: str, world: World, *, foreign: dict[str, Any] | None = None) -> str:
    """The page's address in a world; `foreign` puts other ids into the path."""
    page, foreign = CASES[name], foreign or {}
    parts = {part: foreign.get(part, made(world)) for part, made in page.path.items()}
    return reverse(name, kwargs=parts, urlconf="config.urls")
