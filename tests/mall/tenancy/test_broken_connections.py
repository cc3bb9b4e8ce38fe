"""A connection that breaks is told as one, however psycopg2 says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import DataError, Error, InterfaceError, OperationalError, connection, transaction

from mall.tenancy.context import mall_scope
from mall.tenancy.postgres import wire
from mall.tenancy.postgres.prepared import Prepared
from tests.factories.mall import make_mall

NOTE = Prepared("note_of", "SELECT note FROM kept_plan WHERE id = %(id)s", {"id": "int"})
OWED = Prepared("note_owed", "INSERT INTO kept_plan VALUES (%(id)s, 'owed')", {"id": "int"})


class Interrupted(Exception):
    """A task's time limit."""


@pytest.fixture
def kept_plan(transactional_db: None) -> Iterator[int]:
    """A table of this connection alone, and a mall; the connection ends with the test."""
    mall_id = make_mall().pk
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept_plan (id int, note varchar(10)); INSERT INTO kept_plan VALUES (1, 'x')")
    yield mall_id
    connection.close()


def run(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def read(mall_id: int) -> str:
    with mall_scope(mall_id):
        [[note]] = NOTE.rows({"id": 1})
    return note


def owe(mall_id: int) -> None:
    with mall_scope(mall_id):
        OWED.owe({"id": 2})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (psycopg2.DatabaseError("server closed the connection unexpectedly"), OperationalError),
        (psycopg2.OperationalError("server closed the connection unexpectedly"), OperationalError),
        (psycopg2.DataError("integer out of range"), DataError),
    ],
)
def test_a_broken_connection_is_an_operational_error(raised: Exception, told: type[Exception]) -> None:
    with pytest.raises(told) as found, connection.wrap_database_errors:
        raise raised
    assert found.value.__cause__ is raised


@pytest.mark.parametrize("use", [read, owe])
def test_a_kept_statement_that_the_server_forgot_is_refused_once(kept_plan, use: Callable[[int], Any]) -> None:
    use(kept_plan)
    run("DEALLOCATE ALL")
    with pytest.raises(Error):
        use(kept_plan)
    use(kept_plan)


def test_a_plan_whose_columns_changed_is_refused_once(kept_plan) -> None:
    assert read(kept_plan) == "x"
    run("ALTER TABLE kept_plan ALTER note TYPE varchar(20)")
    with pytest.raises(Error):
        read(kept_plan)
    assert read(kept_plan) == "x"


@pytest.mark.parametrize("where", ["keep_waiting", "_send"])
def test_an_interruption_in_the_middle_of_sending_loses_no_word_in_silence(kept_plan, monkeypatch, where) -> None:
    """Nobody knows whether what waits was sent: the connection is given up, and with it the transaction."""
    owner = wire.Connection if where == "keep_waiting" else wire.Cursor
    real = getattr(owner, where)
    left: list[None] = []

    def struck(self: Any, *arguments: Any) -> Any:
        done = real(self, *arguments) if where == "keep_waiting" else None
        if left:
            left.pop()
            raise Interrupted
        return done if where == "keep_waiting" else real(self, *arguments)

    monkeypatch.setattr(owner, where, struck)
    with pytest.raises((InterfaceError, OperationalError)), mall_scope(kept_plan):
        run("INSERT INTO kept_plan VALUES (3, 'sent')")
        OWED.owe({"id": 2})
        left.append(None)
        with pytest.raises(Interrupted):
            run("SELECT 1")
        run("INSERT INTO kept_plan VALUES (4, 'late')")


def test_an_interruption_before_the_first_message_leaves_its_words_waiting(kept_plan, monkeypatch) -> None:
    real, left = wire.Connection.keep_waiting, [None]

    def struck(self: Any, words: list[str]) -> None:
        real(self, words)
        if left and not words:
            left.pop()
            raise Interrupted

    with pytest.raises(KeyError), transaction.atomic():
        monkeypatch.setattr(wire.Connection, "keep_waiting", struck)
        with pytest.raises(Interrupted):
            run("INSERT INTO kept_plan VALUES (5, 'lost')")
        run("INSERT INTO kept_plan VALUES (6, 'undone')")
        raise KeyError
    assert run("SELECT id FROM kept_plan") == [(1,)]
