"""What this floor hears: events in, services out."""

from __future__ import annotations

from collections.abc import Sequence

from mall.events.models import Event
from referrals.conversions.services import ensure_order_conversions, record_paid, record_registrations


def attribute_registrations(events: Sequence[Event]) -> None:
    """member.joined: credit the registration to the referrer it was bound to."""
    record_registrations(events)


def attribute_orders(events: Sequence[Event]) -> None:
    """order.placed: freeze who is credited with the order."""
    ensure_order_conversions([event.subject_id for event in events])


def record_paid_orders(events: Sequence[Event]) -> None:
    """order.paid: tell of its conversion again, now that it can be settled."""
    record_paid([event.subject_id for event in events])
