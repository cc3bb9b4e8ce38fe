"""A connection that breaks is told as one, however psycopg2 says it."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import DataError, OperationalError, connection


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
