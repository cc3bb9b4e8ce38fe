"""Which mall the running code acts for.

The mall is kept twice, and both must agree: in a context variable, which the manager and
the SQL compiler read (wall 1), and in PostgreSQL's transaction-local setting `app.mall_id`,
which the row-level security policies read (wall 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

_current: ContextVar[int | None] = ContextVar("mall_id", default=None)


class MallNotSet(RuntimeError):
    """Data of a mall was asked for outside of any mall."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} belongs to a mall, and no mall is set: wrap the call in mall_scope(mall_id).")


class WrongMall(RuntimeError):
    """A row of one mall was about to be written while acting for another."""


def current_mall_id() -> int | None:
    """The id of the mall in force, or None outside of any mall."""
    return _current.get()


def require_mall_id(what: str = "This data") -> int:
    """The id of the mall in force. Raises MallNotSet outside of any mall."""
    mall_id = _current.get()
    if mall_id is None:
        raise MallNotSet(what)
    return mall_id


@contextmanager
def mall_scope(mall_id: int, *, using: str = "default") -> Iterator[None]:
    """Act for one mall, inside one transaction; afterwards the former mall is in force again.

    The setting is transaction-local, so a rolled-back block restores it by itself; only a
    block that ends well inside a larger transaction has to put the former value back.
    """
    connection = transaction.get_connection(using)
    nested = connection.in_atomic_block
    former = _current.get()
    with transaction.atomic(using=using):
        token = _current.set(int(mall_id))
        try:
            _announce(connection, int(mall_id))
            yield
        finally:
            _current.reset(token)
        if nested and not connection.needs_rollback:
            _announce(connection, former)


@contextmanager
def no_mall(*, using: str = "default") -> Iterator[None]:
    """Step out of the mall in force, for what belongs to the installation; see mall_scope."""
    connection = transaction.get_connection(using)
    former = _current.get()
    with transaction.atomic(using=using):
        token = _current.set(None)
        try:
            _announce(connection, None)
            yield
        finally:
            _current.reset(token)
        if not connection.needs_rollback:
            _announce(connection, former)


def _announce(connection: Any, mall_id: int | None) -> None:
    value = "" if mall_id is None else str(mall_id)
    connection.ahead(f"SELECT set_config('app.mall_id', '{value}', true)")
    if connection.is_pooled:
        # Each transaction may have another server process: see mall.tenancy.postgres.prepared.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            connection.server_process = cursor.fetchone()[0]
