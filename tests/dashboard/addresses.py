"""Every page of the dashboard with its right: the table that the doors are tested against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from mall.staff import rights
from tests.factories.world import World

NOBODYS_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Page:
    """One address. `of` gives its arguments from a mall; `is_file`: a browser keeps it instead of showing it."""

    name: str
    right: str | None
    of: Callable[[World], list[Any]] = lambda _world: []
    only_post: bool = False
    is_file: bool = False

    def path(self, world: World) -> str:
        return reverse(f"dashboard:{self.name}", args=self.of(world))

    def path_of_nobody(self) -> str:
        """The same page of something that does not exist."""
        return reverse(f"dashboard:{self.name}", args=self.args_of_nobody)

    args_of_nobody: tuple[Any, ...] = ()


def _one(name: str, right: str | None, of: Callable[[World], Any], **more: Any) -> Page:
    nobody = 2**62 if more.pop("by_number", False) else NOBODYS_ID
    return Page(name, right, lambda world: [of(world)], args_of_nobody=(nobody,), **more)


def _order(world: World) -> Any:
    return world.orders["paid"].public_id


def _product(world: World) -> Any:
    return world.product.public_id


def _import_job(world: World) -> Any:
    return world.import_job.public_id


def _sku(world: World) -> Any:
    return world.sku.public_id


def _category(world: World) -> Any:
    return world.category.public_id


def _offer(name: str) -> Callable[[World], Any]:
    return lambda world: world.offers[name].public_id


def _refund(world: World) -> Any:
    return world.refunds["requested"].public_id


def _case(world: World) -> Any:
    return world.cases["requested"].public_id


def _review(world: World) -> Any:
    return world.reviews["received"].public_id


def _member(world: World) -> Any:
    return world.members["promoter"].public_id


def _payout(world: World) -> Any:
    return world.payouts["requested"].public_id


def _payment(world: World) -> Any:
    return world.payments["pending"].public_id


def _proof(world: World) -> Any:
    return world.proof.public_id


def _staff(world: World) -> Any:
    return world.staff["service"].pk


PAGES = (
    Page("home", None),
    Page("orders", rights.SEE_ORDERS),
    _one("order", rights.SEE_ORDERS, _order),
    _one("order-ship", rights.SHIP, _order),
    _one("order-earnings", rights.SEE_COMMISSIONS, _order),
    Page("products", rights.SEE_ORDERS),
    Page("product-new", rights.EDIT_PRODUCTS),
    Page("sku-row", rights.EDIT_PRODUCTS),
    _one("product", rights.SEE_ORDERS, _product),
    _one("product-publish", rights.EDIT_PRODUCTS, _product, only_post=True),
    _one("product-pictures", rights.EDIT_PRODUCTS, _product, only_post=True),
    Page(
        "product-picture",
        rights.EDIT_PRODUCTS,
        lambda world: [world.product.public_id, world.picture.key],
        only_post=True,
        args_of_nobody=(NOBODYS_ID, "0" * 32),
    ),
    Page("low-stock", rights.SEE_ORDERS),
    _one("sku-restock", rights.EDIT_PRODUCTS, _sku),
    Page("product-import", rights.EDIT_PRODUCTS),
    Page("product-import-template", rights.EDIT_PRODUCTS, is_file=True),
    _one("product-import-job", rights.EDIT_PRODUCTS, _import_job),
    _one("product-import-stop", rights.EDIT_PRODUCTS, lambda world: world.running_import.public_id),
    _one("product-import-apply", rights.EDIT_PRODUCTS, _import_job, only_post=True),
    Page("product-export", rights.EDIT_PRODUCTS, lambda _world: ["csv"], is_file=True),
    Page("categories", rights.EDIT_PRODUCTS),
    Page("category-new", rights.EDIT_PRODUCTS),
    _one("category", rights.EDIT_PRODUCTS, _category),
    _one("category-delete", rights.EDIT_PRODUCTS, _category),
    Page("payments", rights.CONFIRM_PAYMENTS),
    _one("payment", rights.CONFIRM_PAYMENTS, _payment),
    _one("payment-confirm", rights.CONFIRM_PAYMENTS, _payment),
    _one("proof-new", rights.CONFIRM_PAYMENTS, _payment),
    Page("wechat", rights.CONFIRM_PAYMENTS),
    Page("wechat-check", rights.CONFIRM_PAYMENTS, only_post=True),
    Page("reconciliation", rights.CONFIRM_PAYMENTS),
    _one("proof-picture", rights.CONFIRM_PAYMENTS, _proof),
    _one("proof-accept", rights.CONFIRM_PAYMENTS, _proof),
    _one("proof-refuse", rights.CONFIRM_PAYMENTS, _proof),
    Page("refunds", rights.SEE_ORDERS),
    Page("cases", rights.SEE_ORDERS),
    _one("case", rights.SEE_ORDERS, _case),
    _one("case-approve", rights.DECIDE_REFUNDS, _case),
    _one("case-reject", rights.DECIDE_REFUNDS, _case),
    _one("case-receive", rights.DECIDE_REFUNDS, lambda world: world.cases["returning"].public_id),
    _one("case-resend", rights.DECIDE_REFUNDS, lambda world: world.cases["resending"].public_id),
    _one("case-picture", rights.SEE_ORDERS, lambda world: world.evidence),
    Page("reviews", rights.SEE_ORDERS),
    _one("review-reply", rights.ANSWER_REVIEWS, _review),
    _one("review-hide", rights.ANSWER_REVIEWS, _review),
    _one("review-show", rights.ANSWER_REVIEWS, lambda world: world.reviews["completed"].public_id),
    _one("refund", rights.SEE_ORDERS, _refund),
    _one("refund-approve", rights.DECIDE_REFUNDS, _refund),
    _one("refund-reject", rights.DECIDE_REFUNDS, _refund),
    Page("invoices", rights.SEE_ORDERS),
    _one("invoice-issue", rights.CONFIRM_PAYMENTS, lambda world: world.invoice.public_id),
    _one("invoice-refuse", rights.CONFIRM_PAYMENTS, lambda world: world.invoice.public_id),
    Page("events", rights.RETRY_EVENTS),
    _one("event-retry", rights.RETRY_EVENTS, lambda world: world.parked.pk, only_post=True, by_number=True),
    Page("staff", rights.MANAGE_STAFF),
    Page("staff-new", rights.MANAGE_STAFF),
    _one("staff-role", rights.MANAGE_STAFF, _staff, by_number=True),
    _one("staff-leave", rights.MANAGE_STAFF, _staff, by_number=True),
    _one("staff-password", rights.MANAGE_STAFF, _staff, by_number=True),
    Page("password", None),
    Page("audit", rights.MANAGE_STAFF),
    Page("settings", rights.MANAGE_STAFF),
    Page("notices", rights.SEE_ORDERS),
    Page("shipping", rights.SHIP),
    Page("pick-list", rights.SHIP),
    Page("shipping-template", rights.SHIP, is_file=True),
    _one("shipping-job", rights.SHIP, lambda world: world.shipping_job.public_id),
    _one("shipping-apply", rights.SHIP, lambda world: world.shipping_job.public_id, only_post=True),
    Page("coupons", rights.EDIT_PRODUCTS),
    Page("coupon-new", rights.EDIT_PRODUCTS),
    _one("coupon", rights.EDIT_PRODUCTS, _offer("coupons")),
    _one("coupon-close", rights.EDIT_PRODUCTS, _offer("coupons")),
    _one("coupon-give", rights.EDIT_PRODUCTS, _offer("coupons")),
    Page("promotions", rights.EDIT_PRODUCTS),
    Page("limited-pick", rights.EDIT_PRODUCTS),
    _one("limited-new", rights.EDIT_PRODUCTS, _sku),
    _one("limited-close", rights.EDIT_PRODUCTS, _offer("limited")),
    _one("limited-extend", rights.EDIT_PRODUCTS, _offer("limited")),
    _one("limited-resume", rights.EDIT_PRODUCTS, _offer("limited")),
    Page("thresholds", rights.EDIT_PRODUCTS),
    Page("threshold-new", rights.EDIT_PRODUCTS),
    _one("threshold-close", rights.EDIT_PRODUCTS, _offer("threshold")),
    Page("freight", rights.EDIT_PRODUCTS),
    Page("freight-new", rights.EDIT_PRODUCTS),
    _one("freight-edit", rights.EDIT_PRODUCTS, _offer("freight")),
    _one("freight-delete", rights.EDIT_PRODUCTS, _offer("freight")),
    _one("freight-rule-new", rights.EDIT_PRODUCTS, _offer("freight")),
    Page(
        "freight-rule-remove",
        rights.EDIT_PRODUCTS,
        lambda world: [world.offers["freight"].public_id, 0],
        args_of_nobody=(NOBODYS_ID, 0),
    ),
    Page("banners", rights.EDIT_PRODUCTS),
    Page("banner-new", rights.EDIT_PRODUCTS),
    _one("banner", rights.EDIT_PRODUCTS, lambda world: world.banner.public_id),
    _one("banner-remove", rights.EDIT_PRODUCTS, lambda world: world.banner.public_id),
    Page("notice-badge", rights.SEE_ORDERS),
    Page("notices-seen", rights.SEE_ORDERS, only_post=True),
    Page("webhook", rights.MANAGE_STAFF),
    Page("samples-add", rights.EDIT_PRODUCTS, only_post=True),
    Page("samples-remove", rights.EDIT_PRODUCTS, only_post=True),
    Page("checklist-plan", rights.EDIT_PLAN, only_post=True),
    Page("checklist-dismiss", rights.EDIT_PRODUCTS, only_post=True),
    Page("members", rights.SEE_COMMISSIONS),
    _one("member", rights.SEE_COMMISSIONS, _member),
    _one("member-account", rights.SEE_COMMISSIONS, _member),
    _one("member-links", rights.SEE_COMMISSIONS, _member),
    _one("member-suspend", rights.MANAGE_MEMBERS, _member),
    _one("member-reinstate", rights.MANAGE_MEMBERS, _member),
    _one("member-write-off", rights.WRITE_OFF, _member),
    Page("plan", rights.SEE_COMMISSIONS),
    Page("plan-example", rights.EDIT_PLAN, only_post=True),
    Page("plan-versions", rights.SEE_COMMISSIONS),
    Page("plan-targets", rights.EDIT_PLAN),
    Page(
        "plan-override",
        rights.EDIT_PLAN,
        lambda world: ["product", world.product.public_id],
        args_of_nobody=("product", NOBODYS_ID),
    ),
    Page("commissions", rights.SEE_COMMISSIONS),
    _one("commission", rights.SEE_COMMISSIONS, lambda world: world.commission.public_id),
    Page("conversions", rights.SEE_COMMISSIONS),
    Page("payouts", rights.SEE_COMMISSIONS),
    _one("payout", rights.SEE_COMMISSIONS, _payout),
    _one("payout-approve", rights.APPROVE_PAYOUTS, _payout),
    _one("payout-settle", rights.SETTLE_PAYOUTS, _payout),
    _one("payout-reject", rights.APPROVE_PAYOUTS, _payout),
    Page("ledger", rights.SEE_COMMISSIONS),
    Page("ledger-audit", rights.SEE_COMMISSIONS, only_post=True),
    Page("today-commissions", rights.SEE_COMMISSIONS),
    Page("today-payouts", rights.SEE_COMMISSIONS),
    Page("today-referrals", rights.SEE_COMMISSIONS),
)

# The gate itself, for whoever comes.
OPEN = {"login", "logout", "arrive", "password-new"}
