"""Databases of the benchmarks, in an installation of their own: made by the owner, used by the application's role."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

from tests.installation import Installation


class Databases:
    """Makes, copies and drops databases on the benchmarks' own server."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._made: list[str] = []

    def migrated(self, name: str) -> str:
        """A database with all tables and no rows. The first is migrated, the others are copies of it."""
        if "bench_migrated" not in self._made:
            self._create("bench_migrated")
            with self.installation.session("owner", "bench_migrated") as cursor:
                for statement in _grants():
                    cursor.execute(statement)
            self.installation.database = "bench_migrated"
            self.installation.migrate()
        return self.copied("bench_migrated", name)

    def copied(self, database: str, name: str) -> str:
        """The same tables and rows under another name; nobody may be connected to the first."""
        copy = f"bench_{name}"
        self.drop(copy)
        self._home("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", copy, database)
        self._made.append(copy)
        return copy

    def empty(self, name: str) -> str:
        """A database without tables, for a peer's own."""
        database = f"bench_{name}"
        self.drop(database)
        self._create(database)
        return database

    def drop(self, database: str) -> None:
        """Drop one of ours with whoever still holds it: only the superuser may end another role's connection."""
        with self.installation.session("admin", "postgres") as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def drop_all(self) -> None:
        """Leave nothing behind."""
        for database in set(self._made):
            self.drop(database)
        self._made.clear()

    def _create(self, database: str) -> None:
        self.drop(database)
        self._home("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", database)
        self._made.append(database)

    def _home(self, statement: str, *names: str) -> None:
        with self.installation.session("owner", "fenyong") as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _grants() -> list[Any]:
    from config.local import roles

    names = {role: sql.Identifier(getattr(roles.names(), role)) for role in roles.ATTRIBUTES}
    return [sql.SQL(statement).format(**names) for statement in roles.DATABASE_GRANTS]
