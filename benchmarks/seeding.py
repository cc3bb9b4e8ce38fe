"""Rows by the hundred thousand, written by SQL: what a mall that has traded for years looks like.

Run as the server's superuser with its triggers asleep (session_replication_role), because this is not
what is measured. Everything is as the services leave it: the audit of a seeded mall finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# Levels and prices of every seeded order: ¥100 pays level 1 ¥10 and level 2 ¥5.
PRICE_FEN, LEVEL_1_FEN, LEVEL_2_FEN = 10_000, 1_000, 500
ORDER_TABLES = (
    "mall_order", "mall_orderline", "mall_payment", "referrals_conversion", "commissions_settlement",
    "commissions_commission", "commissions_journal", "commissions_entry", "mall_event", "mall_delivery",
)  # fmt: skip


@dataclass(frozen=True)
class Seeded:
    """A mall with members, one product and orders."""

    mall_id: int
    members: int
    orders: int


def quiet(cursor: Any, mall_id: int) -> None:
    """No triggers, no foreign keys asked, in this session only."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SELECT set_config('app.mall_id', %s, false)", [str(mall_id)])


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Write many rows at once, then build every index of the seeded tables anew: several times faster for millions.

    An index that is not "ready" is not kept up by PostgreSQL, and REINDEX makes it ready again (its manual,
    pg_index).
    """
    for setting in ("maintenance_work_mem = '1GB'", "work_mem = '512MB'", "synchronous_commit = off"):
        cursor.execute(f"SET {setting}")
    cursor.execute(
        "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = ANY(%s::regclass[])",
        [list(ORDER_TABLES)],
    )
    yield
    for table in ORDER_TABLES:
        cursor.execute(f"REINDEX TABLE {table}")


def add_members(cursor: Any, mall_id: int, count: int, *, width: int = 10) -> None:
    """So many members; each of the first brings `width` of the next, so chains are a few levels deep."""
    cursor.execute("SELECT coalesce(max(id), 0) FROM members_member")
    former = cursor.fetchone()[0]
    cursor.execute("SELECT coalesce(max(id), 0) FROM mall_buyer")
    buyers = cursor.fetchone()[0]
    cursor.execute("SELECT count(*) FROM members_member WHERE mall_id = %s", [mall_id])
    there = cursor.fetchone()[0]
    place = {"mall": mall_id, "count": count, "buyers": buyers, "former": former, "width": width, "there": there}
    cursor.execute(
        "INSERT INTO mall_buyer (mall_id, id, phone, password, nickname, is_guest, created_at) "
        "SELECT %(mall)s, %(buyers)s + n, '+861' || lpad((%(there)s + n)::text, 10, '0'), '', '会员' || n, false, "
        "now() - interval '90 days' FROM generate_series(1, %(count)s) n",
        place,
    )
    # Below him who stands at a tenth of his place: a tree ten wide.
    cursor.execute(
        "INSERT INTO members_member (mall_id, id, buyer_id, referrer_id, standing, joined_at) "
        "SELECT %(mall)s, %(former)s + n, %(buyers)s + n, CASE WHEN %(there)s = 0 AND n <= 3 THEN NULL "
        "WHEN %(there)s = 0 THEN %(former)s + greatest(1, n / %(width)s) "
        "ELSE %(former)s - n %% least(%(there)s, 1000) END, "
        "'active', now() - interval '90 days' FROM generate_series(1, %(count)s) n",
        place,
    )
    for table in ("mall_buyer", "members_member"):
        _forward(cursor, table)


def add_orders(cursor: Any, mall_id: int, count: int, *, settled: bool) -> None:
    """So many paid orders of one line each by members who have an upline of two, with their conversions.

    settled: with settlement, commissions, journals and entries too (balances follow in balance_accounts);
    otherwise with the event conversion.recorded and its delivery, due.
    """
    place = {"mall": mall_id, "count": count, "price": PRICE_FEN, "l1": LEVEL_1_FEN, "l2": LEVEL_2_FEN}
    cursor.execute("SELECT id FROM mall_product WHERE mall_id = %s LIMIT 1", [mall_id])
    place["product"] = cursor.fetchone()[0]
    cursor.execute("SELECT id FROM mall_sku WHERE mall_id = %s LIMIT 1", [mall_id])
    place["sku"] = cursor.fetchone()[0]
    cursor.execute("SELECT id FROM commissions_planversion WHERE mall_id = %s ORDER BY version DESC LIMIT 1", [mall_id])
    place["plan"] = cursor.fetchone()[0]
    for name in ("mall_order", "mall_orderline", "referrals_conversion", "commissions_journal"):
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {name}")  # noqa: S608 - names above
        place[name] = cursor.fetchone()[0]
    cursor.execute(_BUYERS, place)
    for statement in _ORDERS + (_SETTLED if settled else _WAITING):
        cursor.execute(statement, place)
    cursor.execute("DROP TABLE seed_buyer")
    for table in ORDER_TABLES:
        _forward(cursor, table)


def balance_accounts(cursor: Any, mall_id: int) -> None:
    """Accounts for everybody, with the balances that the entries make."""
    cursor.execute(
        "INSERT INTO commissions_account (mall_id, member_id, kind, currency, balance_fen) "
        "SELECT %(mall)s, m.id, k, 'CNY', 0 FROM members_member m "
        "CROSS JOIN unnest(ARRAY['pending', 'available', 'in_transit', 'debt']) k WHERE m.mall_id = %(mall)s "
        "UNION ALL SELECT %(mall)s, NULL, k, 'CNY', NULL FROM unnest(ARRAY['expense', 'paid_out', 'write_off']) k "
        "ON CONFLICT DO NOTHING",
        {"mall": mall_id},
    )


def settle_balances(cursor: Any, mall_id: int) -> None:
    """Give the seeded entries' sums to their accounts."""
    cursor.execute(
        "UPDATE commissions_account a SET balance_fen = s.sum FROM (SELECT account_id, sum(amount_fen)::bigint AS sum "
        "FROM commissions_entry WHERE mall_id = %(mall)s GROUP BY account_id) s "
        "WHERE a.mall_id = %(mall)s AND a.id = s.account_id AND a.balance_fen IS NOT NULL",
        {"mall": mall_id},
    )


_BUYERS = """
CREATE TEMP TABLE seed_buyer AS
SELECT row_number() OVER (ORDER BY m0.id) AS n, m0.id AS member_id, m0.buyer_id, m1.id AS l1, m2.id AS l2
FROM members_member m0 JOIN members_member m1 ON m1.mall_id = m0.mall_id AND m1.id = m0.referrer_id
JOIN members_member m2 ON m2.mall_id = m1.mall_id AND m2.id = m1.referrer_id
WHERE m0.mall_id = %(mall)s
"""

_ORDERS = (
    "ANALYZE seed_buyer",
    """
INSERT INTO mall_order (mall_id, id, number, buyer_id, status, goods_fen, discount_fen, freight_fen, total_fen,
    refunded_fen, note, visitor_key, placed_by_staff, carrier, tracking_number, placed_at, expires_at, paid_at)
SELECT %(mall)s, %(mall_order)s + g, 'S' || %(mall_order)s + g, b.buyer_id, 'paid', %(price)s, 0, 0, %(price)s, 0, '',
    '', false, '', '', now() - interval '1 hour', now(), now() - interval '1 hour'
FROM generate_series(1, %(count)s) g
    JOIN seed_buyer b ON b.n = 1 + g::bigint * 7919 %% (SELECT count(*) FROM seed_buyer)
""",
    """
INSERT INTO mall_orderline (mall_id, id, order_id, sku_id, product_id, name, specs, quantity, price_fen, paid_fen,
    freight_fen, refunded_fen, refunded_quantity, position)
SELECT %(mall)s, %(mall_orderline)s + g, %(mall_order)s + g, %(sku)s, %(product)s, '茶', '{}', 1, %(price)s, %(price)s,
    0, 0, 0, 0 FROM generate_series(1, %(count)s) g
""",
    """
INSERT INTO referrals_conversion (mall_id, id, kind, order_id, rule, promoter_id, level_1_id, level_2_id, customer_id,
    reason, trace, occurred_at, recorded_at)
SELECT %(mall)s, %(referrals_conversion)s + g, 'order', %(mall_order)s + g, 'bound', b.l1, b.l1, b.l2, b.member_id, '',
    '{"policy": "last_click"}', now() - interval '1 hour', now() - interval '1 hour'
FROM generate_series(1, %(count)s) g
    JOIN seed_buyer b ON b.n = 1 + g::bigint * 7919 %% (SELECT count(*) FROM seed_buyer)
""",
)

_WAITING = (
    """
WITH event AS (
    INSERT INTO mall_event (mall_id, kind, subject_id, payload, at)
    SELECT %(mall)s, 'conversion.recorded', %(referrals_conversion)s + g, '{}', now()
    FROM generate_series(1, %(count)s) g RETURNING id
)
INSERT INTO mall_delivery (mall_id, event_id, handler, attempts, created_at, due_at, last_error)
SELECT %(mall)s, id, 'commissions.handlers.settle_conversions', 0, now(), now(), '' FROM event
""",
)

_SETTLED = (
    # Without it the planner takes a mall's accounts for a handful, and looks through them once for each entry.
    "ANALYZE referrals_conversion, commissions_account",
    """
INSERT INTO commissions_settlement (mall_id, conversion_id, plan_id, revision, reason, trace, created_at)
SELECT %(mall)s, c.id, %(plan)s, 1, '', jsonb_build_object('kind', 'order', 'plan', 2, 'hold_days', 7, 'levels',
    jsonb_build_array(jsonb_build_object('level', 1, 'member', c.level_1_id, 'why', ''),
        jsonb_build_object('level', 2, 'member', c.level_2_id, 'why', '')),
    'ceiling_bps', 3000, 'include_freight', false, 'lines', jsonb_build_array(jsonb_build_object('line',
        %(mall_orderline)s + c.id - %(referrals_conversion)s, 'scope', 'mall', 'bps', '[1000, 500]'::jsonb,
        'flat_fen', NULL))), now() - interval '1 hour'
FROM referrals_conversion c WHERE c.mall_id = %(mall)s AND c.id > %(referrals_conversion)s
""",
    """
INSERT INTO commissions_commission (mall_id, conversion_id, kind, level, beneficiary_id, base_fen, rate_bps,
    accrued_fen, reversed_fen, occurred_at, held_reason, ended_reason)
SELECT %(mall)s, c.id, 'order', v.level, v.member, %(price)s, v.rate, v.amount, 0, c.occurred_at, '', ''
FROM referrals_conversion c CROSS JOIN LATERAL (VALUES (1, c.level_1_id, 1000, %(l1)s), (2, c.level_2_id, 500, %(l2)s))
    AS v(level, member, rate, amount)
WHERE c.mall_id = %(mall)s AND c.id > %(referrals_conversion)s
""",
    """
INSERT INTO commissions_journal (mall_id, id, event_type, event_key, conversion_id, entry_count, occurred_at, posted_at)
SELECT %(mall)s, %(commissions_journal)s + c.id - %(referrals_conversion)s, 'accrue', c.id || '.1', c.id, 3,
    c.occurred_at, now() - interval '1 hour'
FROM referrals_conversion c WHERE c.mall_id = %(mall)s AND c.id > %(referrals_conversion)s
""",
    """
INSERT INTO commissions_entry (mall_id, journal_id, account_id, currency, amount_fen)
SELECT %(mall)s, %(commissions_journal)s + v.id - %(referrals_conversion)s, v.account, 'CNY', v.amount FROM (
    SELECT c.id, 1 AS side, a.id AS account, %(l1)s AS amount FROM referrals_conversion c
    JOIN commissions_account a ON a.mall_id = c.mall_id AND a.member_id = c.level_1_id AND a.kind = 'pending'
    WHERE c.mall_id = %(mall)s AND c.id > %(referrals_conversion)s
    UNION ALL SELECT c.id, 2, a.id, %(l2)s FROM referrals_conversion c
    JOIN commissions_account a ON a.mall_id = c.mall_id AND a.member_id = c.level_2_id AND a.kind = 'pending'
    WHERE c.mall_id = %(mall)s AND c.id > %(referrals_conversion)s
    UNION ALL SELECT c.id, 3, a.id, -%(l1)s - %(l2)s FROM referrals_conversion c
    JOIN commissions_account a ON a.mall_id = c.mall_id AND a.member_id IS NULL AND a.kind = 'expense'
    WHERE c.mall_id = %(mall)s AND c.id > %(referrals_conversion)s
) v ORDER BY v.id, v.side
""",
)


def _forward(cursor: Any, table: str) -> None:
    """Let the next id come after the seeded ones."""
    cursor.execute(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(1, (SELECT max(id) FROM {table})))"  # noqa: S608 - ours
    )
