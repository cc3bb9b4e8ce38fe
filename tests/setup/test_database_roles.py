"""The application's role must be bound by row-level security, in the tests too."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_application_role_is_neither_superuser_nor_owner() -> None:
    """Either would be exempt from the policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (settings.DATABASE_APP_ROLE, False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


def test_the_application_role_creates_nothing() -> None:
    """Not even in the schema that everybody may create in by old habit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,)


def test_the_relay_cannot_log_in(owner_cursor) -> None:
    """It is reached through its functions only, and the owner may hand it one."""
    owner_cursor.execute(
        "SELECT rolcanlogin, rolbypassrls, pg_has_role(current_user, oid, 'SET') FROM pg_roles WHERE rolname = %s",
        [settings.DATABASE_RELAY_ROLE],
    )
    assert owner_cursor.fetchone() == (False, False, True)
