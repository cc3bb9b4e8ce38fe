"""Django's PostgreSQL backend with two differences.

Its compilers refuse mall data without a mall. And a connection that breaks is always an
OperationalError: depending on where in a statement it breaks, psycopg2 raises its bare DatabaseError,
which nobody could tell from a mistake in the statement.
"""

from __future__ import annotations

from typing import Any

import psycopg2
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.utils import DatabaseErrorWrapper, OperationalError
from django.utils.functional import cached_property


class DatabaseOperations(PostgresOperations):
    compiler_module = "mall.tenancy.postgres.compiler"


class ErrorWrapper(DatabaseErrorWrapper):
    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:  # noqa: PYI036 - as Django has it
        if exc_type is psycopg2.DatabaseError:
            self.wrapper.errors_occurred = True
            raise OperationalError(*exc_value.args).with_traceback(traceback) from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    # Of the transaction in force; mall_scope asks for it.
    server_process = 0

    @cached_property
    def wrap_database_errors(self) -> ErrorWrapper:
        return ErrorWrapper(self)
