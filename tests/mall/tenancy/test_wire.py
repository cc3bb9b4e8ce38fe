"""Words of transactions travel with the statement behind them, and mean what they meant alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.utils import (
    DatabaseError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INTRANS

from mall.tenancy.context import mall_scope
from mall.tenancy.postgres import wire
from tests.factories.mall import make_mall


class Undone(Exception):
    """What a block is left with so that it is undone."""


class Interrupted(Exception):
    """What a signal's handler raises, wherever the code is: no error of the database."""


def interrupted(*_args: Any, **_kwargs: Any) -> None:
    raise Interrupted


@pytest.fixture
def table(django_db_blocker: Any, django_db_setup: None) -> Iterator[str]:
    """A table of this connection alone, outside of any transaction."""
    with django_db_blocker.unblock():
        run("CREATE TEMPORARY TABLE IF NOT EXISTS words (word text UNIQUE)")
        run("DELETE FROM words")
        yield "words"
        run("DROP TABLE words")


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the server from now on, message by message."""
    sent: list[str] = []
    send = wire.Cursor._send

    def told(cursor: wire.Cursor, message: Any, values: Any = None) -> None:
        sent.append(cursor.mogrify(message, values).decode())
        send(cursor, message, values)

    monkeypatch.setattr(wire.Cursor, "_send", told)
    return sent


def run(statement: str, parameters: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def add(word: str) -> None:
    run("INSERT INTO words VALUES (%s)", [word])


def words() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM words")
        return {word for (word,) in cursor.fetchall()}


def status() -> int:
    return connection.connection.info.transaction_status


def end_connection() -> None:
    """Let the server end this connection, as from a restart."""
    password = connection.settings_dict["PASSWORD"]
    with closing(psycopg2.connect(connection.connection.dsn, password=password)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.server_process])


@contextmanager
def undone() -> Iterator[None]:
    with pytest.raises(Undone), transaction.atomic():
        yield
        raise Undone


def test_a_transaction_begins_with_its_first_statement_in_one_message(table, messages):
    with transaction.atomic():
        with transaction.atomic():
            assert messages == []
            add("一")
        add("二")
    savepoint = messages[0].split(";")[1]
    assert messages == [
        f"BEGIN;{savepoint};INSERT INTO words VALUES ('一')",
        f"{savepoint.replace('SAVEPOINT', 'RELEASE SAVEPOINT')};INSERT INTO words VALUES ('二')",
        "COMMIT",
    ]
    assert words() == {"一", "二"}


def test_a_transaction_without_a_statement_is_never_sent(table, messages):
    with transaction.atomic(), transaction.atomic():
        pass
    with undone(), undone():
        pass
    with transaction.atomic(), undone():
        pass
    assert messages == []
    assert status() == TRANSACTION_STATUS_IDLE


def test_the_announcement_of_a_mall_travels_with_the_first_statement(messages, django_db_blocker, django_db_setup):
    with django_db_blocker.unblock():
        mall = make_mall()
        messages.clear()
        with mall_scope(mall.pk):
            run("SELECT 1")
            run("SELECT 2")
        assert messages == [
            f"BEGIN;SELECT set_config('app.mall_id', '{mall.pk}', true);SELECT 1",
            "SELECT 2",
            "COMMIT",
        ]


def test_what_is_undone_is_undone_wherever_its_words_were(table):
    with transaction.atomic():
        add("kept")
        with undone():
            add("undone alone")
        with undone(), transaction.atomic():
            add("undone with the block around it")
        add("kept too")
    with undone():
        add("undone at the end")
    assert words() == {"kept", "kept too"}


def test_an_error_of_the_server_is_undone_up_to_its_savepoint(table):
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic():
            add("twice")
            add("twice")
        with pytest.raises(DatabaseError), transaction.atomic():
            run("SELECT 1 / 0")
        add("kept")
    assert words() == {"kept"}


def test_a_message_that_cannot_be_parsed_does_not_take_the_transaction_with_it(table):
    """The server refuses such a message as a whole: what follows must not be in no transaction at all."""
    with pytest.raises(Undone), transaction.atomic():
        with pytest.raises(ProgrammingError):
            run("SELEC 1")
        assert status() == TRANSACTION_STATUS_IDLE
        add("undone")
        assert status() == TRANSACTION_STATUS_INTRANS
        raise Undone
    assert words() == set()


def test_a_message_that_cannot_be_parsed_ends_the_block_around_its_savepoint_too(table):
    """The savepoint went with the message. Such a statement is a mistake in the code, and nothing of it stays."""
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        add("before")
        with pytest.raises(ProgrammingError), transaction.atomic():
            run("SELEC 1")
        add("behind")
    assert words() == set()


def test_a_signal_before_the_message_leaves_what_waits_waiting(table, monkeypatch):
    send = wire.Cursor._send
    with pytest.raises(Undone), transaction.atomic():
        monkeypatch.setattr(wire.Cursor, "_send", interrupted)
        with pytest.raises(Interrupted):
            add("never sent")
        monkeypatch.setattr(wire.Cursor, "_send", send)
        add("undone")
        raise Undone
    assert words() == set()


@pytest.mark.parametrize("word", ["COMMIT", "ROLLBACK"])
def test_a_transaction_whose_end_was_interrupted_is_never_taken_for_autocommit(table, monkeypatch, word):
    """A task's time limit strikes anywhere: the connection is given up, and its transaction with it."""
    end = wire.Connection._end
    monkeypatch.setattr(wire.Connection, "_end", interrupted)
    with pytest.raises((Interrupted, ProgrammingError)), transaction.atomic():
        add("lost")
        if word == "ROLLBACK":
            raise Undone
    monkeypatch.setattr(wire.Connection, "_end", end)
    assert connection.get_autocommit() is False
    # What Django does at the end of each request and task.
    connection.close_if_unusable_or_obsolete()
    assert connection.connection is None
    run("CREATE TEMPORARY TABLE words (word text UNIQUE)")
    with undone():
        add("undone")
    assert words() == set()


def test_transactions_without_atomic_follow_one_another(table):
    connection.set_autocommit(False)
    add("kept")
    connection.commit()
    add("undone")
    connection.rollback()
    add("undone too")
    with pytest.raises(ProgrammingError):
        connection.set_autocommit(True)
    connection.rollback()
    connection.set_autocommit(True)
    add("kept by itself")
    assert status() == TRANSACTION_STATUS_IDLE
    connection.set_autocommit(False)
    connection.set_autocommit(True)
    add("kept by itself too")
    assert status() == TRANSACTION_STATUS_IDLE
    connection.rollback()
    assert words() == {"kept", "kept by itself", "kept by itself too"}


def test_a_cursor_on_the_server_is_refused(table):
    with pytest.raises(NotSupportedError), transaction.atomic():
        connection.chunked_cursor()


def test_an_error_on_this_side_leaves_what_waits_waiting(table):
    with pytest.raises(Undone), transaction.atomic():
        with pytest.raises(ValueError, match="NUL"):
            add("a\x00b")
        add("undone")
        raise Undone
    assert words() == set()


def test_a_transaction_that_the_server_gave_up_is_not_committed_in_silence(table):
    with pytest.raises(InternalError), transaction.atomic():
        add("lost")
        with pytest.raises(DatabaseError):
            run("SELECT 1 / 0")
    assert words() == set()
    with pytest.raises(InternalError), transaction.atomic():
        add("lost")
        with transaction.atomic(), pytest.raises(DatabaseError):
            run("SELECT 1 / 0")
    assert words() == set()
    add("the connection is as good as before")
    assert status() == TRANSACTION_STATUS_IDLE


def owe(word: str) -> None:
    connection.ensure_connection()
    connection.connection.owe(f"INSERT INTO words VALUES ('{word}')")


def test_an_owed_change_goes_with_the_next_statement_or_with_the_commit(table, messages):
    with transaction.atomic():
        owe("一")
        assert words() == {"一"}
        owe("二")
    assert messages == [
        "BEGIN;INSERT INTO words VALUES ('一');SELECT word FROM words",
        "INSERT INTO words VALUES ('二');COMMIT",
    ]
    assert words() == {"一", "二"}


def test_an_owed_change_is_undone_with_its_block(table):
    with transaction.atomic():
        owe("kept")
        with undone():
            owe("undone")
        add("kept too")
        with undone():
            add("undone")
            owe("undone too")
    with undone():
        owe("undone")
    assert words() == {"kept", "kept too"}


def test_an_owed_change_that_the_database_refuses_takes_its_transaction_with_it(table):
    add("same")
    with pytest.raises(IntegrityError), transaction.atomic():
        add("lost")
        owe("same")
    assert words() == {"same"}
    assert connection.connection.waiting == connection.connection.owed == []
    with pytest.raises(InternalError), transaction.atomic():
        with pytest.raises(DatabaseError):
            run("SELECT 1 / 0")
        owe("lost")
    assert words() == {"same"}


def test_other_ways_to_send_begin_their_transaction_too(table):
    for send in (
        lambda cursor: cursor.executemany("INSERT INTO words VALUES (%s)", [["一"], ["二"]]),
        lambda cursor: cursor.copy_expert("COPY words FROM STDIN", io.StringIO("一\n")),
        lambda cursor: cursor.copy_from(io.StringIO("二\n"), "words"),
        lambda cursor: cursor.copy_to(io.StringIO(), "words"),
        lambda cursor: cursor.callproc("now"),
    ):
        with undone(), connection.cursor() as cursor:
            send(cursor)
            assert status() == TRANSACTION_STATUS_INTRANS
    assert words() == set()


blocks = st.recursive(
    st.sampled_from(["add", "owe", "repeat"]),
    lambda inner: st.tuples(st.sampled_from(["kept", "undone", "failed"]), st.lists(inner, max_size=4)),
    max_leaves=14,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=st.lists(blocks, max_size=4))
def test_any_nesting_of_blocks_keeps_what_it_would_have_kept(table, program):
    """Against the plainest model: a block that ends well adds its words to those around it."""
    run("DELETE FROM words")
    number = iter(range(10**6))

    def play(steps: list[Any]) -> set[str]:
        kept: set[str] = set()
        for step in steps:
            if step in ("add", "owe"):
                word = str(next(number))
                {"add": add, "owe": owe}[step](word)
                kept.add(word)
            elif step == "repeat":
                with pytest.raises(DatabaseError), transaction.atomic():
                    add("same")
                    add("same")
            else:
                kept |= block(*step)
        return kept

    def block(end: str, steps: list[Any]) -> set[str]:
        inside: set[str] = set()
        try:
            with transaction.atomic():
                inside = play(steps)
                if end == "undone":
                    transaction.set_rollback(True)
                    return set()
                if end == "failed":
                    run("SELECT 1 / 0")
        except DatabaseError:
            return set()
        return inside

    expected = block("kept", program)
    assert words() == expected
    assert status() == TRANSACTION_STATUS_IDLE
    assert connection.connection.waiting == connection.connection.owed == []


def test_a_connection_that_ended_in_silence_is_noticed_before_it_is_used(table, messages):
    assert connection.is_usable()
    assert messages == [], "asking would be a trip of its own"
    end_connection()
    assert not connection.is_usable()
    connection.close()
    run("CREATE TEMPORARY TABLE words (word text UNIQUE)")
    # Long silence is not trusted: a firewall in between may have forgotten the connection.
    messages.clear()
    connection._usable_at -= 6
    assert connection.is_usable()
    connection._usable_at -= 6
    assert connection.is_usable()
    assert messages == ["SELECT 1"], "not having asked is no answer"


def test_a_connection_that_ends_within_a_transaction_is_told_and_replaced(table):
    with pytest.raises(OperationalError), transaction.atomic():
        add("lost")
        end_connection()
        add("lost too")
    connection.close()
    run("CREATE TEMPORARY TABLE words (word text UNIQUE)")
    with transaction.atomic():
        add("kept")
    assert words() == {"kept"}
