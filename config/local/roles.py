"""The database roles, the same on a laptop, in compose and on a managed server.

Row-level security binds neither superusers nor roles with BYPASSRLS, so the
application must be none of them, and must own nothing: an owner could switch
the security off. Each role can do one thing:

owner   owns the tables and runs migrations;
app     serves requests and tasks, bound by every policy;
relay   cannot log in; owns the few SECURITY DEFINER functions that look across
        malls, through policies of its own;
backup  reads everything for a dump, writes nothing.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import sql


@dataclass(frozen=True)
class RoleNames:
    """What the roles are called; several installations may share one server."""

    owner: str
    app: str
    relay: str
    backup: str


def names() -> RoleNames:
    """The names in force, from the environment."""
    prefix = os.environ.get("DATABASE_ROLE_PREFIX", "fenyong")
    return RoleNames(f"{prefix}_owner", f"{prefix}_app", f"{prefix}_relay", f"{prefix}_backup")


ATTRIBUTES = {
    "owner": "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE CREATEDB",
    "app": "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB",
    "relay": "NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB",
    "backup": "LOGIN NOSUPERUSER BYPASSRLS NOCREATEROLE NOCREATEDB",
}

# In the server: what roles may do in every database.
MEMBERSHIPS = (
    # SET lets the owner hand a function to the relay, INHERIT replace it later.
    "GRANT {relay} TO {owner} WITH SET TRUE, INHERIT TRUE",
    "GRANT pg_read_all_data TO {backup}",
)

# In one database, run by its owner: also in each database the tests make.
DATABASE_GRANTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    # A role can only be given a function in a schema where it may create one.
    "GRANT USAGE, CREATE ON SCHEMA public TO {relay}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}, {relay}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}, {relay}",
    # A SECURITY DEFINER function must not be open to every role of the server.
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {app}, {relay}",
)


def _identifiers(roles: RoleNames) -> dict[str, sql.Identifier]:
    return {role: sql.Identifier(getattr(roles, role)) for role in ATTRIBUTES}


def attributes_allowed(cursor: Any, attributes: str) -> str:
    """What this administrator may say: on a managed server even NOSUPERUSER is refused.

    A new role has neither right anyway, and the application refuses to start as one that has.
    """
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone()[0]:
        return attributes
    return " ".join(word for word in attributes.split() if word not in {"NOSUPERUSER", "NOBYPASSRLS"})


def ensure_role(cursor: Any, name: str, attributes: str, password: str | None) -> None:
    """Create one role or bring it back to what it must be."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    statement = sql.SQL("{verb} ROLE {name} WITH {attributes}").format(
        verb=sql.SQL(verb),
        name=sql.Identifier(name),
        attributes=sql.SQL(attributes_allowed(cursor, attributes)),
    )
    if password:
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(password))
    cursor.execute(statement)


def ensure_roles(cursor: Any, passwords: dict[str, str]) -> None:
    """Create all roles and make them members of what they need."""
    roles = names()
    for role, attributes in ATTRIBUTES.items():
        try:
            ensure_role(cursor, getattr(roles, role), attributes, passwords.get(role))
        except psycopg2.errors.InsufficientPrivilege as error:
            if role != "backup":
                raise
            print(f"{roles.backup} was not made ({error}): back up by the server's own means.")
            return _grant_memberships(cursor, MEMBERSHIPS[:1])
    return _grant_memberships(cursor, MEMBERSHIPS)


def _grant_memberships(cursor: Any, statements: tuple[str, ...]) -> None:
    for statement in statements:
        cursor.execute(sql.SQL(statement).format(**_identifiers(names())))


def ensure_database(cursor: Any, database: str) -> None:
    """Create the database for its owner; a cursor in autocommit is needed."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    if cursor.fetchone() is None:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(database), sql.Identifier(names().owner)
            )
        )


def grant_in_database(cursor: Any) -> None:
    """Say what each role may do with what the owner will create here."""
    for statement in DATABASE_GRANTS:
        cursor.execute(sql.SQL(statement).format(**_identifiers(names())))


def prepare(admin_url: str, owner_url: str, passwords: dict[str, str]) -> None:
    """Make roles, database and grants; safe to repeat."""
    database = psycopg2.extensions.parse_dsn(owner_url)["dbname"]
    meeting_place = psycopg2.extensions.parse_dsn(admin_url)["dbname"]
    with closing(_autocommit(admin_url)) as admin, admin.cursor() as cursor:
        ensure_roles(cursor, passwords)
    # By the owner itself: an administrator who is no superuser may not give databases away.
    with closing(_autocommit(owner_url, dbname=meeting_place)) as owner, owner.cursor() as cursor:
        ensure_database(cursor, database)
    with closing(_autocommit(owner_url)) as owner, owner.cursor() as cursor:
        grant_in_database(cursor)


def _autocommit(url: str, **changed: str) -> Any:
    connection = psycopg2.connect(url, **changed)
    connection.autocommit = True
    return connection


def _required(variable: str, meaning: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise SystemExit(f"{variable} is not set: it must hold {meaning}.")
    return value


def main() -> int:
    """Prepare a server that is not ours: `python -m config.local.roles`."""
    admin_url = _required("DATABASE_ADMIN_URL", "the address of a role that may create roles")
    owner_url = _required("DATABASE_OWNER_URL", "the address migrations will use")
    app_url = _required("DATABASE_URL", "the address the application will use")
    parse = psycopg2.extensions.parse_dsn
    roles = names()
    for url, expected in ((owner_url, roles.owner), (app_url, roles.app)):
        if parse(url).get("user") != expected:
            raise SystemExit(
                f"The addresses must log in as {roles.owner} and {roles.app};"
                " DATABASE_ROLE_PREFIX changes the part before the underscore."
            )
    passwords = {"owner": parse(owner_url)["password"], "app": parse(app_url)["password"]}
    if os.environ.get("DATABASE_BACKUP_PASSWORD"):
        passwords["backup"] = os.environ["DATABASE_BACKUP_PASSWORD"]
    prepare(admin_url, owner_url, passwords)
    print(f"Roles of {parse(owner_url)['dbname']} are ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
