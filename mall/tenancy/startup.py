"""Row-level security is only as good as the role that runs under it: no start without a look at it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from mall.tenancy.registry import mall_tables

# A server that starts beside its database may be the quicker of the two.
WAIT_SECONDS = 30.0

_ROLE = "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_OWNED = (
    "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND pg_has_role(current_user, relowner, 'MEMBER')"
    " AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
)
_WALLED = (
    "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)"
)


def role_faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What lets this connection look past the walls, each as a sentence that says the mend."""
    faults = []
    with connection.cursor() as cursor:
        cursor.execute(_ROLE)
        role, is_superuser, bypasses = cursor.fetchone()
        if is_superuser:
            faults.append(
                f"The database role {role} is a superuser, and row-level security does not bind superusers."
                f" Mend: ALTER ROLE {role} NOSUPERUSER, or log in as the role that config.local.roles makes."
            )
        if bypasses:
            faults.append(f"The database role {role} bypasses row-level security. Mend: ALTER ROLE {role} NOBYPASSRLS.")
        cursor.execute(_OWNED)
        owned = cursor.fetchone()[0]
        if owned and not is_superuser:
            faults.append(
                f"The database role {role} owns {owned} tables (itself or through a role it is a member of), and an"
                " owner can switch row-level security off. Mend: migrate with DATABASE_OWNER_URL, and let"
                " DATABASE_URL log in as the application's role."
            )
        faults += _wall_faults(cursor)
    return faults


def _wall_faults(cursor: Any) -> list[str]:
    cursor.execute(_WALLED, [sorted(mall_tables())])
    walled = dict(cursor.fetchall())
    missing = sorted(mall_tables() - set(walled))
    if missing:
        return [
            (
                f"{len(missing)} tables are missing ({', '.join(missing[:3])} …)."
                " Mend: run `manage.py migrate --database owner`."
            )
        ]
    open_tables = sorted(table for table, is_walled in walled.items() if not is_walled)
    if open_tables:
        return [
            (
                f"Row-level security is not forced on {', '.join(open_tables)}."
                " Mend: name the model in an EnforceMallWalls operation of a migration, and migrate."
            )
        ]
    return []


def require_safe_role(*, wait_seconds: float = WAIT_SECONDS) -> None:
    """Raise ImproperlyConfigured when the application could look past the walls; called before any work.

    Waits for a database that does not answer yet, then raises its OperationalError.
    """
    end = time.monotonic() + wait_seconds
    connection = connections["default"]
    while True:
        try:
            faults = role_faults(connection)
            break
        except OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
        finally:
            # The process may fork after this, and a connection does not survive that.
            connection.close()
    if faults:
        raise ImproperlyConfigured("Fenyong does not start. " + " ".join(faults))


@register(Tags.database, deploy=True)
def check_role(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_kwargs: Any,
) -> list[CheckMessage]:
    """`manage.py check --deploy --database default`: the same questions as at the start."""
    if "default" not in (databases or ()):
        return []
    return [Error(fault, id="mall.E001") for fault in role_faults(connections["default"])]
