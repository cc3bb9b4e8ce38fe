"""What must hold, asked of PostgreSQL in plain SQL by the role that sees every mall, without the product's code."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.chaos.trade import Log
from tests.installation import HOUSE, Installation, wait_until

QUIET_SECONDS = 60

# Each finds rows that must not be; %(mall)s is the mall.
NEVER = {
    "unbalanced journals": """
        SELECT j.id FROM commissions_journal j LEFT JOIN commissions_entry e ON e.journal_id = j.id
        WHERE j.mall_id = %(mall)s GROUP BY j.id
        HAVING count(e.id) <> max(j.entry_count) OR coalesce(sum(e.amount_fen), 0) <> 0""",
    "journals posted twice": """
        SELECT event_type, event_key FROM commissions_journal WHERE mall_id = %(mall)s
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "entries without a journal": """
        SELECT e.id FROM commissions_entry e LEFT JOIN commissions_journal j ON j.id = e.journal_id
        WHERE e.mall_id = %(mall)s AND j.id IS NULL""",
    "negative balances": """
        SELECT id FROM commissions_account WHERE mall_id = %(mall)s
        AND (kind <> 'debt' AND balance_fen < 0 OR kind = 'debt' AND balance_fen > 0)""",
    "balances that differ from their entries": """
        SELECT a.id FROM commissions_account a LEFT JOIN commissions_entry e ON e.account_id = a.id
        WHERE a.mall_id = %(mall)s AND a.balance_fen IS NOT NULL
        GROUP BY a.id HAVING max(a.balance_fen) <> coalesce(sum(e.amount_fen), 0)""",
    "orders paid twice": """
        SELECT order_id FROM mall_payment WHERE mall_id = %(mall)s AND status = 'succeeded'
        GROUP BY 1 HAVING count(*) > 1""",
    "conversions made twice": """
        SELECT order_id FROM referrals_conversion WHERE mall_id = %(mall)s AND order_id IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1""",
    "paid orders whose commissions are missing, double or wrong": """
        WITH due AS (
            SELECT o.id, v.level, v.member, sum((l.paid_fen - l.refunded_fen) * v.rate / 10000)::bigint AS fen
            FROM mall_order o JOIN mall_orderline l ON l.order_id = o.id
            JOIN members_member buyer ON buyer.buyer_id = o.buyer_id
            JOIN members_member one ON one.id = buyer.referrer_id JOIN members_member two ON two.id = one.referrer_id
            CROSS JOIN LATERAL (VALUES (1, one.id, 1000), (2, two.id, 500)) AS v(level, member, rate)
            WHERE o.mall_id = %(mall)s AND o.paid_at IS NOT NULL GROUP BY o.id, v.level, v.member
        ), found AS (
            SELECT c.order_id, k.level, k.beneficiary_id, sum(k.accrued_fen - k.reversed_fen)::bigint AS fen,
                count(*) AS times
            FROM commissions_commission k JOIN referrals_conversion c ON c.id = k.conversion_id
            WHERE k.mall_id = %(mall)s AND c.kind = 'order' GROUP BY 1, 2, 3
        )
        SELECT coalesce(due.id, found.order_id) FROM due FULL JOIN found ON found.order_id = due.id
            AND found.level = due.level AND found.beneficiary_id = due.member
        WHERE coalesce(due.fen, 0) <> coalesce(found.fen, 0) OR found.times > 1""",
    "commissions without their journal": """
        SELECT k.conversion_id FROM (
            SELECT conversion_id, sum(accrued_fen - reversed_fen) AS fen FROM commissions_commission
            WHERE mall_id = %(mall)s GROUP BY 1) k
        LEFT JOIN (
            SELECT j.conversion_id, -sum(e.amount_fen) AS fen FROM commissions_journal j
            JOIN commissions_entry e ON e.journal_id = j.id
            JOIN commissions_account a ON a.id = e.account_id AND a.kind = 'expense'
            WHERE j.mall_id = %(mall)s GROUP BY 1) p ON p.conversion_id = k.conversion_id
        WHERE k.fen <> coalesce(p.fen, 0)""",
    "parked deliveries": "SELECT id FROM mall_delivery WHERE mall_id = %(mall)s AND parked_at IS NOT NULL",
    "stock that does not add up": """
        SELECT s.id FROM mall_sku s LEFT JOIN mall_orderline l ON l.sku_id = s.id
        LEFT JOIN mall_order o ON o.id = l.order_id AND o.status NOT IN ('cancelled', 'closed')
        WHERE s.mall_id = %(mall)s GROUP BY s.id
        HAVING s.stock + coalesce(sum(l.quantity) FILTER (WHERE o.id IS NOT NULL), 0) <> 1000000""",
}


@dataclass(frozen=True)
class Verdict:
    """How much was looked at; everything that must be 0 was."""

    orders: int
    paid: int
    journals: int
    entries: int
    commissions: int

    def __str__(self) -> str:
        return (
            f"{self.orders} orders acknowledged, {self.paid} payments, {self.commissions} commissions, "
            f"{self.journals} journals, {self.entries} entries: 0 lost, 0 double, 0 negative, 0 unbalanced"
        )


def wait_for_quiet(installation: Installation, mall_id: int, seconds: float = QUIET_SECONDS) -> float:
    """Wait until nothing is left to deliver; the seconds it took."""
    return wait_until(
        "the last delivery",
        lambda: (
            not installation.rows(
                "SELECT 1 FROM mall_delivery WHERE mall_id = %s AND done_at IS NULL LIMIT 1", [mall_id]
            )
        ),
        seconds,
    )


def verify(installation: Installation, mall: dict[str, Any], log: Log) -> Verdict:
    """Compare what was acknowledged with what is there. Raises AssertionError naming rows."""
    mall_id = mall["mall"]
    wait_for_quiet(installation, mall_id)
    orders = {
        str(public_id): (paid_at is not None, total_fen)
        for public_id, paid_at, total_fen in installation.rows(
            "SELECT public_id, paid_at, total_fen FROM mall_order WHERE mall_id = %s", [mall_id]
        )
    }
    lost = [order for order, told in log.placed.items() if orders.get(order, (False, -1))[1] != told["total_fen"]]
    assert not lost, f"orders acknowledged and not there: {lost[:5]}"
    double = [order for order in orders if order not in log.placed]
    assert not double, f"orders that nobody was told of: {double[:5]}"
    assert {order for order, (paid, _) in orders.items() if paid} == log.paid, (
        "payments differ from what was acknowledged"
    )
    for what, statement in NEVER.items():
        found = installation.rows(statement, {"mall": mall_id})
        assert not found, f"{what}: {len(found)}, such as {found[:5]}"
    _audit(installation)
    (counts,) = installation.rows(
        "SELECT (SELECT count(*) FROM commissions_journal WHERE mall_id = %(mall)s), "
        "(SELECT count(*) FROM commissions_entry WHERE mall_id = %(mall)s), "
        "(SELECT count(*) FROM commissions_commission WHERE mall_id = %(mall)s)",
        {"mall": mall_id},
    )
    return Verdict(len(log.placed), len(log.paid), *counts)


def _audit(installation: Installation) -> None:
    """The product's own audit finds nothing either."""
    done = subprocess.run(
        [sys.executable, "manage.py", "audit_ledger"],
        cwd=HOUSE,
        env=installation.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
