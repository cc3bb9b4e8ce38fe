"""What settlement looks at, read set by set: a batch costs the same number of statements as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection


@dataclass(slots=True)
class ConversionFacts:
    """A conversion as the referrals floor froze it. beneficiaries: member ids of level 1, 2, 3.

    has_himself: one of the levels was the buyer himself and is empty for that reason.
    """

    id: int
    kind: str
    beneficiaries: tuple[int | None, int | None, int | None]
    customer_id: int | None
    reason: str
    occurred_at: datetime
    member_id: int | None
    order_id: int | None
    has_himself: bool = False


@dataclass(slots=True)
class LineFacts:
    """One order line. Amounts in fen, as of now."""

    id: int
    sku_id: int
    product_id: int
    category_id: int | None
    quantity: int
    paid_fen: int
    freight_fen: int
    refunded_fen: int


@dataclass(slots=True)
class OrderFacts:
    """One order as it stands now."""

    paid_at: datetime | None
    received_at: datetime | None
    case_open: bool
    lines: list[LineFacts] = field(default_factory=list)


@dataclass(slots=True)
class CommissionRow:
    """What has been posted for one level of a conversion."""

    id: int
    level: int
    beneficiary_id: int
    base_fen: int
    accrued_fen: int
    reversed_fen: int
    releases_at: datetime | None
    released_at: datetime | None
    held_at: datetime | None
    held_reason: str
    ended_reason: str
    changed: bool = False

    @property
    def standing_fen(self) -> int:
        return self.accrued_fen - self.reversed_fen


@dataclass(slots=True)
class SettlementRow:
    """The settlement of a locked conversion; a new one is written when everything about it is known."""

    conversion_id: int
    plan_id: int
    revision: int
    reason: str
    trace: dict[str, Any]
    is_new: bool = False
    changed: bool = False


def locked_conversions(mall_id: int, ids: Sequence[int]) -> list[ConversionFacts]:
    """The named conversions, locked in the order of their ids.

    What may change (refunds, receipts, what is posted) must be read after this returns, or a worker
    that waited here would post a difference to facts that are no longer true.
    """
    rows = _rows(
        "SELECT id, kind, level_1_id, level_2_id, level_3_id, customer_id, reason, occurred_at, member_id, order_id, "
        """trace @> '{"levels": [{"why": "self_purchase"}]}' """
        "FROM referrals_conversion WHERE mall_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        [mall_id, list(ids)],
    )
    return [ConversionFacts(r[0], r[1], (r[2], r[3], r[4]), *r[5:]) for r in rows]


def orders(mall_id: int, ids: Sequence[int | None]) -> dict[int, OrderFacts]:
    """The named orders with their lines in order."""
    if not ids:
        return {}
    rows = _rows(
        "SELECT o.id, o.paid_at, o.received_at, EXISTS (SELECT 1 FROM mall_refund r WHERE r.mall_id = o.mall_id "
        "AND r.order_id = o.id AND r.status = 'requested') OR EXISTS (SELECT 1 FROM mall_case k "
        "WHERE k.mall_id = o.mall_id AND k.order_id = o.id AND k.closed_at IS NULL), "
        "l.id, l.sku_id, l.product_id, p.category_id, l.quantity, l.paid_fen, l.freight_fen, l.refunded_fen "
        "FROM mall_order o JOIN mall_orderline l ON l.mall_id = o.mall_id AND l.order_id = o.id "
        "JOIN mall_product p ON p.mall_id = l.mall_id AND p.id = l.product_id "
        "WHERE o.mall_id = %s AND o.id = ANY(%s) ORDER BY o.id, l.id",
        [mall_id, list(ids)],
    )
    found: dict[int, OrderFacts] = {}
    for order_id, paid_at, received_at, case_open, *line in rows:
        order = found.get(order_id)
        if order is None:
            order = found[order_id] = OrderFacts(paid_at, received_at, case_open)
        order.lines.append(LineFacts(*line))
    return found


def first_receipts(mall_id: int, member_ids: Sequence[int]) -> dict[int, datetime]:
    """When each member received his first order, for those who did."""
    if not member_ids:
        return {}
    return dict(
        _rows(
            "SELECT m.id, min(o.received_at) FROM members_member m "
            "JOIN mall_order o ON o.mall_id = m.mall_id AND o.buyer_id = m.buyer_id "
            "WHERE m.mall_id = %s AND m.id = ANY(%s) AND o.received_at IS NOT NULL AND o.placed_at >= m.joined_at "
            "GROUP BY m.id",
            [mall_id, list(member_ids)],
        )
    )


def standings(mall_id: int, member_ids: Sequence[int]) -> dict[int, list[tuple[datetime, str]]]:
    """Changes of standing, oldest first, of those members who ever had one."""
    found: dict[int, list[tuple[datetime, str]]] = {}
    for member_id, at, after in _rows(
        "SELECT member_id, at, after FROM members_standingchange WHERE mall_id = %s AND member_id = ANY(%s) "
        "ORDER BY at, id",
        [mall_id, list(member_ids)],
    ):
        found.setdefault(member_id, []).append((at, after))
    return found


def closed_members(mall_id: int, member_ids: Sequence[int]) -> set[int]:
    """Those of the members who have closed their accounts."""
    if not member_ids:
        return set()
    return {
        row[0]
        for row in _rows(
            "SELECT id FROM members_member WHERE mall_id = %s AND id = ANY(%s) AND standing = 'closed'",
            [mall_id, list(member_ids)],
        )
    }


def category_parents(mall_id: int) -> dict[int, int | None]:
    """{category: its parent}, the whole tree of the mall: it is small and written by hand."""
    return dict(_rows("SELECT id, parent_id FROM mall_category WHERE mall_id = %s", [mall_id]))


def commissions(mall_id: int, conversion_ids: Sequence[int]) -> dict[int, list[CommissionRow]]:
    """What has been posted so far, by conversion, level 1 first."""
    found: dict[int, list[CommissionRow]] = {}
    if not conversion_ids:
        return found
    for conversion_id, *row in _rows(
        "SELECT conversion_id, id, level, beneficiary_id, base_fen, accrued_fen, reversed_fen, releases_at, "
        "released_at, held_at, held_reason, ended_reason FROM commissions_commission "
        "WHERE mall_id = %s AND conversion_id = ANY(%s) ORDER BY conversion_id, level",
        [mall_id, list(conversion_ids)],
    ):
        found.setdefault(conversion_id, []).append(CommissionRow(*row))
    return found


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
