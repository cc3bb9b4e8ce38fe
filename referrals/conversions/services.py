"""Conversions: registrations and orders credited once and for all. Clicks get theirs when they are judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from mall import clock
from mall.events.models import Event
from mall.events.services import record_many
from mall.tenancy.context import require_mall_id
from referrals.attribution.facts import facts_of_orders, placed_orders
from referrals.attribution.policy import LEVELS_MAX, attribute
from referrals.clicks.models import Reason
from referrals.conversions.models import Conversion, ConversionKind

RECORDED = "conversion.recorded"

_INSERT = """
INSERT INTO referrals_conversion (mall_id, kind, member_id, order_id, link_id, rule, promoter_id,
    level_1_id, level_2_id, level_3_id, customer_id, reason, trace, occurred_at, recorded_at)
SELECT %(mall)s, r.kind, r.member_id, r.order_id, r.link_id, r.rule, r.promoter_id,
    r.level_1, r.level_2, r.level_3, r.customer_id, r.reason, r.trace, r.occurred_at, %(at)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(kind text, member_id bigint, order_id bigint, link_id bigint, rule text,
    promoter_id bigint, level_1 bigint, level_2 bigint, level_3 bigint, customer_id bigint, reason text, trace jsonb,
    occurred_at timestamptz)
ORDER BY COALESCE(r.order_id, r.member_id)
ON CONFLICT DO NOTHING
RETURNING id, reason
"""


@dataclass(frozen=True, slots=True)
class NewConversion:
    """A registration or an order as it is written. level_1 is the promoter unless he is the buyer himself."""

    kind: str
    member_id: int | None
    order_id: int | None
    link_id: int | None
    rule: str
    promoter_id: int | None
    level_1: int | None
    level_2: int | None
    level_3: int | None
    customer_id: int | None
    reason: str
    trace: Mapping[str, Any]
    occurred_at: datetime


def ensure_order_conversions(order_ids: Sequence[int]) -> dict[int, int]:
    """{order id: conversion id} of the named orders; missing ones are attributed and recorded now.

    Whenever this runs, it looks at facts from before the order only, so the answer is the same. Two at
    once make one conversion (unique key). Tells of new ones by conversion.recorded. Needs mall_scope.
    """
    found = _of_orders(order_ids)
    missing = sorted(set(order_ids) - set(found))
    if missing:
        _write(_attributed(missing))
        found |= _of_orders(missing)
    return found


def record_paid(order_ids: Sequence[int]) -> None:
    """Tell of the conversions of orders that have been paid, so that they are settled. Saying it twice is harmless."""
    conversion_ids = ensure_order_conversions(order_ids).values()
    payable = Conversion.objects.filter(pk__in=list(conversion_ids), reason=Reason.NONE).order_by("pk")
    record_many(RECORDED, [(conversion_id, {}) for conversion_id in payable.values_list("pk", flat=True)])


def record_registrations(events: Sequence[Event]) -> None:
    """Credit the members who joined (member.joined) to who brought them, level 1 only; tell of those that can pay.

    One registration is credited once, however often this runs.
    """
    told = {event.subject_id: event.payload for event in events}
    _write(_registration(*row, told[row[0]]) for row in _joined(sorted(told)))


def _attributed(order_ids: Sequence[int]) -> Iterable[NewConversion]:
    orders = placed_orders(order_ids)
    facts = facts_of_orders(orders)
    for order in orders:
        credit = attribute(facts[order.id])
        levels = [*credit.beneficiaries, *[None] * LEVELS_MAX][:LEVELS_MAX]
        yield NewConversion(
            kind=ConversionKind.ORDER,
            member_id=None,
            order_id=order.id,
            link_id=credit.link_id,
            rule=credit.rule,
            promoter_id=credit.promoter_id,
            level_1=levels[0],
            level_2=levels[1],
            level_3=levels[2],
            customer_id=order.member_id,
            reason=credit.reason,
            trace=credit.trace,
            occurred_at=order.placed_at,
        )


def _registration(
    member_id: int,
    referrer_id: int | None,
    joined_at: datetime,
    source: str | None,
    link_id: int | None,
    told: Mapping[str, Any],
) -> NewConversion:
    reason = Reason.NO_REFERRER if referrer_id is None else Reason.NONE
    if referrer_id is not None and told.get("reregistered"):
        reason = Reason.REREGISTERED
    elif referrer_id is not None and told.get("own_visitor"):
        reason = Reason.OWN_CLICK
    return NewConversion(
        kind=ConversionKind.REGISTRATION,
        member_id=member_id,
        order_id=None,
        link_id=link_id if referrer_id is not None else None,
        rule="none" if referrer_id is None else "last_click" if source == "visitor" else "direct",
        promoter_id=referrer_id,
        level_1=referrer_id,
        level_2=None,
        level_3=None,
        customer_id=member_id,
        reason=str(reason),
        trace={"source": source or "none"},
        occurred_at=joined_at,
    )


def _joined(member_ids: Sequence[int]) -> list[tuple]:
    """(member, referrer, when, how, through which link) of the named members."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.referrer_id, m.joined_at, b.source, l.id FROM members_member m "
            "LEFT JOIN LATERAL (SELECT source, code FROM members_binding b WHERE b.mall_id = m.mall_id "
            "AND b.member_id = m.id ORDER BY b.id LIMIT 1) b ON true "
            "LEFT JOIN referrals_sharelink l ON l.mall_id = m.mall_id AND l.code = b.code "
            "WHERE m.mall_id = %s AND m.id = ANY(%s) ORDER BY m.id",
            [require_mall_id("Members"), list(member_ids)],
        )
        return cursor.fetchall()


def _of_orders(order_ids: Sequence[int]) -> dict[int, int]:
    return dict(Conversion.objects.filter(order__in=list(order_ids)).values_list("order_id", "pk"))


def _write(conversions: Iterable[NewConversion]) -> None:
    """Insert what is not there yet, and tell of what can pay."""
    # dataclasses are JSON to orjson, datetimes with their offset.
    rows = orjson.dumps(list(conversions)).decode()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"mall": require_mall_id("Conversions"), "at": clock.now(), "rows": rows})
        written = cursor.fetchall()
    record_many(RECORDED, [(conversion_id, {}) for conversion_id, reason in written if not reason])
