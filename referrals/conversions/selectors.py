"""Questions about conversions: what was brought, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from members.models import Member
from referrals.clicks.models import Reason
from referrals.conversions.models import Conversion
from referrals.conversions.ports import outcome_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a conversion came to for its promoter. commission_fen stands after refunds.

    Neither commission nor reason: nothing has fallen due yet (an order that is not paid).
    """

    commission_fen: int
    reason: str


def conversions_of_promoter(promoter: Member, *, kind: str | None = None) -> QuerySet[Conversion]:
    """Everything a promoter's links and bindings brought, paid or not, newest first."""
    found = conversions_of_mall(kind=kind)
    return found.filter(promoter=promoter)


def conversions_of_mall(*, kind: str | None = None, reason: str | None = None) -> QuerySet[Conversion]:
    """The mall's conversions with what a list shows of them, newest first."""
    found = Conversion.objects.select_related("link__channel", "customer__buyer").order_by("-id")
    if kind:
        found = found.filter(kind=kind)
    if reason is not None:
        found = found.filter(reason=reason)
    return found


def outcomes(conversions: Sequence[Conversion]) -> dict[int, Outcome]:
    """{conversion id: outcome} of a page of conversions. What referrals refused was never settled."""
    settled = outcome_of([conversion.pk for conversion in conversions if not conversion.reason])
    found = {}
    for conversion in conversions:
        outcome = settled.get(conversion.pk, {})
        commission_fen = outcome.get("commission_fen", 0)
        reason = conversion.reason or ("" if commission_fen else outcome.get("reason", ""))
        if conversion.promoter_id is not None and conversion.level_1_id is None:
            # Others of his chain may earn by it; he is the buyer himself.
            reason = Reason.SELF_PURCHASE
        found[conversion.pk] = Outcome(commission_fen=commission_fen, reason=str(reason))
    return found
