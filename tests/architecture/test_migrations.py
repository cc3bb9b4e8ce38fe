"""The migrations are complete, and every one of them goes back as well as forth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from config.local import roles
from tests import conftest as databases
from tests.architecture.house import FLOORS

# Everything a migration can leave behind, as PostgreSQL lists it.
_SHAPE = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy', tablename, policyname, qual || coalesce(with_check, '') FROM pg_policies
UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(oid), prosrc || coalesce(proacl::text, '')
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'walls', relname, relrowsecurity::text, relforcerowsecurity::text || coalesce(relacl::text, '')
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL SELECT 'sequence', sequencename, data_type::text, start_value::text
    FROM pg_sequences WHERE schemaname = 'public'
"""


@pytest.mark.django_db
def test_no_change_of_a_model_is_without_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_statement_of_a_migration_knows_its_way_back():
    found = []
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app in FLOORS:
            for operation in migration.operations:
                if isinstance(operation, RunSQL) and operation.reverse_sql is None:
                    found.append(f"{app}.{name}: {operation.sql[:60]}")
                if isinstance(operation, RunPython) and operation.reverse_code is None:
                    found.append(f"{app}.{name}: {operation.code}")
                assert operation.reversible, f"{app}.{name}: {operation}"
    assert found == []


def test_each_floor_has_one_newest_migration():
    """Two would be two people's work that nobody has put in order."""
    loader = MigrationLoader(None)
    assert {app: names for app, names in loader.detect_conflicts().items() if app in FLOORS} == {}


@pytest.fixture
def scratch(django_db_blocker: Any, test_database: str) -> Iterator[str]:
    """An empty database of the owner's, and Django's owner connection on it."""
    name = f"{test_database}_scratch"
    owner = connections["owner"]
    with django_db_blocker.unblock(), databases.one_at_a_time() as cursor:
        roles.ensure_database(cursor, name)
        with closing(databases.owner_connection(name)) as connection, connection.cursor() as inside:
            roles.grant_in_database(inside)
        former, owner.settings_dict["NAME"] = owner.settings_dict["NAME"], name
        owner.close()
        try:
            yield name
        finally:
            owner.close()
            owner.settings_dict["NAME"] = former
            databases.drop(cursor, name)


def shape(database: str) -> set[tuple]:
    """What stands in a database, the framework's own tables aside."""
    with closing(databases.owner_connection(database)) as connection, connection.cursor() as cursor:
        cursor.execute(_SHAPE)
        return {tuple(row) for row in cursor.fetchall()}


def migrate(*target: str) -> None:
    """As `manage.py migrate --database owner` does."""
    call_command("migrate", *target, database="owner", verbosity=0, interactive=False)


def test_the_house_can_be_taken_down_floor_by_floor_and_built_again(scratch):
    migrate()
    whole = shape(scratch)
    for floor in reversed(FLOORS):
        migrate(floor, "zero")
        left = {
            row for row in shape(scratch) if str(row[1]).startswith(f"{floor}_") or str(row[2]).startswith(f"{floor}_")
        }
        assert left == set(), f"{floor} left something behind"
    migrate()
    assert shape(scratch) == whole
