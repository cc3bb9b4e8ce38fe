"""Statements planned once per connection: right on any server process that a pool may hand out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from mall.tenancy.context import mall_scope
from mall.tenancy.postgres.prepared import Prepared
from tests.factories.mall import make_mall

ADDED = Prepared(
    "added", "SELECT %(one)s + %(two)s, 'a%%' LIKE %(like)s", {"one": "bigint", "two": "int", "like": "text"}
)


def answer(one: int, two: int, like: str = "a%") -> tuple:
    [row] = ADDED.rows({"one": one, "two": two, "like": like})
    return row


def prepared_here() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name = %s", [ADDED.name])
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def pool() -> Iterator[None]:
    """As if a pool stood between us and the server, which tells its clients another number than the server's."""
    known = connection.is_pooled, connection.server_process
    connection.is_pooled = True
    yield
    connection.is_pooled, connection.server_process = known


@pytest.mark.django_db
def test_it_answers_what_the_plain_statement_would_and_is_planned_once():
    with mall_scope(make_mall().pk):
        assert answer(1, 2) == (3, True)
        assert answer(-5, 2, "b%") == (-3, False)
        assert prepared_here() == [ADDED.name]


@pytest.mark.django_db
def test_another_server_process_behind_a_pool_is_asked_what_it_knows(pool):
    with mall_scope(make_mall().pk):
        assert answer(1, 2) == (3, True)
        # What a pool does: another process, which has it from another client, or has it not.
        connection.server_process = -1
        assert answer(2, 2) == (4, True)
        connection.server_process = -2
        with connection.cursor() as cursor:
            cursor.execute(f"DEALLOCATE {ADDED.name}")
        assert answer(3, 2) == (5, True)
        assert prepared_here() == [ADDED.name]


@pytest.mark.django_db
def test_each_transaction_behind_a_pool_knows_its_server_process(pool):
    connection.server_process = 0
    with mall_scope(make_mall().pk), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert connection.server_process == cursor.fetchone()[0]


@pytest.mark.django_db
def test_without_a_pool_the_server_process_is_known_from_the_start():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert (connection.is_pooled, connection.server_process) == (False, cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_ends_meanwhile_is_told_as_one():
    mall = make_mall()
    with pytest.raises(OperationalError), mall_scope(mall.pk):
        connection.ensure_connection()
        with (
            closing(
                psycopg2.connect(connection.connection.dsn, password=connection.settings_dict["PASSWORD"])
            ) as other,
            other.cursor() as beside,
        ):
            beside.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.server_process])
        Prepared("never_prepared", "SELECT %(one)s", {"one": "int"}).rows({"one": 1})
    connection.close()


def test_a_changed_text_is_another_statement():
    assert Prepared("added", "SELECT %(one)s", {"one": "int"}).name != ADDED.name


@pytest.mark.django_db(transaction=True)
def test_a_change_is_owed_to_a_transaction():
    with pytest.raises(RuntimeError):
        ADDED.owe({"one": 1, "two": 2, "like": "a"})


@pytest.mark.django_db
def test_whoever_guards_or_counts_statements_sees_it():
    seen = []

    def guard(execute, sql, *more):
        seen.append(sql)
        return execute(sql, *more)

    with mall_scope(make_mall().pk):
        with connection.execute_wrapper(guard):
            answer(1, 2)
        with CaptureQueriesContext(connection) as counted:
            answer(1, 2)
    assert seen == [ADDED.execute]
    assert [ADDED.name in query["sql"] for query in counted] == [True]


@pytest.mark.django_db
def test_it_is_refused_in_a_transaction_that_can_only_be_rolled_back():
    with mall_scope(make_mall().pk):
        with pytest.raises(TransactionManagementError), transaction.atomic():
            transaction.set_rollback(True)
            answer(1, 2)
        assert answer(1, 2) == (3, True)


@pytest.mark.django_db
def test_a_moment_comes_in_utc_as_djangos_cursor_has_it():
    now = Prepared("moment", "SELECT %(at)s", {"at": "timestamptz"})
    at = datetime(2026, 1, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    with mall_scope(make_mall().pk):
        [[found]] = now.rows({"at": at})
    assert (found, found.tzinfo) == (at, UTC)
