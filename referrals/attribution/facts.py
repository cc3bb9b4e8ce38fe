"""The facts behind attributions, read set by set: a batch costs the same number of statements as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from mall.buyers.errors import BadPhone
from mall.buyers.phones import normalised
from mall.tenancy.context import require_mall_id
from members.selectors import uplines
from referrals.attribution.policy import LEVELS_MAX, ClickSeen, Facts
from referrals.attribution.ports import AttributionRules
from referrals.attribution.rules import rules_at_each
from referrals.clicks.judging import ClickFacts, why_not_attributable
from referrals.clicks.visitors import members_behind

# Of what has not been judged yet, so many newest clicks of a visitor are looked at.
UNJUDGED_MAX = 50

LoggedIn = Mapping[str, Sequence[tuple[int, datetime]]]

_COLUMNS = (
    "c.id, c.link_id, c.visitor_key, c.at, c.source, c.method, c.is_prefetch, c.user_agent, c.network, "
    "c.member_id, c.by_staff, c.confirmed_at, c.judged_at IS NOT NULL AS is_judged"
)
_WITHIN = "c.mall_id = %(mall)s AND c.visitor_key = a.visitor AND c.at >= a.earliest AND c.at < a.latest"
# Per question the newest click that was judged attributable, and those nobody has judged yet.
_CLICKS = f"""
SELECT a.n, c.id, c.link_id, l.owner_id, c.visitor_key, c.at, c.source, c.method, c.is_prefetch, c.user_agent,
       c.network, c.member_id, c.by_staff, c.confirmed_at, c.is_judged
FROM unnest(%(n)s::integer[], %(visitors)s::text[], %(earliest)s::timestamptz[], %(latest)s::timestamptz[])
    AS a(n, visitor, earliest, latest)
CROSS JOIN LATERAL (
    (SELECT {_COLUMNS} FROM referrals_click c WHERE {_WITHIN} AND c.is_attributable
     ORDER BY c.at DESC, c.id DESC LIMIT 1)
    UNION ALL
    (SELECT {_COLUMNS} FROM referrals_click c WHERE {_WITHIN} AND c.judged_at IS NULL
     ORDER BY c.at DESC, c.id DESC LIMIT {UNJUDGED_MAX})
) c JOIN referrals_sharelink l ON l.mall_id = %(mall)s AND l.id = c.link_id
"""  # noqa: S608 - built from the constants above

_ORDERS = """
SELECT o.id, o.buyer_id, o.visitor_key, o.placed_at, o.placed_by_staff, b.phone,
       CASE WHEN b.is_guest THEN a.phone END, m.id, m.referrer_id
FROM mall_order o JOIN mall_buyer b ON b.mall_id = o.mall_id AND b.id = o.buyer_id
LEFT JOIN mall_orderaddress a ON a.mall_id = o.mall_id AND a.order_id = o.id
LEFT JOIN members_member m ON m.mall_id = o.mall_id AND m.buyer_id = o.buyer_id AND m.joined_at < o.placed_at
WHERE o.mall_id = %s AND o.id = ANY(%s) ORDER BY o.id
"""

# Whoever paid a buyer's orders, and the openids he is known by.
_PAYERS = """
SELECT buyer_id, payer, min(since) FROM (
    SELECT o.buyer_id, p.payer, p.succeeded_at AS since FROM mall_order o
    JOIN mall_payment p ON p.mall_id = o.mall_id AND p.order_id = o.id
    WHERE o.mall_id = %(mall)s AND o.buyer_id = ANY(%(buyers)s) AND p.payer <> '' AND p.succeeded_at IS NOT NULL
    UNION ALL
    SELECT i.buyer_id, i.openid, i.linked_at FROM mall_wechatidentity i
    WHERE i.mall_id = %(mall)s AND i.buyer_id = ANY(%(buyers)s)
) known GROUP BY buyer_id, payer
"""


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """One order with its buyer. member_id and referrer_id: of the member he was when he placed it."""

    id: int
    buyer_id: int
    visitor_key: str
    placed_at: datetime
    by_staff: bool
    phone: str | None
    guest_phone: str | None
    member_id: int | None
    referrer_id: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """Asks for the attributable clicks of a visitor from `earliest` up to, but not including, `latest`."""

    visitor_key: str
    earliest: datetime
    latest: datetime
    rules: AttributionRules


def placed_orders(order_ids: Sequence[int]) -> list[PlacedOrder]:
    """The named orders of the mall in force, in the order of their ids."""
    return [PlacedOrder(*row) for row in _rows(_ORDERS, [require_mall_id("An order"), list(order_ids)])]


def facts_of_orders(orders: Sequence[PlacedOrder]) -> dict[int, Facts]:
    """{order id: the facts before it was placed}, in at most ten statements."""
    rules_at = rules_at_each(order.placed_at for order in orders)
    visitors = _visitors_of(orders)
    logged_in = members_behind({key for keys in visitors.values() for key in keys})
    clicks = _clicks_of_orders(orders, visitors, logged_in, rules_at)
    heads = {click.owner_id for found in clicks.values() for click in found}
    heads |= {member_id for order in orders for member_id in (order.member_id, order.referrer_id) if member_id}
    lines = uplines(sorted(heads), LEVELS_MAX - 1)
    selves = _selves(orders, heads | {member_id for line in lines.values() for member_id in line}, logged_in)
    return {
        order.id: Facts(
            at=order.placed_at,
            rules=rules_at[order.placed_at],
            clicks=tuple(clicks.get(order.id, ())),
            buyer_member_id=order.member_id,
            bound_referrer_id=order.referrer_id,
            uplines=lines,
            selves=selves[order.id],
            by_staff=order.by_staff,
        )
        for order in orders
    }


def attributable_clicks(questions: Sequence[Question], logged_in: LoggedIn) -> list[list[ClickSeen]]:
    """Per question the clicks that may bring something, the last one among them. One statement.

    Clicks that wait for their judgement are looked at by the same rule: an order does not wait for it.
    """
    if not questions:
        return []
    found: list[list[ClickSeen]] = [[] for _ in questions]
    rows = _rows(
        _CLICKS,
        {
            "mall": require_mall_id("Clicks"),
            "n": list(range(len(questions))),
            "visitors": [question.visitor_key for question in questions],
            "earliest": [question.earliest for question in questions],
            "latest": [question.latest for question in questions],
        },
    )
    for n, *columns, is_judged in rows:
        click = ClickFacts(*columns)
        rules = questions[n].rules
        if is_judged or not why_not_attributable(
            click, logged_in.get(click.visitor_key, ()), count_staff_visits=rules.count_staff_visits
        ):
            found[n].append(ClickSeen(click.id, click.link_id, click.owner_id, click.at))
    return found


def _visitors_of(orders: Sequence[PlacedOrder]) -> dict[int, set[str]]:
    """Per order its own visitor and those that were logged in as its buyer before."""
    found = {order.id: {order.visitor_key} - {""} for order in orders}
    by_member: dict[int, list[tuple[str, datetime]]] = {}
    member_ids = sorted({order.member_id for order in orders if order.member_id is not None})
    if member_ids:
        for member_id, key, since in _rows(
            "SELECT member_id, visitor_key, since FROM referrals_visitormember "
            "WHERE mall_id = %s AND member_id = ANY(%s)",
            [require_mall_id("Visitors"), member_ids],
        ):
            by_member.setdefault(member_id, []).append((key, since))
    for order in orders:
        if order.member_id is not None:
            found[order.id] |= {key for key, since in by_member.get(order.member_id, ()) if since < order.placed_at}
    return found


def _clicks_of_orders(
    orders: Sequence[PlacedOrder],
    visitors: Mapping[int, set[str]],
    logged_in: LoggedIn,
    rules_at: Mapping[datetime, AttributionRules],
) -> dict[int, list[ClickSeen]]:
    asked = [
        (order.id, Question(key, window_start(order.placed_at, rules), order.placed_at, rules))
        for order in orders
        for rules in [rules_at[order.placed_at]]
        for key in sorted(visitors[order.id])
    ]
    found: dict[int, list[ClickSeen]] = {}
    answers = attributable_clicks([question for _order_id, question in asked], logged_in)
    for (order_id, _question), clicks in zip(asked, answers, strict=True):
        found.setdefault(order_id, []).extend(clicks)
    return found


def _selves(orders: Sequence[PlacedOrder], candidates: set[int], logged_in: LoggedIn) -> dict[int, frozenset[int]]:
    """Per order those of the candidates who are its buyer himself."""
    mall_id = require_mall_id("Members")
    people = _rows(
        "SELECT m.id, m.buyer_id, b.phone FROM members_member m "
        "JOIN mall_buyer b ON b.mall_id = m.mall_id AND b.id = m.buyer_id WHERE m.mall_id = %s AND m.id = ANY(%s)",
        [mall_id, sorted(candidates)],
    ) if candidates else []  # fmt: skip
    buyers = {order.buyer_id for order in orders} | {buyer_id for _member_id, buyer_id, _phone in people}
    payers: dict[int, dict[str, datetime]] = {}
    if people:
        for buyer_id, payer, since in _rows(_PAYERS, {"mall": mall_id, "buyers": sorted(buyers)}):
            payers.setdefault(buyer_id, {})[payer] = since
    found = {}
    for order in orders:
        phones = {order.phone, _phone_of_guest(order.guest_phone)} - {None, ""}
        paid_by = _before(payers.get(order.buyer_id, {}), order.placed_at)
        selves = {member_id for member_id, since in logged_in.get(order.visitor_key, ()) if since < order.placed_at}
        selves |= {
            member_id
            for member_id, buyer_id, phone in people
            if buyer_id == order.buyer_id
            or phone in phones
            or paid_by & _before(payers.get(buyer_id, {}), order.placed_at)
        }
        found[order.id] = frozenset(selves)
    return found


def window_start(at: datetime, rules: AttributionRules) -> datetime:
    """The first moment whose clicks still count at `at`."""
    return at - timedelta(days=rules.window_days)


def _before(seen: Mapping[str, datetime], at: datetime) -> set[str]:
    return {name for name, since in seen.items() if since < at}


def _phone_of_guest(phone: str | None) -> str | None:
    """The phone a guest gave for the parcel, as members' phones are written."""
    try:
        return normalised(phone) if phone else None
    except BadPhone:
        return None


def _rows(statement: str, parameters: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
