"""What the commissions floor does when it hears something: find the conversions, settle them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from commissions.settlement.services import settle
from mall.events.models import Event
from mall.tenancy.context import require_mall_id
from referrals.conversions.services import ensure_order_conversions


def settle_conversions(events: Sequence[Event]) -> None:
    """conversion.recorded: its subject is the conversion."""
    settle([event.subject_id for event in events])


def follow_orders(events: Sequence[Event]) -> None:
    """order.received, order.refunded, order.case_changed: the order's conversion, and the buyer's registration.

    An event may arrive before its order's conversion exists; then the conversion is made here.
    """
    order_ids = sorted({event.subject_id for event in events})
    conversion_ids = list(ensure_order_conversions(order_ids).values())
    settle(conversion_ids + _registrations_of(order_ids))


def _registrations_of(order_ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.id FROM mall_order o "
            "JOIN members_member m ON m.mall_id = o.mall_id AND m.buyer_id = o.buyer_id "
            "JOIN referrals_conversion c ON c.mall_id = m.mall_id AND c.member_id = m.id AND c.kind = 'registration' "
            "WHERE o.mall_id = %s AND o.id = ANY(%s) AND o.received_at IS NOT NULL",
            [require_mall_id(), order_ids],
        )
        return [row[0] for row in cursor.fetchall()]
