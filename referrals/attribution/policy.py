"""Who is credited with an order: a pure function of facts recorded before it was placed.

last_click: the owner of the last attributable click within the window, then that owner's referrer, and
so on; without such a click the buyer's bound referrer and his upline. bound_first: the bound referrer
and his upline; without one the last click. Whichever begins the chain, it is that one's own chain to
the end. A level that is the buyer himself earns nothing, and nothing moves up. Where the mall lets
members earn by their own purchases, the buyer is level 1 and his referrer level 2, whoever he came by.
A suspended promoter keeps his level; whether he is paid is decided by the floor above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from referrals.attribution.ports import AttributionRules
from referrals.clicks.models import Reason

LEVELS_MAX = 3


@dataclass(frozen=True, slots=True)
class ClickSeen:
    """An attributable click of one of the buyer's visitors."""

    id: int
    link_id: int
    owner_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What was known when the order was placed, at `at`.

    buyer_member_id: the member he was then. selves: the members that are the buyer himself (the same
    member, phone, payer, or a visitor ever logged in as him). uplines: per member his referrer, that
    one's referrer and so on. by_staff: placed in a browser where the mall's staff was logged in.
    """

    at: datetime
    rules: AttributionRules
    clicks: Sequence[ClickSeen] = ()
    buyer_member_id: int | None = None
    bound_referrer_id: int | None = None
    uplines: Mapping[int, Sequence[int]] = field(default_factory=dict)
    selves: frozenset[int] = frozenset()
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is credited. beneficiaries[0] is level 1; None where a level is the buyer himself.

    promoter_id: who brought the order, also where he earns nothing. reason: why nobody can earn, or "".
    """

    rule: str
    link_id: int | None
    promoter_id: int | None
    beneficiaries: tuple[int | None, ...]
    reason: str
    trace: dict[str, Any]


def attribute(facts: Facts) -> Attribution:
    """The attribution of an order. The same facts give the same answer, whenever they are asked."""
    rule, head, click = _head(facts)
    chain = _chain(facts, head)
    beneficiaries = tuple(None if _is_himself(facts, rule, member_id) else member_id for member_id in chain)
    if not chain:
        reason = Reason.NO_REFERRER
    else:
        reason = Reason.NONE if any(member_id is not None for member_id in beneficiaries) else Reason.SELF_PURCHASE
    return Attribution(
        rule=rule,
        link_id=click.link_id if click else None,
        promoter_id=head,
        beneficiaries=beneficiaries,
        reason=str(reason),
        trace=_trace(facts, click, chain, beneficiaries),
    )


def last_click(facts: Facts) -> ClickSeen | None:
    """The newest click within the window that ends when the order is placed, not counting that moment."""
    if facts.by_staff and not facts.rules.count_staff_visits:
        return None
    earliest = facts.at - timedelta(days=facts.rules.window_days)
    within = [click for click in facts.clicks if earliest <= click.at < facts.at]
    return max(within, key=lambda click: (click.at, click.id), default=None)


def _head(facts: Facts) -> tuple[str, int | None, ClickSeen | None]:
    """The rule that decides, who begins the chain, and by which click."""
    if facts.rules.self_purchase_earns and facts.buyer_member_id is not None:
        return "self", facts.buyer_member_id, None
    click, bound = last_click(facts), facts.bound_referrer_id
    if bound is not None and (facts.rules.policy == "bound_first" or click is None):
        return "bound", bound, None
    if click is not None:
        return "last_click", click.owner_id, click
    return "none", None, None


def _chain(facts: Facts, head: int | None) -> list[int]:
    if head is None:
        return []
    return [head, *facts.uplines.get(head, ())][: min(facts.rules.levels, LEVELS_MAX)]


def _is_himself(facts: Facts, rule: str, member_id: int) -> bool:
    return rule != "self" and not facts.rules.self_purchase_earns and member_id in facts.selves


def _trace(
    facts: Facts, click: ClickSeen | None, chain: Sequence[int], beneficiaries: Sequence[int | None]
) -> dict[str, Any]:
    """What the decision followed from: ids, times and settings, nobody's data."""
    return {
        "policy": facts.rules.policy,
        "window_days": facts.rules.window_days,
        "plan": facts.rules.version,
        "self_purchase_earns": facts.rules.self_purchase_earns,
        "click": click.id if click else None,
        "clicked_at": click.at.isoformat() if click else None,
        "clicks_in_sight": len(facts.clicks),
        "bound": facts.bound_referrer_id,
        "by_staff": facts.by_staff,
        "levels": [
            {"level": level, "member": member_id, "why": "" if earns is not None else str(Reason.SELF_PURCHASE)}
            for level, (member_id, earns) in enumerate(zip(chain, beneficiaries, strict=True), start=1)
        ],
    }
