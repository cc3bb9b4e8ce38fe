"""The ledger refuses whatever is not one balanced, complete, unrepeated journal; PostgreSQL refuses the rest."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from commissions.ledger.models import Account, Entry, Journal
from commissions.ledger.posting import Book, LedgerError, Movement
from mall import clock
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

EXPENSE = (None, "expense")


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def member(mall):
    return make_member(mall)


def accrual(member, fen: int, key: str = "1") -> Movement:
    return Movement("accrue", key, {EXPENSE: -fen, (member.pk, "pending"): fen}, clock.now())


def post(*movements: Movement, members) -> int:
    book = Book(members)
    for movement in movements:
        book.move(movement)
    return book.post(clock.now())


def balances(member) -> dict[str, int]:
    return dict(Account.objects.filter(member=member).values_list("kind", "balance_fen"))


def check_at_commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_journal_moves_balances_and_leaves_its_entries(mall, member):
    with mall_scope(mall.pk):
        assert post(accrual(member, 1000), members=[member.pk]) == 1
        check_at_commit()
        assert balances(member) == {"pending": 1000, "available": 0, "in_transit": 0, "debt": 0}
        assert sorted(Entry.objects.values_list("account__kind", "amount_fen")) == [
            ("expense", -1000),
            ("pending", 1000),
        ]
        assert Account.objects.get(kind="expense").balance_fen is None


def test_the_same_key_twice_is_refused_and_moves_nothing(mall, member):
    with mall_scope(mall.pk):
        post(accrual(member, 1000), members=[member.pk])
        with pytest.raises(IntegrityError, match="commissions_journal_once"), transaction.atomic():
            post(accrual(member, 1000), members=[member.pk])
        assert balances(member)["pending"] == 1000
        assert Journal.objects.count() == 1


@pytest.mark.parametrize(
    "legs",
    [
        pytest.param({}, id="no legs"),
        pytest.param({EXPENSE: 5}, id="one leg"),
        pytest.param({EXPENSE: -5, "pending": 6}, id="off by a fen"),
        pytest.param({EXPENSE: 0, "pending": 0}, id="nothing moves"),
        pytest.param({EXPENSE: 5, "pending": -5}, id="below zero"),
        pytest.param({EXPENSE: -5, "debt": 5}, id="debt above zero"),
    ],
)
def test_a_movement_that_must_not_be_is_refused_before_the_database(mall, member, legs):
    legs = {place if isinstance(place, tuple) else (member.pk, place): fen for place, fen in legs.items()}
    with mall_scope(mall.pk):
        with pytest.raises(LedgerError):
            post(Movement("accrue", "x", legs, clock.now()), members=[member.pk])
        assert Journal.objects.count() == 0


def raw_journal(mall, *, entry_count: int, key: str = "raw") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO commissions_journal (mall_id, event_type, event_key, entry_count, occurred_at, posted_at) "
            "VALUES (%s, 'accrue', %s, %s, now(), now()) RETURNING id",
            [mall.pk, key, entry_count],
        )
        return cursor.fetchone()[0]


def raw_entry(mall, journal_id: int, account_id: int, fen: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO commissions_entry (mall_id, journal_id, account_id, currency, amount_fen) "
            "VALUES (%s, %s, %s, 'CNY', %s)",
            [mall.pk, journal_id, account_id, fen],
        )


@pytest.mark.parametrize(
    ("announced", "amounts", "message"),
    [
        (2, [], "announces 2 entries and has 0"),
        (2, [5], "announces 2 entries and has 1"),
        (3, [5, -5], "announces 3 entries and has 2"),
        (2, [5, -4], "off by 1 fen"),
        (3, [5, -5, 3], "off by 3 fen"),
    ],
)
def test_the_database_refuses_an_unbalanced_or_incomplete_journal_at_commit(mall, member, announced, amounts, message):
    with mall_scope(mall.pk):
        Book([member.pk])
        account = Account.objects.get(kind="expense")
        with pytest.raises(IntegrityError, match=message), transaction.atomic():
            journal_id = raw_journal(mall, entry_count=announced)
            for fen in amounts:
                raw_entry(mall, journal_id, account.pk, fen)
            check_at_commit()


def test_the_check_at_commit_sees_the_journal_even_after_the_mall_was_cleared_or_switched(mall, member):
    other = make_mall()
    for former in ("", str(other.pk)):
        with pytest.raises(IntegrityError, match="off by 5 fen"), mall_scope(mall.pk):
            Book([member.pk])
            account = Account.objects.get(kind="expense")
            journal_id = raw_journal(mall, entry_count=2, key=f"k{former}")
            raw_entry(mall, journal_id, account.pk, 2)
            raw_entry(mall, journal_id, account.pk, 3)
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.mall_id', %s, true)", [former])
            check_at_commit()


@pytest.mark.django_db(transaction=True)
def test_a_posted_journal_is_closed_to_further_entries():
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        post(accrual(member, 1000), members=[member.pk])
    with pytest.raises(IntegrityError, match="is closed"), mall_scope(mall.pk):
        journal = Journal.objects.get()
        account = Account.objects.get(kind="expense")
        raw_entry(mall, journal.pk, account.pk, 7)
    with mall_scope(mall.pk):
        assert Entry.objects.count() == 2


@pytest.mark.parametrize("table", ["commissions_journal", "commissions_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET mall_id = mall_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_cannot_be_changed_by_the_app_and_not_even_by_the_owner(mall, member, table, statement):
    with mall_scope(mall.pk):
        post(accrual(member, 1000), members=[member.pk])
        refused = pytest.raises(Exception, match=r"permission denied|append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))
        assert Entry.objects.count() == 2


def test_the_owner_meets_the_triggers(owner_cursor):
    for table in ("commissions_journal", "commissions_entry"):
        with pytest.raises(Exception, match="append-only"):
            owner_cursor.execute(f"TRUNCATE {table} CASCADE")


def test_an_account_of_a_member_can_never_fall_below_zero_whoever_writes(mall, member):
    with mall_scope(mall.pk):
        Book([member.pk])
        for kind, fen in (("pending", -1), ("available", -1), ("in_transit", -1), ("debt", 1)):
            with pytest.raises(IntegrityError, match="never_negative"), transaction.atomic():
                Account.objects.filter(member=member, kind=kind).update(balance_fen=fen)
