"""Which clicks count: pure rules over what was observed. Nothing here asks a database or a clock.

Attributable: a person, not the promoter himself, not excluded staff. Such a click may bring a later
order or registration to the promoter. Billable: attributable, and the page was shown, to a visitor who
is no member yet (unless the mall pays for all), for the first time in an hour on this promoter's links,
and not the umpteenth of one network. Amounts, daily caps and budgets are the floor above's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from referrals.attribution.ports import AttributionRules
from referrals.clicks.models import Reason
from referrals.clicks.user_agents import Agent, agent_of, is_person

# One paid click per visitor and promoter in this time, counted from the one that was paid.
DUPLICATE_SECONDS = 3600
# Thousands of phones may share one address of a mobile network, but not one promoter's visitors.
NETWORK_CLICKS_PER_DAY = 20


@dataclass(frozen=True, slots=True)
class ClickFacts:
    """One click as stored, with its link's owner."""

    id: int
    link_id: int
    owner_id: int
    visitor_key: str
    at: datetime
    source: str
    method: str
    is_prefetch: bool
    user_agent: str
    network: str
    member_id: int | None
    by_staff: bool
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a click. reason "" bills; is_attributable holds apart from that."""

    click_id: int
    is_attributable: bool
    reason: str


@dataclass(slots=True)
class Surroundings:
    """What else is known, and what has been billed; judging adds to the latter as it goes.

    logged_in: per visitor, the members ever logged in as him and since when.
    billed: per (visitor, promoter), the moments of his clicks that bill.
    network_counts: per (network, promoter, mall day), how many bill.
    """

    day_of: Callable[[datetime], date]
    network_clicks_per_day: int = NETWORK_CLICKS_PER_DAY
    logged_in: Mapping[str, Sequence[tuple[int, datetime]]] = field(default_factory=dict)
    billed: defaultdict[tuple[str, int], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    network_counts: defaultdict[tuple[str, int, date], int] = field(default_factory=lambda: defaultdict(int))


def why_not_attributable(
    click: ClickFacts, logged_in: Iterable[tuple[int, datetime]], *, count_staff_visits: bool
) -> str:
    """The reason why a click brings nothing to anybody, or "" for an attributable one.

    logged_in: the members ever logged in as this visitor, before the click or after it.
    """
    if click.method == "HEAD":
        return Reason.HEAD
    if click.is_prefetch:
        return Reason.PREFETCH
    if not is_person(click.user_agent, click.source):
        return Reason.NO_USER_AGENT if agent_of(click.user_agent) is Agent.MISSING else Reason.BOT
    if click.member_id == click.owner_id or any(member_id == click.owner_id for member_id, _since in logged_in):
        return Reason.OWN_CLICK
    if click.by_staff and not count_staff_visits:
        return Reason.STAFF
    return Reason.NONE


def why_not_billable(click: ClickFacts, known: Surroundings, rules: AttributionRules) -> str:
    """The reason why an attributable click is not paid for, or "" for one that bills."""
    if click.confirmed_at is None:
        return Reason.UNCONFIRMED
    if rules.click_pays == "new" and (
        click.member_id is not None
        or any(since <= click.at for _member_id, since in known.logged_in.get(click.visitor_key, ()))
    ):
        return Reason.MEMBER
    apart = timedelta(seconds=DUPLICATE_SECONDS)
    # Both ways: of two clicks the later may have been confirmed, and so judged, first.
    if any(abs(click.at - billed_at) < apart for billed_at in known.billed[click.visitor_key, click.owner_id]):
        return Reason.DUPLICATE
    if known.network_counts[_network_day(click, known)] >= known.network_clicks_per_day:
        return Reason.NETWORK_CAP
    return Reason.NONE


def judge(
    clicks: Iterable[ClickFacts], known: Surroundings, rules_at: Mapping[datetime, AttributionRules]
) -> list[Verdict]:
    """The verdict on each click, in the order in which they happened. Adds what bills to `known`."""
    verdicts = []
    for click in sorted(clicks, key=lambda one: (one.at, one.id)):
        rules = rules_at[click.at]
        reason = why_not_attributable(
            click, known.logged_in.get(click.visitor_key, ()), count_staff_visits=rules.count_staff_visits
        )
        is_attributable = not reason
        reason = reason or why_not_billable(click, known, rules)
        if not reason:
            known.billed[click.visitor_key, click.owner_id].append(click.at)
            known.network_counts[_network_day(click, known)] += 1
        verdicts.append(Verdict(click.id, is_attributable, str(reason)))
    return verdicts


def _network_day(click: ClickFacts, known: Surroundings) -> tuple[str, int, date]:
    return click.network, click.owner_id, known.day_of(click.at)
