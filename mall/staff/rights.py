"""Which role may do what. Money rights stand apart, so that a mall can keep them apart."""

from __future__ import annotations

from mall.staff.models import Role

SEE_ORDERS = "orders.see"
SHIP = "orders.ship"
EDIT_PRODUCTS = "products.edit"
CONFIRM_PAYMENTS = "payments.confirm"
DECIDE_REFUNDS = "refunds.decide"
ANSWER_REVIEWS = "reviews.answer"
SEE_COMMISSIONS = "commissions.see"
EDIT_PLAN = "plan.edit"
APPROVE_PAYOUTS = "payouts.approve"
SETTLE_PAYOUTS = "payouts.settle"
WRITE_OFF = "ledger.write_off"
MANAGE_MEMBERS = "members.manage"
RETRY_EVENTS = "events.retry"
MANAGE_STAFF = "staff.manage"
OVERRIDE_FLOORS = "promotions.override"

ALL = frozenset(
    {
        SEE_ORDERS, SHIP, EDIT_PRODUCTS, CONFIRM_PAYMENTS, DECIDE_REFUNDS, ANSWER_REVIEWS, SEE_COMMISSIONS, EDIT_PLAN,
        APPROVE_PAYOUTS, SETTLE_PAYOUTS, WRITE_OFF, MANAGE_MEMBERS, RETRY_EVENTS, MANAGE_STAFF,
        OVERRIDE_FLOORS,
    }
)  # fmt: skip

RIGHTS: dict[str, frozenset[str]] = {
    Role.OWNER: ALL,
    Role.MANAGER: frozenset(
        {
            SEE_ORDERS,
            SHIP,
            EDIT_PRODUCTS,
            DECIDE_REFUNDS,
            ANSWER_REVIEWS,
            SEE_COMMISSIONS,
            EDIT_PLAN,
            MANAGE_MEMBERS,
            RETRY_EVENTS,
        }
    ),
    Role.FINANCE: frozenset(
        {SEE_ORDERS, CONFIRM_PAYMENTS, DECIDE_REFUNDS, SEE_COMMISSIONS, APPROVE_PAYOUTS, SETTLE_PAYOUTS, WRITE_OFF}
    ),
    Role.SERVICE: frozenset({SEE_ORDERS, SHIP, ANSWER_REVIEWS, SEE_COMMISSIONS}),
    # The installation's operator looks and repairs; he moves no money of a merchant.
    Role.OPERATOR: frozenset({SEE_ORDERS, SEE_COMMISSIONS, RETRY_EVENTS}),
}


def may(role: str, right: str) -> bool:
    """Whether a role includes a right."""
    return right in RIGHTS.get(role, frozenset())
