"""Django's PostgreSQL backend with three differences.

Its compilers refuse mall data without a mall. A connection that breaks is always an OperationalError:
depending on where in a statement it breaks, psycopg2 raises its bare DatabaseError, which nobody could
tell from a mistake in the statement. And it makes fewer trips to the server: see mall.tenancy.postgres.wire.
"""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg2
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.utils import DatabaseErrorWrapper, NotSupportedError, OperationalError
from django.utils.functional import cached_property

from mall.tenancy.postgres import prepared, wire

# A firewall in between forgets a silent connection after minutes, and tells nobody.
_TRUSTED_SECONDS = 10.0


class DatabaseOperations(PostgresOperations):
    compiler_module = "mall.tenancy.postgres.compiler"

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """The statement as it was asked for, without what travelled in front of it."""
        return cursor.asked.decode() if cursor.asked is not None else super().last_executed_query(cursor, sql, params)


class ErrorWrapper(DatabaseErrorWrapper):
    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:  # noqa: PYI036 - as Django has it
        if exc_value is not None:
            prepared.doubt(self.wrapper.connection, exc_value)
        if exc_type is psycopg2.DatabaseError:
            self.wrapper.errors_occurred = True
            raise OperationalError(*exc_value.args).with_traceback(traceback) from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    # Of the transaction in force. A pool in between may give each another, and mall_scope asks for it.
    server_process = 0
    is_pooled = False
    _usable_at = 0.0

    @cached_property
    def wrap_database_errors(self) -> ErrorWrapper:
        return ErrorWrapper(self)

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {
            "connection_factory": wire.Connection,
            "cursor_factory": wire.Cursor,
        }

    def init_connection_state(self) -> None:
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            # Left to itself the server plans a prepared statement anew for each array of known length.
            cursor.execute("SET plan_cache_mode = force_generic_plan; SELECT pg_backend_pid()")
            self.server_process = cursor.fetchone()[0]
        # A pool tells its clients a number of its own, to recognize them by when they cancel.
        self.is_pooled = self.server_process != self.connection.info.backend_pid
        self._usable_at = time.monotonic()

    def ahead(self, statement: str) -> None:
        """Send a statement without an answer together with the next one of this transaction."""
        self.ensure_connection()
        self.connection.waiting.append(statement)

    def is_usable(self) -> bool:
        """Whether the server still listens: asked only where its end of the line has moved, or was silent for long."""
        now = time.monotonic()
        if self.connection is None or self.connection.closed:
            return False
        if now - self._usable_at < _TRUSTED_SECONDS and not _has_news(self.connection):
            return True
        if not super().is_usable():
            return False
        self._usable_at = now
        return True

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor. Raises NotSupportedError for one on the server: it would outlive its transaction and its mall."""
        if name is not None:
            raise NotSupportedError("cursors on the server are not supported: DISABLE_SERVER_SIDE_CURSORS")
        return super().create_cursor()

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - as Django calls it
        with self.wrap_database_errors:
            if autocommit:
                self.connection.end_transactions()
            else:
                self.connection.begin()

    def _savepoint(self, sid: str) -> None:
        self.ahead(self.ops.savepoint_create_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        self.ensure_connection()
        if self.connection.forget_from(self.ops.savepoint_create_sql(sid)):
            # Nothing has happened since. Rolling back to a savepoint does not end it.
            self._savepoint(sid)
        else:
            # All that waits came after the savepoint.
            self.connection.keep_waiting([])
            super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs leave it out

    def _savepoint_commit(self, sid: str) -> None:
        self.ensure_connection()
        savepoint = self.ops.savepoint_create_sql(sid)
        if savepoint in self.connection.waiting:
            # Nobody can come back to it any more; what waits behind it is part of the block around it now.
            self.connection.waiting.remove(savepoint)
            return
        if self.connection.has_failed:
            # Refused, and Django must hear it here, where it still can roll back to this savepoint.
            super()._savepoint_commit(sid)  # type: ignore[misc]  # the stubs leave it out
        else:
            self.ahead(self.ops.savepoint_commit_sql(sid))


def _has_news(connection: Any) -> bool:
    """Whether something came that nobody waits for: the end of the connection, as a rule."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
