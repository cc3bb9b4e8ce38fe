"""What has been earned, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from commissions.settlement.models import Commission, Settlement
from mall.tenancy.context import require_mall_id

_STANDS = Q(reversed_fen__lt=F("accrued_fen"))

# The same states as Commission.state, as conditions.
STATES: dict[str, Q] = {
    "pending": _STANDS & Q(released_at__isnull=True, held_at__isnull=True),
    "available": _STANDS & Q(released_at__isnull=False),
    "held": _STANDS & Q(released_at__isnull=True, held_at__isnull=False),
    "reversed": Q(reversed_fen=F("accrued_fen")),
}

_SOURCES = ("conversion__click", "conversion__member", "conversion__order", "conversion__customer__buyer")


def commissions_of_mall(
    *, kind: str | None = None, state: str | None = None, member_id: int | None = None, order_id: int | None = None
) -> QuerySet[Commission]:
    """The mall's commissions, newest first, with what a list shows of their source."""
    found = Commission.objects.select_related(*_SOURCES, "beneficiary__buyer").order_by("-id")
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(STATES[state])
    if member_id is not None:
        found = found.filter(beneficiary=member_id)
    if order_id is not None:
        found = found.filter(conversion__order=order_id)
    return found


def commissions_of_member(*, member_id: int, kind: str | None = None, state: str | None = None) -> QuerySet[Commission]:
    """What one member earned, newest first."""
    return commissions_of_mall(kind=kind, state=state, member_id=member_id)


def earned_by_link(link_ids: Sequence[int]) -> dict[int, int]:
    """{link id: fen that stand} of level 1: what a link earned its owner (port of the referrals floor)."""
    if not link_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.link_id, sum(k.accrued_fen - k.reversed_fen)::bigint FROM referrals_conversion c "
            "JOIN commissions_commission k ON k.mall_id = c.mall_id AND k.conversion_id = c.id AND k.level = 1 "
            "WHERE c.mall_id = %s AND c.link_id = ANY(%s) GROUP BY c.link_id",
            [require_mall_id(), list(link_ids)],
        )
        return dict(cursor.fetchall())


def outcome_of(conversion_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """{conversion id: {"commission_fen": fen of level 1, "reason": why nothing}} (port of the referrals floor).

    A conversion that nobody has settled yet is missing.
    """
    reasons = dict(
        Settlement.objects.filter(conversion__in=list(conversion_ids)).values_list("conversion_id", "reason")
    )
    outcome: dict[int, dict[str, Any]] = {
        conversion_id: {"commission_fen": 0, "reason": reason} for conversion_id, reason in reasons.items()
    }
    rows = Commission.objects.filter(conversion__in=list(conversion_ids), level=1)
    for conversion_id, accrued, back in rows.values_list("conversion_id", "accrued_fen", "reversed_fen"):
        outcome[conversion_id]["commission_fen"] = accrued - back
    return outcome
