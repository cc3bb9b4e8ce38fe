"""Judging what is due, batch by batch: the facts are read, and the verdicts written, set by set.

One batch of a mall at a time (advisory lock), so that two workers cannot both let the first click of
an hour through. The clicks are locked too: a confirmation that comes in this moment either stands in
the verdict or comes too late, never both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from mall import clock
from mall.events.services import record_many
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from referrals.attribution.rules import rules_at_each
from referrals.clicks.judging import (
    DUPLICATE_SECONDS,
    NETWORK_CLICKS_PER_DAY,
    ClickFacts,
    Surroundings,
    Verdict,
    judge,
)
from referrals.clicks.sightings import CONFIRM_SECONDS
from referrals.clicks.user_agents import is_person
from referrals.clicks.visitors import members_behind

BATCH = 1000
# In a sandbox everybody's visitors come from one machine.
SANDBOX_FACTOR = 10

_DUE = """
SELECT c.id, c.link_id, l.owner_id, c.visitor_key, c.at, c.source, c.method, c.is_prefetch, c.user_agent, c.network,
       c.member_id, c.by_staff, c.confirmed_at
FROM referrals_click c JOIN referrals_sharelink l ON l.mall_id = c.mall_id AND l.id = c.link_id
WHERE c.mall_id = %s AND c.judged_at IS NULL AND c.due_at <= %s
ORDER BY c.due_at, c.id LIMIT %s FOR NO KEY UPDATE OF c
"""

_WRITE = """
WITH verdict AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(attributable)s::boolean[], %(reasons)s::text[])
        AS v(id, is_attributable, reason)
), judged AS (
    UPDATE referrals_click c SET judged_at = %(at)s, is_attributable = v.is_attributable, reason = v.reason
    FROM verdict v WHERE c.mall_id = %(mall)s AND c.id = v.id AND c.judged_at IS NULL
    RETURNING c.id, c.link_id, c.member_id, c.source, c.at, c.confirmed_at, v.is_attributable, v.reason
)
INSERT INTO referrals_conversion
    (mall_id, kind, click_id, link_id, rule, promoter_id, level_1_id, customer_id, reason, trace, occurred_at,
     recorded_at)
SELECT %(mall)s, 'click', j.id, j.link_id, 'direct', l.owner_id, l.owner_id, j.member_id, j.reason,
    jsonb_build_object('source', j.source, 'attributable', j.is_attributable, 'confirmed', j.confirmed_at IS NOT NULL),
    j.at, %(at)s
FROM judged j JOIN referrals_sharelink l ON l.mall_id = %(mall)s AND l.id = j.link_id
ORDER BY j.id
ON CONFLICT (mall_id, click_id) DO NOTHING
RETURNING id, reason
"""


_BILLED = """
SELECT c.visitor_key, l.owner_id, c.at FROM referrals_click c
JOIN referrals_sharelink l ON l.mall_id = c.mall_id AND l.id = c.link_id
WHERE c.mall_id = %s AND c.visitor_key = ANY(%s) AND c.is_attributable AND c.reason = ''
  AND c.at > %s AND c.at < %s AND l.owner_id = ANY(%s)
"""

_PER_NETWORK = """
SELECT c.network, l.owner_id, (c.at AT TIME ZONE %s)::date, count(*) FROM referrals_click c
JOIN referrals_sharelink l ON l.mall_id = c.mall_id AND l.id = c.link_id
WHERE c.mall_id = %s AND c.network = ANY(%s) AND c.is_attributable AND c.reason = ''
  AND c.at >= %s AND l.owner_id = ANY(%s) GROUP BY 1, 2, 3
"""


def judge_batch(mall_id: int) -> int:
    """Judge up to BATCH clicks that are due, in one transaction; returns how many were taken up.

    Records conversion.recorded for those that bill. Takes the mall's advisory lock, then the clicks' rows.
    """
    with mall_scope(mall_id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('referrals.judging', %s))", [mall_id])
        now = clock.now()
        due = [ClickFacts(*row) for row in _rows(_DUE, [mall_id, now, BATCH])]
        ripe = _postpone_unripe(mall_id, due, now)
        if ripe:
            _remember_logins(mall_id, ripe)
            verdicts = judge(ripe, _surroundings(mall_id, ripe), rules_at_each(click.at for click in ripe))
            _write(mall_id, verdicts, now)
    return len(due)


def _postpone_unripe(mall_id: int, due: Sequence[ClickFacts], now: datetime) -> list[ClickFacts]:
    """Those that may be judged; the others looked like machines at first sight and get the page's time."""
    latest = now - timedelta(seconds=CONFIRM_SECONDS)
    unripe = [
        click.id
        for click in due
        if click.confirmed_at is None
        and click.at > latest
        and click.method == "GET"
        and not click.is_prefetch
        and is_person(click.user_agent, click.source)
    ]
    if unripe:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE referrals_click SET due_at = at + make_interval(secs => %s) "
                "WHERE mall_id = %s AND id = ANY(%s)",
                [CONFIRM_SECONDS, mall_id, unripe],
            )
    waiting = set(unripe)
    return [click for click in due if click.id not in waiting]


def _remember_logins(mall_id: int, clicks: Sequence[ClickFacts]) -> None:
    """A click made while logged in says who the visitor is, from then on."""
    since: dict[tuple[str, int], datetime] = {}
    for click in clicks:
        if click.member_id is not None:
            pair = click.visitor_key, click.member_id
            since[pair] = min(click.at, since.get(pair, click.at))
    if not since:
        return
    pairs = sorted(since)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO referrals_visitormember (mall_id, visitor_key, member_id, since) "
            "SELECT %s, v.visitor, v.member, v.since FROM unnest(%s::text[], %s::bigint[], %s::timestamptz[]) "
            "AS v(visitor, member, since) ON CONFLICT (mall_id, visitor_key, member_id) DO NOTHING",
            [mall_id, [pair[0] for pair in pairs], [pair[1] for pair in pairs], [since[pair] for pair in pairs]],
        )


def _surroundings(mall_id: int, clicks: Sequence[ClickFacts]) -> Surroundings:
    """What the rules look at besides the clicks themselves, in four statements."""
    timezone = ZoneInfo(Mall.objects.values_list("timezone", flat=True).get(pk=mall_id))
    known = Surroundings(
        day_of=lambda at: at.astimezone(timezone).date(),
        network_clicks_per_day=NETWORK_CLICKS_PER_DAY * (SANDBOX_FACTOR if settings.SANDBOX_ALLOWED else 1),
        logged_in=members_behind(click.visitor_key for click in clicks),
    )
    owners = sorted({click.owner_id for click in clicks})
    first, last = min(click.at for click in clicks), max(click.at for click in clicks)
    apart = timedelta(seconds=DUPLICATE_SECONDS)
    visitors = sorted({click.visitor_key for click in clicks})
    for visitor, owner_id, at in _rows(_BILLED, [mall_id, visitors, first - apart, last + apart, owners]):
        known.billed[visitor, owner_id].append(at)
    midnight = first.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    networks = sorted({click.network for click in clicks})
    for network, owner_id, day, count in _rows(_PER_NETWORK, [timezone.key, mall_id, networks, midnight, owners]):
        known.network_counts[network, owner_id, day] = count
    return known


def _write(mall_id: int, verdicts: Sequence[Verdict], now: datetime) -> None:
    """Keep the verdicts and their conversions, and tell of those that bill."""
    recorded = _rows(
        _WRITE,
        {
            "mall": mall_id,
            "at": now,
            "ids": [verdict.click_id for verdict in verdicts],
            "attributable": [verdict.is_attributable for verdict in verdicts],
            "reasons": [verdict.reason for verdict in verdicts],
        },
    )
    record_many("conversion.recorded", [(conversion_id, {}) for conversion_id, reason in recorded if not reason])


def _rows(statement: str, parameters: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
