"""The driver's connection, with the words of transactions sent along with the statement that follows them.

BEGIN, SAVEPOINT, RELEASE and the announcement of a mall have no answer that anybody waits for, and each costs a
trip to the server of its own: a third of all trips of a request. Here they wait for the next statement and travel
in one message with it. Where none follows they are never sent: an empty transaction costs nothing.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.psycopg_any import errors
from psycopg2 import Error, ProgrammingError
from psycopg2 import extensions as driver

BEGIN = "BEGIN"


class Connection(driver.connection):  # type: ignore[misc]  # the driver has no types
    """A connection in the driver's autocommit, so that the driver begins nothing by itself."""

    autocommit: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: list[str] = []
        # Of those, what changes rows: the words around it mean nothing any more once the transaction ends.
        self.owed: list[str] = []
        # Whether Django has this connection out of autocommit: one transaction follows another.
        self.is_transactional = False

    def begin(self) -> None:
        """Begin a transaction with the next statement, and another one behind each that ends."""
        self.is_transactional = True
        self.waiting.append(BEGIN)

    def end_transactions(self) -> None:
        """Back to autocommit. Raises within a transaction, as the plain driver does: it would stay open unseen."""
        if not self.autocommit:
            self.autocommit = True
        elif self.info.transaction_status not in (driver.TRANSACTION_STATUS_IDLE, driver.TRANSACTION_STATUS_UNKNOWN):
            raise ProgrammingError("autocommit cannot be set inside a transaction")
        self.is_transactional = False
        self.keep_waiting([])

    def owe(self, statement: str) -> None:
        """Send a change whose answer nobody needs with the next statement, at the latest with COMMIT."""
        self.waiting.append(statement)
        self.owed.append(statement)

    def forget_from(self, word: str) -> bool:
        """Drop this waiting word and all behind it; False: it has been sent."""
        if word not in self.waiting:
            return False
        self.keep_waiting(self.waiting[: self.waiting.index(word)])
        return True

    def keep_waiting(self, words: list[str]) -> None:
        """Only these wait any longer."""
        self.waiting = words
        self.owed = [word for word in self.owed if word in words]

    @property
    def has_failed(self) -> bool:
        """Whether the server refuses everything until this transaction is rolled back."""
        return bool(self.info.transaction_status == driver.TRANSACTION_STATUS_INERROR)

    def commit(self) -> None:
        """End the transaction well. Raises where the server has given it up: it would only say so in passing."""
        if not self.owed:
            self.keep_waiting([])
        if self.has_failed:
            raise errors.InFailedSqlTransaction("a statement failed; nothing of this transaction can be committed")
        self._end("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction."""
        self.keep_waiting([])
        self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        # A transaction whose BEGIN never left has nothing to end. A broken connection is not idle: it is tried.
        if self.waiting or self.info.transaction_status != driver.TRANSACTION_STATUS_IDLE:
            with self.cursor() as cursor:
                cursor.execute(word)
        if self.is_transactional:
            self.begin()


class Cursor(driver.cursor):  # type: ignore[misc]  # the driver has no types
    """Sends what waits in front of its own statement."""

    # The statement as it was asked for, where it did not travel alone.
    asked: bytes | None = None

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - as the driver names it
        """Execute one statement."""
        sent, owed = self.connection.waiting, self.connection.owed
        if not sent:
            self.asked = None
            self._send(query, vars)
            return
        # First what may fail on this side: then nothing has been sent, and what waits still does.
        self.asked = self.mogrify(query, vars)
        try:
            self.connection.keep_waiting([])
            self._send(";".join(sent).encode() + b";" + self.asked)
        except BaseException as error:
            # A message that cannot be parsed is refused as a whole, its BEGIN included; a signal may come before it.
            if BEGIN in sent and self.connection.info.transaction_status == driver.TRANSACTION_STATUS_IDLE:
                self.connection.waiting, self.connection.owed = sent, owed
            elif not isinstance(error, Error):
                # A signal in between: nobody knows whether the words have left, and none may be lost in silence.
                self.connection.close()
            raise

    def executemany(self, query: Any, vars_list: Any) -> None:
        """Execute one statement for each set of values."""
        self._send_waiting()
        super().executemany(query, vars_list)

    def copy_expert(self, *args: Any, **kwargs: Any) -> None:
        """COPY, as the driver has it."""
        self._send_waiting()
        super().copy_expert(*args, **kwargs)

    def copy_from(self, *args: Any, **kwargs: Any) -> None:
        """COPY from a file, as the driver has it."""
        self._send_waiting()
        super().copy_from(*args, **kwargs)

    def copy_to(self, *args: Any, **kwargs: Any) -> None:
        """COPY to a file, as the driver has it."""
        self._send_waiting()
        super().copy_to(*args, **kwargs)

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        """Call a function, as the driver does."""
        self._send_waiting()
        return super().callproc(*args, **kwargs)

    def _send(self, message: Any, values: Any = None) -> None:
        super().execute(message, values)

    def _send_waiting(self) -> None:
        if self.connection.waiting:
            self.execute("SELECT")
