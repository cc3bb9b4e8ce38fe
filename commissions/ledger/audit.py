"""The books computed again by other code: plain SQL over what is stored, none of the posting code.

Each check is one statement that returns the rows that are wrong. Nothing is mended here: a finding
is for people, and a correction is a new journal.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from mall.tenancy.context import mall_scope

log = logging.getLogger(__name__)

# What the frozen rates give on what is still paid, per commission (design.md §6), without rules.py.
# The ceiling cuts the deepest level first: a level gets what its upper ones leave of it.
_EXPECTED_ORDERS = """
WITH line AS (
    SELECT s.conversion_id, l.quantity,
        l.paid_fen + CASE WHEN f.freight THEN l.freight_fen ELSE 0 END AS base,
        greatest(0, l.paid_fen + CASE WHEN f.freight THEN l.freight_fen ELSE 0 END - l.refunded_fen) AS still,
        t.value AS frozen, (s.trace->>'ceiling_bps')::bigint AS ceiling
    FROM commissions_settlement s
    JOIN referrals_conversion c ON c.mall_id = s.mall_id AND c.id = s.conversion_id AND c.kind = 'order'
    JOIN mall_order o ON o.mall_id = c.mall_id AND o.id = c.order_id AND o.paid_at IS NOT NULL
    CROSS JOIN LATERAL (SELECT (s.trace->>'include_freight')::boolean AS freight) f
    CROSS JOIN LATERAL jsonb_array_elements(s.trace->'lines') t
    JOIN mall_orderline l ON l.mall_id = s.mall_id AND l.id = (t.value->>'line')::bigint
    WHERE s.mall_id = %(mall)s AND c.reason = ''
), raw AS (
    SELECT line.*, r.level, CASE WHEN line.frozen->'bps' <> 'null' THEN still * r.rate / 10000
        WHEN base = 0 THEN 0 ELSE r.rate * quantity * still / base END AS amount
    FROM line CROSS JOIN LATERAL (
        SELECT ordinality AS level, value::bigint AS rate FROM jsonb_array_elements_text(
            CASE WHEN line.frozen->'bps' <> 'null' THEN line.frozen->'bps' ELSE line.frozen->'flat_fen' END
        ) WITH ORDINALITY
    ) r
), cut AS (
    SELECT conversion_id, level, greatest(0, least(amount, still * ceiling / 10000 - coalesce(sum(amount) OVER (
        PARTITION BY conversion_id, frozen->>'line' ORDER BY level ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0))) AS amount FROM raw
), expected AS (
    SELECT conversion_id, level, sum(amount)::bigint AS amount FROM cut GROUP BY conversion_id, level
)
"""

CHECKS: dict[str, str] = {
    "journal that does not balance": """
        SELECT j.id, j.entry_count, count(e.id), coalesce(sum(e.amount_fen), 0) FROM commissions_journal j
        LEFT JOIN commissions_entry e ON e.mall_id = j.mall_id AND e.journal_id = j.id WHERE j.mall_id = %(mall)s
        GROUP BY j.id, j.entry_count
        HAVING count(e.id) <> j.entry_count OR count(e.id) < 2 OR coalesce(sum(e.amount_fen), 0) <> 0""",
    "balance that differs from its entries": """
        SELECT a.id, a.member_id, a.kind, a.balance_fen, coalesce(sum(e.amount_fen), 0) FROM commissions_account a
        LEFT JOIN commissions_entry e ON e.mall_id = a.mall_id AND e.account_id = a.id
        WHERE a.mall_id = %(mall)s AND a.balance_fen IS NOT NULL GROUP BY a.id
        HAVING a.balance_fen <> coalesce(sum(e.amount_fen), 0)""",
    "balance on the wrong side of zero": """
        SELECT id, member_id, kind, balance_fen FROM commissions_account WHERE mall_id = %(mall)s
        AND ((kind = 'debt' AND balance_fen > 0) OR (kind <> 'debt' AND balance_fen < 0))""",
    "commission that differs from its journals": """
        SELECT k.conversion_id, k.beneficiary_id, k.standing, coalesce(p.posted, 0) FROM (
            SELECT conversion_id, beneficiary_id, sum(accrued_fen - reversed_fen) AS standing
            FROM commissions_commission WHERE mall_id = %(mall)s AND ended_reason <> 'closed'
            GROUP BY conversion_id, beneficiary_id
        ) k LEFT JOIN (
            SELECT j.conversion_id, a.member_id, sum(e.amount_fen) AS posted FROM commissions_journal j
            JOIN commissions_entry e ON e.mall_id = j.mall_id AND e.journal_id = j.id
            JOIN commissions_account a ON a.mall_id = e.mall_id AND a.id = e.account_id AND a.member_id IS NOT NULL
            WHERE j.mall_id = %(mall)s AND j.event_type IN ('accrue', 'reverse')
            GROUP BY j.conversion_id, a.member_id
        ) p ON p.conversion_id = k.conversion_id AND p.member_id = k.beneficiary_id
        WHERE k.standing <> coalesce(p.posted, 0)""",
    "journal without its commission": """
        SELECT j.id, j.conversion_id FROM commissions_journal j WHERE j.mall_id = %(mall)s
        AND j.event_type IN ('accrue', 'reverse', 'release') AND NOT EXISTS (
            SELECT 1 FROM commissions_commission k
            WHERE k.mall_id = j.mall_id AND k.conversion_id = j.conversion_id)""",
    "pending balance that differs from unreleased commissions": """
        SELECT a.member_id, a.balance_fen, coalesce(sum(k.accrued_fen - k.reversed_fen), 0) FROM commissions_account a
        LEFT JOIN commissions_commission k ON k.mall_id = a.mall_id AND k.beneficiary_id = a.member_id
            AND k.released_at IS NULL
        WHERE a.mall_id = %(mall)s AND a.kind = 'pending' GROUP BY a.id, a.member_id
        HAVING a.balance_fen <> coalesce(sum(k.accrued_fen - k.reversed_fen), 0)""",
    "money in transit that differs from open payouts": """
        SELECT a.member_id, a.balance_fen, coalesce(sum(p.amount_fen), 0) FROM commissions_account a
        LEFT JOIN commissions_payout p ON p.mall_id = a.mall_id AND p.member_id = a.member_id
            AND p.status IN ('requested', 'approved')
        WHERE a.mall_id = %(mall)s AND a.kind = 'in_transit' GROUP BY a.id, a.member_id
        HAVING a.balance_fen <> coalesce(sum(p.amount_fen), 0)""",
    "payout that differs from its journals": """
        SELECT p.id, p.status, p.amount_fen FROM commissions_payout p WHERE p.mall_id = %(mall)s AND (
            SELECT array_agg(event_type::text ORDER BY event_type) FROM commissions_journal j
            WHERE j.mall_id = p.mall_id AND j.payout_id = p.id
        ) IS DISTINCT FROM CASE p.status WHEN 'settled' THEN ARRAY['payout_hold', 'payout_settle']
            WHEN 'rejected' THEN ARRAY['payout_hold', 'payout_return'] ELSE ARRAY['payout_hold'] END""",
    "order commission that its trace does not give": _EXPECTED_ORDERS  # noqa: S608 - two constants of this file
    + """
        SELECT s.conversion_id, v.level, coalesce(x.amount, 0), coalesce(k.accrued_fen - k.reversed_fen, 0)
        FROM commissions_settlement s
        JOIN referrals_conversion c ON c.mall_id = s.mall_id AND c.id = s.conversion_id AND c.kind = 'order'
        CROSS JOIN LATERAL (SELECT (l.value->>'level')::int AS level, l.value->>'why' AS why,
            (l.value->>'member')::bigint AS member FROM jsonb_array_elements(s.trace->'levels') l) v
        LEFT JOIN expected x ON x.conversion_id = s.conversion_id AND x.level = v.level AND v.why = ''
        LEFT JOIN commissions_commission k ON k.mall_id = s.mall_id AND k.conversion_id = s.conversion_id
            AND k.level = v.level AND k.beneficiary_id = v.member
        WHERE s.mall_id = %(mall)s AND coalesce(k.ended_reason, '') <> 'closed' AND s.revision > 0
        AND coalesce(x.amount, 0) <> coalesce(k.accrued_fen - k.reversed_fen, 0)""",
    "paid order that nobody settled": """
        SELECT o.id, c.id FROM mall_order o
        LEFT JOIN referrals_conversion c ON c.mall_id = o.mall_id AND c.order_id = o.id
        LEFT JOIN commissions_settlement s ON s.mall_id = c.mall_id AND s.conversion_id = c.id
        WHERE o.mall_id = %(mall)s AND o.paid_at < now() - interval '10 minutes'
        AND (c.id IS NULL OR (c.reason = '' AND s.id IS NULL))""",
    "head commission on a level or of an amount that its trace does not give": """
        SELECT k.id, k.kind, k.level, k.accrued_fen FROM commissions_commission k
        JOIN commissions_settlement s ON s.mall_id = k.mall_id AND s.conversion_id = k.conversion_id
        WHERE k.mall_id = %(mall)s AND k.kind <> 'order'
        AND (k.level <> 1 OR k.accrued_fen <> (s.trace->>'amount_fen')::bigint)""",
    "beneficiary who is not the one attributed": """
        SELECT k.id, k.level, k.beneficiary_id FROM commissions_commission k
        JOIN referrals_conversion c ON c.mall_id = k.mall_id AND c.id = k.conversion_id
        WHERE k.mall_id = %(mall)s AND k.beneficiary_id IS DISTINCT FROM
            CASE k.level WHEN 1 THEN c.level_1_id WHEN 2 THEN c.level_2_id ELSE c.level_3_id END""",
}


@dataclass(slots=True)
class AuditResult:
    """What the audit counted, and every finding as (check, row)."""

    journals: int
    entries: int
    sum_fen: int
    findings: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        return self.sum_fen == 0 and not self.findings


def audit(mall_id: int) -> AuditResult:
    """Compute one mall's books again in one snapshot. Reads only; findings per check are cut at 100."""
    with mall_scope(mall_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM commissions_journal WHERE mall_id = %(mall)s), count(*), "
            "coalesce(sum(amount_fen), 0)::bigint FROM commissions_entry WHERE mall_id = %(mall)s",
            {"mall": mall_id},
        )
        result = AuditResult(*cursor.fetchone())
        for name, statement in CHECKS.items():
            cursor.execute(statement, {"mall": mall_id})
            result.findings += [(name, row) for row in cursor.fetchmany(100)]
    return result


def audit_every_mall() -> dict[int, AuditResult]:
    """Audit each mall in turn; findings go to the log as errors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_mall_ids()")
        mall_ids = [row[0] for row in cursor.fetchall()]
    results = {}
    for mall_id in mall_ids:
        results[mall_id] = audit(mall_id)
        for name, row in results[mall_id].findings:
            log.error("ledger of mall %s: %s: %s", mall_id, name, row)
    return results
