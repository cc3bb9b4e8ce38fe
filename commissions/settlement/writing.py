"""Writing commissions and settlements, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from commissions.settlement.facts import CommissionRow, ConversionFacts, SettlementRow
from commissions.settlement.targets import LevelTarget


class NewCommission:
    """A commission about to be inserted; row is what release works on."""

    __slots__ = ("conversion", "level", "row")

    def __init__(
        self,
        conversion: ConversionFacts,
        level: LevelTarget,
        releases_at: datetime | None,
        held_reason: str,
        now: datetime,
    ) -> None:
        self.conversion, self.level = conversion, level
        self.row = CommissionRow(
            id=0,
            level=level.level,
            beneficiary_id=level.member_id,
            base_fen=level.base_fen,
            accrued_fen=level.amount_fen,
            reversed_fen=0,
            releases_at=releases_at,
            released_at=None,
            held_at=now if held_reason else None,
            held_reason=held_reason,
            ended_reason="",
        )


def insert_commissions(mall_id: int, created: Sequence[NewCommission]) -> None:
    """Insert what is new. A level that exists already raises IntegrityError: callers hold the settlement's lock."""
    rows = [
        {
            "c": new.conversion.id, "k": new.conversion.kind, "l": new.row.level, "m": new.row.beneficiary_id,
            "b": new.row.base_fen, "r": new.level.rate_bps, "a": new.row.accrued_fen, "o": new.conversion.occurred_at,
            "ra": new.row.releases_at, "rd": new.row.released_at, "h": new.row.held_at, "hr": new.row.held_reason,
        }
        for new in created
    ]  # fmt: skip
    _execute(
        "INSERT INTO commissions_commission (mall_id, reversed_fen, ended_reason, conversion_id, kind, level, "
        "beneficiary_id, base_fen, rate_bps, accrued_fen, occurred_at, releases_at, released_at, held_at, held_reason) "
        "SELECT %s, 0, '', r.* FROM jsonb_to_recordset(%s::jsonb) AS r(c bigint, k text, l smallint, m bigint, "
        "b bigint, r integer, a bigint, o timestamptz, ra timestamptz, rd timestamptz, h timestamptz, hr text)",
        mall_id,
        rows,
    )


def update_commissions(mall_id: int, changed: Sequence[CommissionRow]) -> None:
    """Write the running totals and dates of commissions that exist."""
    rows = [
        {
            "id": row.id, "b": row.base_fen, "a": row.accrued_fen, "v": row.reversed_fen, "ra": row.releases_at,
            "rd": row.released_at, "h": row.held_at, "hr": row.held_reason, "e": row.ended_reason,
        }
        for row in changed
        if row.id
    ]  # fmt: skip
    _execute(
        "UPDATE commissions_commission c SET base_fen = r.b, accrued_fen = r.a, reversed_fen = r.v, "
        "releases_at = r.ra, released_at = r.rd, held_at = r.h, held_reason = r.hr, ended_reason = r.e "
        "FROM (SELECT %s::bigint AS mall_id, x.* FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, b bigint, "
        "a bigint, v bigint, ra timestamptz, rd timestamptz, h timestamptz, hr text, e text)) AS r "
        "WHERE c.mall_id = r.mall_id AND c.id = r.id",
        mall_id,
        rows,
    )


def insert_settlements(mall_id: int, created: Sequence[SettlementRow], now: datetime) -> None:
    """Insert what is new. One that exists already raises IntegrityError: callers hold the conversion's lock."""
    rows = [
        {"c": row.conversion_id, "p": row.plan_id, "v": row.revision, "r": row.reason, "t": row.trace, "n": now}
        for row in created
    ]
    _execute(
        "INSERT INTO commissions_settlement (mall_id, conversion_id, plan_id, revision, reason, trace, created_at) "
        "SELECT %s, r.* FROM jsonb_to_recordset(%s::jsonb) "
        "AS r(c bigint, p bigint, v integer, r text, t jsonb, n timestamptz)",
        mall_id,
        rows,
    )


def update_settlements(mall_id: int, changed: Sequence[SettlementRow]) -> None:
    """Write revision, reason and trace of settlements."""
    rows = [{"c": row.conversion_id, "v": row.revision, "r": row.reason, "t": row.trace} for row in changed]
    _execute(
        "UPDATE commissions_settlement s SET revision = r.v, reason = r.r, trace = r.t "
        "FROM (SELECT %s::bigint AS mall_id, x.* FROM jsonb_to_recordset(%s::jsonb) "
        "AS x(c bigint, v integer, r text, t jsonb)) AS r WHERE s.mall_id = r.mall_id AND s.conversion_id = r.c",
        mall_id,
        rows,
    )


def _execute(statement: str, mall_id: int, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [mall_id, orjson.dumps(rows).decode()])
