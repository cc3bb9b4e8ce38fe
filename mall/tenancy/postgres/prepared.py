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
from weakref import WeakKeyDictionary

# The driver's connection → server process and statement that are known to belong together.
_known: WeakKeyDictionary[Any, set[tuple[int, str]]] = WeakKeyDictionary()
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

    def run(self, cursor: Any, parameters: Mapping[str, Any]) -> None:
        """Execute it in the transaction in force, by a cursor of Django's."""
        self._make_ready(cursor.db)
        cursor.execute(self.execute, parameters)

    def owe(self, cursor: Any, parameters: Mapping[str, Any]) -> None:
        """Execute it with the statement that follows, at the latest with COMMIT: for a change without an answer.

        What the database has against it is raised there. Raises RuntimeError outside of a transaction.
        """
        if not cursor.db.in_atomic_block:
            raise RuntimeError("a change is owed to a transaction")
        self._make_ready(cursor.db)
        statement = cursor.mogrify(self.execute, parameters).decode()
        cursor.db.connection.owe(statement)
        if cursor.db.queries_logged:
            # Whoever counts statements counts this one too.
            cursor.db.queries_log.append({"sql": statement, "time": "0"})

    def _make_ready(self, connection: Any) -> None:
        driver = connection.connection
        known = _known.setdefault(driver, set())
        here = (connection.server_process, self.name)
        if here in known:
            return
        # The driver's own cursor: this belongs to the connection and not to what is asked.
        with connection.wrap_database_errors, driver.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self.name])
            if cursor.fetchone() is None:
                cursor.execute(self.prepare)
        if len(known) >= _KNOWN_MAX:
            known.clear()
        known.add(here)
