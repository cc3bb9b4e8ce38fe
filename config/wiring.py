"""Who hears what, which port is filled by whom, and what runs by the clock: the one place where floors meet.

Handlers are called with a list of events of one mall, inside one transaction. Ports are declared on
the floor that asks, with a safe default, and filled here by a floor above (mall/ports.py).
"""

from __future__ import annotations

EVENT_HANDLERS: dict[str, list[str]] = {
    "member.joined": ["referrals.handlers.attribute_registrations"],
    "order.placed": ["referrals.handlers.attribute_orders"],
    "order.paid": ["referrals.handlers.record_paid_orders", "mall.notices.handlers.tell_of_orders"],
    "order.received": ["commissions.handlers.follow_orders"],
    "order.refunded": ["commissions.handlers.follow_orders"],
    "order.case_changed": ["commissions.handlers.follow_orders"],
    "case.opened": ["mall.notices.handlers.tell_of_cases"],
    "case.overdue": ["mall.notices.handlers.tell_of_cases"],
    "mall.margin_changed": ["mall.promotions.rechecking.recheck"],
    "plan.changed": ["mall.promotions.rechecking.recheck"],
    "sku.cost_changed": ["mall.promotions.rechecking.recheck"],
    "conversion.recorded": ["commissions.handlers.settle_conversions"],
}

# One path where the answer is used; a list where the port only tells.
PORTS: dict[str, str | list[str]] = {
    "mall.malls.ports.mall_created": [
        "referrals.links.services.create_default_channels",
        "commissions.plans.services.create_default_plan",
    ],
    "mall.pricing.ports.is_member": "members.selectors.is_member",
    "mall.promotions.ports.largest_commission": "commissions.plans.offers.largest_commission",
    "mall.orders.ports.visitor_of_request": "referrals.clicks.visitors.key_of_request",
    "mall.orders.ports.visitor_of_token": "referrals.clicks.visitors.key_of_token",
    "mall.buyers.ports.buyer_logged_in": [
        "referrals.clicks.visitors.remember_buyer",
        "mall.carts.arrivals.buyer_arrived",
    ],
    "mall.buyers.ports.orders_change_hands": ["referrals.conversions.services.ensure_order_conversions"],
    "members.joining.ports.referrer_behind": "referrals.attribution.services.referrer_behind",
    "mall.pages.ports.forwarding_of_request": "referrals.links.forwarding.forwarding_of_request",
    "members.closing.ports.left_behind": "commissions.payouts.selectors.left_behind",
    "members.closing.ports.before_closing": ["commissions.payouts.closing.settle_before_closing"],
    "mall.reviews.ports.review_first": "referrals.links.reviews.review_first",
    "referrals.attribution.ports.attribution_rules": "commissions.plans.selectors.attribution_rules_at",
    "referrals.links.ports.most_earned": "commissions.plans.offers.most_earned",
    "referrals.links.ports.earned_by_link": "commissions.settlement.selectors.earned_by_link",
    "referrals.conversions.ports.outcome_of": "commissions.settlement.selectors.outcome_of",
}

BEAT_SECONDS: dict[str, float] = {
    "mall.tasks.sweep_deliveries": 2.0,
    "mall.tasks.run_order_timers": 30.0,
    "mall.aftersales.tasks.keep_case_deadlines": 30.0,
    "mall.notices.tasks.push_notices": 5.0,
    "mall.catalogue.tasks.apply_imports_everywhere": 5.0,
    "mall.payments.wechat.tasks.ask_wechat_everywhere": 15.0,
    "mall.payments.wechat.tasks.compare_wechat_bills": 3600.0,
    "mall.buyers.tasks.forget_spent_secrets_everywhere": 3600.0,
    "mall.carts.tasks.forget_left_carts_everywhere": 3600.0,
    "mall.orders.tasks.forget_old_keys_everywhere": 3600.0,
    "referrals.tasks.sweep_clicks": 2.0,
    "commissions.tasks.sweep_releases": 5.0,
    "commissions.tasks.audit_all_ledgers": 600.0,
}
# A sweep that nobody took before the next one comes is worth nothing: it must not pile up behind a dead worker.
BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": 2 * seconds}}
    for task, seconds in BEAT_SECONDS.items()
}
