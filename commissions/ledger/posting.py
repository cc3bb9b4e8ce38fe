"""The one writer of the ledger.

Lock order: whoever posts has locked his business rows before; then all accounts of the batch are
locked here at once, ordered by id, FOR NO KEY UPDATE. Journals and entries are inserted after that,
so their foreign keys never meet a stronger lock (research: 6.4 % deadlocks the other way round).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from commissions.ledger.models import MALL_KINDS, MEMBER_KINDS, AccountKind
from mall.faultpoints import reach
from mall.tenancy.context import require_mall_id

Place = tuple[int | None, str]


class LedgerError(RuntimeError):
    """A movement that must never be asked for: unbalanced, empty, or below a floor. Always a bug."""


@dataclass(slots=True)
class _Account:
    id: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One journal to be: legs are {(member id or None for the mall, account kind): signed fen}."""

    event_type: str
    event_key: str
    legs: Mapping[Place, int]
    occurred_at: datetime
    conversion_id: int | None = None
    payout_id: int | None = None


class Book:
    """The accounts of one batch, locked; movements are collected, then posted in three statements.

    Balances read from the book include the movements collected so far. Must be used inside
    mall_scope, and posted in the transaction that opened it.
    """

    def __init__(self, member_ids: Iterable[int]) -> None:
        self._mall_id = require_mall_id("The ledger")
        self._accounts = _locked_accounts(self._mall_id, sorted(set(member_ids)))
        self._movements: list[Movement] = []
        self._deltas: dict[int, int] = {}

    def balance(self, member_id: int, kind: str) -> int:
        """A member's balance in fen, the collected movements included. Debt is negative."""
        return self._accounts[member_id, kind].balance_fen

    def move(self, movement: Movement) -> None:
        """Collect one journal.

        Raises LedgerError unless it has two legs or more, sums to 0, and leaves every member's account on
        its side of zero (the database checks the same).
        """
        legs = {place: amount for place, amount in movement.legs.items() if amount}
        if len(legs) < 2 or sum(legs.values()) != 0:
            raise LedgerError(f"{movement.event_type} {movement.event_key}: {legs} is no balanced journal")
        for (member_id, kind), amount in legs.items():
            if member_id is None:
                continue
            account = self._accounts[member_id, kind]
            account.balance_fen += amount
            if (account.balance_fen > 0) if kind == AccountKind.DEBT else (account.balance_fen < 0):
                raise LedgerError(
                    f"{movement.event_type} {movement.event_key}: {kind} of member {member_id} "
                    f"would be {account.balance_fen} fen"
                )
            self._deltas[account.id] = self._deltas.get(account.id, 0) + amount
        self._movements.append(Movement(movement.event_type, movement.event_key, legs, movement.occurred_at,
                                        movement.conversion_id, movement.payout_id))  # fmt: skip

    def post(self, posted_at: datetime) -> int:
        """Write what was collected; returns the number of journals.

        A key that exists already raises IntegrityError and so undoes the whole batch: callers compute
        differences under their own lock.
        """
        movements, self._movements = self._movements, []
        deltas, self._deltas = {account: delta for account, delta in self._deltas.items() if delta}, {}
        if not movements:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval('commissions_journal_id_seq') FROM generate_series(1, %s)",
                [len(movements)],
            )
            journal_ids = [row[0] for row in cursor.fetchall()]
            cursor.execute(_INSERT_JOURNALS, [self._mall_id, posted_at, _journal_rows(journal_ids, movements)])
            reach("ledger.journals_without_entries")
            cursor.execute(_INSERT_ENTRIES, [self._mall_id, self._entry_rows(journal_ids, movements)])
            if deltas:
                cursor.execute(
                    "UPDATE commissions_account a SET balance_fen = a.balance_fen + d.delta "
                    "FROM unnest(%s::bigint[], %s::bigint[]) AS d(id, delta) WHERE a.mall_id = %s AND a.id = d.id",
                    [list(deltas), list(deltas.values()), self._mall_id],
                )
        reach("ledger.posted")
        return len(movements)

    def _entry_rows(self, journal_ids: list[int], movements: list[Movement]) -> str:
        accounts = self._accounts
        return orjson.dumps(
            [
                {"j": journal_id, "a": accounts[place].id, "f": amount}
                for journal_id, movement in zip(journal_ids, movements, strict=True)
                for place, amount in movement.legs.items()
            ]
        ).decode()


_INSERT_JOURNALS = """
INSERT INTO commissions_journal
    (mall_id, posted_at, id, event_type, event_key, conversion_id, payout_id, entry_count, occurred_at)
SELECT %s, %s, r.* FROM json_to_recordset(%s::json)
    AS r(id bigint, t text, k text, c bigint, p bigint, n smallint, o timestamptz)
"""

_INSERT_ENTRIES = """
INSERT INTO commissions_entry (mall_id, currency, journal_id, account_id, amount_fen)
SELECT %s, 'CNY', r.* FROM json_to_recordset(%s::json) AS r(j bigint, a bigint, f bigint)
"""


def _journal_rows(journal_ids: list[int], movements: list[Movement]) -> str:
    return orjson.dumps(
        [
            {
                "id": journal_id, "t": movement.event_type, "k": movement.event_key, "c": movement.conversion_id,
                "p": movement.payout_id, "n": len(movement.legs), "o": movement.occurred_at,
            }
            for journal_id, movement in zip(journal_ids, movements, strict=True)
        ]
    ).decode()  # fmt: skip


def _locked_accounts(mall_id: int, member_ids: list[int]) -> dict[Place, _Account]:
    """The mall's accounts (read) and the members' (locked, in the order of ids), made where missing."""
    select = (
        "SELECT id, member_id, kind, coalesce(balance_fen, 0) FROM commissions_account "
        "WHERE mall_id = %s AND member_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
    )
    with connection.cursor() as cursor:
        cursor.execute(select, [mall_id, member_ids])
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT id, member_id, kind, 0 FROM commissions_account WHERE mall_id = %s AND member_id IS NULL", [mall_id]
        )
        mall_rows = cursor.fetchall()
        if len(rows) < len(member_ids) * len(MEMBER_KINDS) or len(mall_rows) < len(MALL_KINDS):
            _open_accounts(cursor, mall_id, member_ids)
            return _locked_accounts(mall_id, member_ids)
    return {
        (member_id, kind): _Account(account_id, balance) for account_id, member_id, kind, balance in rows + mall_rows
    }


def _open_accounts(cursor: Any, mall_id: int, member_ids: list[int]) -> None:
    cursor.execute(
        "INSERT INTO commissions_account (mall_id, member_id, kind, currency, balance_fen) "
        "SELECT %s, m, k, 'CNY', 0 FROM unnest(%s::bigint[]) AS m CROSS JOIN unnest(%s::text[]) AS k ORDER BY m, k "
        "ON CONFLICT (mall_id, member_id, kind) DO NOTHING",
        [mall_id, member_ids, list(MEMBER_KINDS)],
    )
    cursor.execute(
        "INSERT INTO commissions_account (mall_id, member_id, kind, currency, balance_fen) "
        "SELECT %s, NULL, k, 'CNY', NULL FROM unnest(%s::text[]) AS k "
        "ON CONFLICT (mall_id, member_id, kind) DO NOTHING",
        [mall_id, list(MALL_KINDS)],
    )
