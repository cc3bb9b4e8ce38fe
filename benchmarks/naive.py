"""The same settlement as most shops write it: the ORM, one transaction per order, the same tables and walls."""

from __future__ import annotations

from django.db import transaction

from commissions.ledger.models import Account, Entry, Journal
from commissions.plans.models import PlanVersion
from commissions.settlement.models import Commission, Settlement
from mall import clock
from mall.events.models import Delivery
from mall.orders.models import OrderLine
from mall.tenancy.context import mall_scope
from members.models import Member
from referrals.conversions.models import Conversion


def settle_one_by_one(mall_id: int, count: int) -> None:
    """Settle the first `count` orders that wait."""
    with mall_scope(mall_id):
        waiting = list(
            Delivery.objects.filter(handler="commissions.handlers.settle_conversions", done_at__isnull=True)
            .order_by("pk")
            .values_list("pk", flat=True)[:count]
        )
    for delivery_id in waiting:
        with mall_scope(mall_id), transaction.atomic():
            _settle(Delivery.objects.select_related("event").get(pk=delivery_id))


def _settle(delivery: Delivery) -> None:
    now = clock.now()
    conversion = Conversion.objects.select_related("order").get(pk=delivery.event.subject_id)
    plan = PlanVersion.objects.order_by("-version").first()
    lines = list(OrderLine.objects.filter(order=conversion.order))
    base_fen = sum(line.paid_fen - line.refunded_fen for line in lines)
    trace = {"plan": plan.version, "lines": [{"line": line.pk, "bps": plan.order_levels_bps} for line in lines]}
    Settlement.objects.create(conversion=conversion, plan=plan, revision=1, trace=trace, created_at=now)
    buyer = Member.objects.get(buyer_id=conversion.order.buyer_id)
    journal = Journal.objects.create(
        event_type="accrue", event_key=f"{conversion.pk}.1", conversion_id=conversion.pk, entry_count=3,
        occurred_at=conversion.occurred_at, posted_at=now,
    )  # fmt: skip
    total, beneficiary = 0, buyer
    for level, rate in enumerate(plan.order_levels_bps, start=1):
        beneficiary = Member.objects.get(pk=beneficiary.referrer_id)
        amount = base_fen * rate // 10_000
        Commission.objects.create(
            conversion=conversion, kind="order", level=level, beneficiary=beneficiary, base_fen=base_fen, rate_bps=rate,
            accrued_fen=amount, occurred_at=conversion.occurred_at,
        )  # fmt: skip
        account = Account.objects.select_for_update(no_key=True).get(member=beneficiary, kind="pending")
        Entry.objects.create(journal=journal, account=account, amount_fen=amount)
        account.balance_fen += amount
        account.save(update_fields=["balance_fen"])
        total += amount
    expense = Account.objects.get(member__isnull=True, kind="expense")
    Entry.objects.create(journal=journal, account=expense, amount_fen=-total)
    delivery.done_at = now
    delivery.save(update_fields=["done_at"])
