"""Statements that PostgreSQL plans once per connection instead of each time.

For the few that every visitor or buyer asks for: planning them costs as much as, or more than, executing them,
and their plans never differ. They belong to a server's connection, and a pool between us and the server may give
each transaction another one: so each transaction learns its server process (mall.tenancy.context), and a process
that is not known yet is asked what it has prepared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from django.db import DEFAULT_DB_ALIAS, connections

# The driver's connection → server process and statement that are known to belong together.
_known: WeakKeyDictionary[Any, set[tuple[int, str]]] = WeakKeyDictionary()
# Connections on which a kept statement was refused: what the server has under our names is not believed there.
_distrusted: WeakSet[Any] = WeakSet()
# Gone (a pool discarded it), or of another shape than it was planned for (a migration changed a column's type).
_REFUSED = frozenset({"26000", "0A000"})
# A pool has some dozens of server connections; more than this were seen over weeks.
_KNOWN_MAX = 10_000


class Prepared:
    """A statement with named parameters, `%(name)s`, and the PostgreSQL type of each.

    name: what it is called in the server's views and logs. expressions: what stands for a parameter where it is
    not the value itself. No `SELECT *`: a plan must not change its columns when a migration adds one.
    """

    def __init__(
        self, name: str, statement: str, types: Mapping[str, str], expressions: Mapping[str, str] | None = None
    ) -> None:
        used = [parameter for parameter in types if f"%({parameter})s" in statement]
        numbered = statement
        for number, parameter in enumerate(used, start=1):
            numbered = numbered.replace(f"%({parameter})s", f"${number}")
        body = f"({', '.join(types[parameter] for parameter in used)}) AS {numbered.replace('%%', '%')}"
        # By its text: an old and a new process behind one pool must not take each other's for theirs.
        self.name = f"{name}_{hashlib.sha256(body.encode()).hexdigest()[:12]}"
        self.prepare = f"PREPARE {self.name} {body}"
        given = expressions or {}
        values = ", ".join(given.get(one, f"%({one})s::{types[one]}") for one in used)
        self.execute = f"EXECUTE {self.name} ({values})"

    def rows(self, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute it in the transaction in force; all its rows, none where it answers nothing."""
        database: Any = connections[DEFAULT_DB_ALIAS]
        self._make_ready(database)
        if database.queries_logged or database.execute_wrappers:
            # Whoever counts statements, or guards them, does so at Django's cursor.
            with database.cursor() as cursor:
                cursor.execute(self.execute, parameters)
                return cursor.fetchall() if cursor.description else []
        database.validate_no_broken_transaction()
        # The driver's own: Django's around it costs as much as a short answer.
        with database.wrap_database_errors, database.connection.cursor() as cursor:
            cursor.tzinfo_factory = database.tzinfo_factory
            cursor.execute(self.execute, parameters)
            return cursor.fetchall() if cursor.description else []

    def owe(self, parameters: Mapping[str, Any]) -> None:
        """Execute it with the statement that follows, at the latest with COMMIT: for a change without an answer.

        What the database has against it is raised there. Raises RuntimeError outside of a transaction.
        """
        database: Any = connections[DEFAULT_DB_ALIAS]
        if not database.in_atomic_block:
            raise RuntimeError("a change is owed to a transaction")
        self._make_ready(database)
        with database.wrap_database_errors, database.connection.cursor() as cursor:
            statement = cursor.mogrify(self.execute, parameters).decode()
        database.connection.owe(statement)
        if database.queries_logged:
            # Whoever counts statements counts this one too.
            database.queries_log.append({"sql": statement, "time": "0"})

    def _make_ready(self, database: Any) -> None:
        database.close_if_health_check_failed()
        database.ensure_connection()
        driver = database.connection
        known = _known.setdefault(driver, set())
        here = (database.server_process, self.name)
        if here in known:
            return
        # The driver's own cursor: this belongs to the connection and not to what is asked.
        with database.wrap_database_errors, driver.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self.name])
            is_there = cursor.fetchone() is not None
            if is_there and driver in _distrusted:
                cursor.execute(f"DEALLOCATE {self.name}")
            if not is_there or driver in _distrusted:
                cursor.execute(self.prepare)
        if len(known) >= _KNOWN_MAX:
            known.clear()
        known.add(here)


def doubt(driver: Any, error: BaseException) -> None:
    """Prepare everything anew on this connection if the error says that something kept no longer holds."""
    if getattr(error, "pgcode", None) in _REFUSED and driver is not None:
        _known.pop(driver, None)
        _distrusted.add(driver)
