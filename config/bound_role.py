"""Refuse to work as a database role that row-level security does not bind.

With a superuser's address in DATABASE_URL everything would seem to work, and
one forgotten filter would show a merchant another merchant's customers.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# A member of the owning role could switch the policies off just as the owner can.
QUESTION = """
SELECT rolsuper, rolbypassrls, EXISTS (
    SELECT 1 FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND pg_has_role(current_user, relowner, 'USAGE')
) FROM pg_roles WHERE rolname = current_user
"""

_found_bound: set[str] = set()


def refuse_unbound_role(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """Ask once per process, at its first connection as the application."""
    role = str(connection.settings_dict["USER"])
    if connection.alias != "default" or role in _found_bound:
        return
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        superuser, bypasses, owns = cursor.fetchone()
    if superuser or bypasses or owns:
        connection.close()
        what = "a superuser" if superuser else "exempt from row-level security" if bypasses else "an owner of tables"
        raise ImproperlyConfigured(
            f"DATABASE_URL logs in as {role}, which is {what}: the walls between malls would not hold."
            " Let it log in as the application's role; 'python -m config.local.roles' makes one."
        )
    _found_bound.add(role)


def watch_connections() -> None:
    """Be asked whenever a connection opens."""
    connection_created.connect(refuse_unbound_role, dispatch_uid="refuse_unbound_role")
