"""What PostgreSQL itself says about the walls: read from its catalog, as the owner, for every table.

No list of our tables: one added without its walls fails at once. Listed are the exceptions, with reasons.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model, OneToOneField

from mall.tenancy.models import MallForeignKey, MallModel
from mall.tenancy.operations import EnforceMallWalls
from mall.tenancy.registry import mall_models, mall_tables
from tests.tenancy.wall_exceptions import (
    APPEND_ONLY,
    INSTALLATION_TABLES,
    RELAY_FUNCTIONS,
    RELAY_TABLES,
    SINGLE_COLUMN_KEYS,
    UNIQUE_ACROSS_MALLS,
)

APP, RELAY, OWNER = settings.DATABASE_APP_ROLE, settings.DATABASE_RELAY_ROLE, settings.DATABASE_OWNER_ROLE

# As PostgreSQL prints it back.
CURRENT_MALL = "( SELECT (NULLIF(current_setting('app.mall_id'::text, true), ''::text))::bigint AS \"nullif\")"


def rows(cursor: Any, statement: str, *parameters: Any) -> list[tuple]:
    """All rows of one question to the catalog."""
    cursor.execute(statement, parameters)
    return cursor.fetchall()


def tables_with_mall_id(cursor: Any) -> set[str]:
    """Every table of ours that has the column, whatever Django knows of it."""
    return {
        table
        for (table,) in rows(
            cursor,
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'mall_id'"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace",
        )
    }


def test_the_registry_names_exactly_the_tables_that_carry_a_mall(owner_cursor):
    assert mall_tables() == tables_with_mall_id(owner_cursor) | {"mall_mall"}


def test_every_table_without_a_mall_has_a_reason_for_it(owner_cursor):
    tables = rows(owner_cursor, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    without = {table for (table,) in tables} - mall_tables()
    assert [table for table in sorted(without) if not table.startswith(tuple(INSTALLATION_TABLES))] == []


def test_row_level_security_is_enabled_and_forced_on_every_table_of_a_mall(owner_cursor):
    found = {
        table: (enabled, forced)
        for table, enabled, forced in rows(
            owner_cursor,
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
        )
    }
    walled = tables_with_mall_id(owner_cursor) | {"mall_mall"}
    assert {table: found[table] for table in walled if found[table] != (True, True)} == {}
    # And nothing else is half walled.
    assert {table for table, state in found.items() if state != (False, False)} == walled


def test_each_table_has_exactly_the_policies_it_should(owner_cursor):
    policies: dict[str, dict[str, tuple]] = defaultdict(dict)
    for table, policy, permissive, roles, command, using, check in rows(
        owner_cursor,
        "SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'public'",
    ):
        policies[table][policy] = (permissive, roles, command, using, check)
    expected = {}
    for table in tables_with_mall_id(owner_cursor) | {"mall_mall"}:
        column = "id" if table == "mall_mall" else "mall_id"
        only = f"({column} = {CURRENT_MALL})"
        expected[table] = {"mall_only": ("PERMISSIVE", ["public"], "ALL", only, only)}
        if table in RELAY_TABLES:
            expected[table]["relay"] = ("PERMISSIVE", [RELAY], "ALL", "true", "true")
    assert dict(policies) == expected


def foreign_keys(cursor: Any) -> list[tuple[str, list[str], str, list[str]]]:
    """(table, columns, target table, target columns) of every foreign key."""
    return rows(
        cursor,
        "SELECT c.conrelid::regclass::text,"
        " (SELECT array_agg(a.attname ORDER BY k.ord)::text[] FROM unnest(c.conkey) WITH ORDINALITY k(num, ord)"
        "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),"
        " c.confrelid::regclass::text,"
        " (SELECT array_agg(a.attname ORDER BY k.ord)::text[] FROM unnest(c.confkey) WITH ORDINALITY k(num, ord)"
        "  JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)"
        " FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"
        " AND c.convalidated",
    )


def test_every_reference_between_rows_of_a_mall_is_a_composite_key(owner_cursor):
    in_database = {
        (table, tuple(columns), target, tuple(aims)) for table, columns, target, aims in foreign_keys(owner_cursor)
    }
    missing = []
    for model in mall_models():
        for field in model._meta.local_fields:
            if not field.is_relation or field.related_model not in mall_models():
                continue
            key = (
                model._meta.db_table,
                ("mall_id", field.column),
                field.related_model._meta.db_table,
                ("mall_id", "id"),
            )
            if not isinstance(field, MallForeignKey) or key not in in_database:
                missing.append(str(field))
    assert missing == []


def test_no_key_between_tables_of_a_mall_leaves_the_mall_out(owner_cursor):
    walled = tables_with_mall_id(owner_cursor)
    loose = [
        (table, columns, target)
        for table, columns, target, aims in foreign_keys(owner_cursor)
        if table in walled
        and (columns[0], aims[0]) != ("mall_id", "mall_id")
        and ("*", columns[0]) not in SINGLE_COLUMN_KEYS
        and ("*", target) not in SINGLE_COLUMN_KEYS
    ]
    assert loose == []


def test_every_row_is_held_by_a_mall_that_exists_and_held_once(owner_cursor):
    """By the row it must point at, or by a key of its own: both would lock the mall's row for every row written."""
    required = {
        (table, column)
        for table, column in rows(
            owner_cursor,
            "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attnotnull AND attnum > 0",
        )
    }
    by_a_row, by_itself = set(), set()
    for table, columns, target, aims in foreign_keys(owner_cursor):
        if columns == ["mall_id"]:
            by_itself.add(table)
        elif aims == ["mall_id", "id"] and (table, columns[1]) in required and target != table:
            by_a_row.add(table)
    assert by_itself & by_a_row == set()
    assert by_itself | by_a_row == tables_with_mall_id(owner_cursor)


def test_no_index_says_what_a_longer_one_says_already(owner_cursor):
    """Every statement on a mall's table names the mall, so (mall, x) serves whoever looks for x."""
    indexes = rows(
        owner_cursor,
        "SELECT t.relname, i.relname, x.indisunique, (SELECT array_agg(a.attname ORDER BY k.place)::text[]"
        " FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, place)"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num), m.amname"
        " FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_am m ON m.oid = i.relam"
        " WHERE t.relname = ANY(%s) AND x.indpred IS NULL AND x.indexprs IS NULL",
        sorted(mall_tables()),
    )
    idle = [
        f"{name} beside {longer}"
        for table, name, unique, columns, method in indexes
        for other, longer, _unique, more, its_method in indexes
        if (table, method) == (other, its_method) == (table, "btree") and name != longer and not unique
        if columns == more[: len(columns)] or ["mall_id", *columns] == more[: len(columns) + 1]
    ]
    assert not idle, "\n".join(idle)


def test_nothing_outside_of_the_malls_points_into_one(owner_cursor):
    walled = tables_with_mall_id(owner_cursor) | {"mall_mall"}
    assert [key for key in foreign_keys(owner_cursor) if key[2] in walled and key[0] not in walled] == []


def test_a_column_named_like_a_reference_is_one(owner_cursor):
    """An id without a key could name another mall's row. The exceptions carry their reason."""
    allowed = {
        ("mall_event", "subject_id"): "its table depends on the kind; handlers look it up inside the mall",
        ("mall_auditrecord", "subject_id"): "its table depends on the kind; it is shown, never followed",
        ("mall_category", "tree_id"): "mptt's number of a tree, from a sequence of the installation",
        ("mall_staffnotice", "subject_id"): "its table depends on the kind; it is looked up inside the mall",
        ("mall_linestep", "source_id"): "a promotion's or a coupon's, by the step; its readers name the mall",
        ("commissions_journal", "conversion_id"): "the ledger holds bare ids; audit_ledger joins them with the mall",
        ("commissions_journal", "payout_id"): "the ledger holds bare ids; audit_ledger joins them with the mall",
    }
    referencing = {
        (table, column) for table, columns, _target, _aims in foreign_keys(owner_cursor) for column in columns
    }
    columns = rows(
        owner_cursor,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name LIKE '%%\\_id' AND data_type IN ('bigint', 'integer') AND table_name = ANY(%s)",
        sorted(tables_with_mall_id(owner_cursor)),
    )
    assert {column for column in columns if column not in referencing} == set(allowed)


def test_every_unique_key_begins_with_the_mall(owner_cursor):
    """Else its violation would tell one mall what another has."""
    found = rows(
        owner_cursor,
        "SELECT t.relname, i.relname, x.indisprimary, a.attname FROM pg_index x"
        " JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]"
        " WHERE x.indisunique AND t.relname = ANY(%s)",
        sorted(mall_tables()),
    )
    # A primary key is a number of ours that no client chooses, so it cannot be probed.
    shared = {index for _table, index, primary, column in found if not primary and column != "mall_id"}
    assert shared == set(UNIQUE_ACROSS_MALLS)
    for table, index, primary, column in found:
        assert not primary or column == "id", f"{table}: primary key {index} begins with {column}"


def test_no_exclusion_constraint_looks_across_malls(owner_cursor):
    assert rows(owner_cursor, "SELECT conname FROM pg_constraint WHERE contype = 'x'") == []


def test_the_roles_can_do_no_more_than_their_work(owner_cursor):
    attributes = {
        name: flags
        for name, *flags in rows(
            owner_cursor,
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
            " FROM pg_roles WHERE rolname = ANY(%s)",
            [APP, RELAY, OWNER],
        )
    }
    assert attributes[APP] == [True, False, False, False, False, False]
    assert attributes[RELAY] == [False, False, False, False, False, False]
    assert attributes[OWNER] == [True, False, False, False, True, False]


def test_the_app_is_a_member_of_no_role(owner_cursor):
    """Through a membership it could become the owner or the relay."""
    memberships = rows(
        owner_cursor,
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = %s::regrole",
        APP,
    )
    assert memberships == []


def test_the_app_owns_nothing(owner_cursor):
    kinds = "SELECT relname::text FROM pg_class WHERE relowner = %s::regrole"
    functions = "SELECT proname::text FROM pg_proc WHERE proowner = %s::regrole"
    schemas = "SELECT nspname::text FROM pg_namespace WHERE nspowner = %s::regrole"
    databases = "SELECT datname::text FROM pg_database WHERE datdba = %s::regrole"
    for question in (kinds, functions, schemas, databases):
        assert rows(owner_cursor, question, APP) == []


def test_the_app_can_make_no_objects_of_its_own(owner_cursor):
    ((create,),) = rows(owner_cursor, "SELECT has_schema_privilege(%s, 'public', 'CREATE')", APP)
    assert create is False


def test_the_app_has_none_of_the_rights_that_no_policy_binds(owner_cursor):
    """TRUNCATE, REFERENCES and TRIGGER reach rows that the policies hide."""
    truncatable = rows(
        owner_cursor,
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND (has_table_privilege(%s, oid, 'TRUNCATE') OR has_table_privilege(%s, oid, 'TRIGGER')"
        " OR has_table_privilege(%s, oid, 'REFERENCES'))",
        APP,
        APP,
        APP,
    )
    assert truncatable == []


def test_history_and_ledger_can_only_grow(owner_cursor):
    guarded = {
        table
        for (table,) in rows(
            owner_cursor,
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.proname = 'refuse_change' AND t.tgenabled = 'O'",
        )
    }
    assert guarded == APPEND_ONLY
    for table in sorted(APPEND_ONLY):
        triggers = rows(
            owner_cursor,
            "SELECT tgtype & 32 > 0 AS truncates, tgtype & 24 = 24 AS changes FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.proname = 'refuse_change' AND t.tgenabled = 'O' AND tgrelid = %s::regclass",
            table,
        )
        assert sorted(triggers) == [(False, True), (True, False)], table
        rights = rows(
            owner_cursor,
            "SELECT word FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) word"
            " WHERE has_table_privilege(%s, %s, word)",
            APP,
            table,
        )
        assert sorted(right for (right,) in rights) == ["INSERT", "SELECT"], table


def test_the_relay_functions_are_the_only_ones_that_look_across_malls(owner_cursor):
    found = rows(
        owner_cursor,
        "SELECT proname, proowner::regrole::text, proconfig, has_function_privilege(%s, p.oid, 'EXECUTE'),"
        " EXISTS (SELECT 1 FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)"
        " FROM pg_proc p WHERE prosecdef AND pronamespace = 'public'::regnamespace",
        APP,
    )
    assert {name for name, *_rest in found} == RELAY_FUNCTIONS
    assert len(found) == len(RELAY_FUNCTIONS), "a function of the same name with other arguments"
    for name, owner, configuration, app_may, public_may in found:
        assert owner == RELAY, name
        assert configuration == ["search_path=public, pg_temp"], name
        assert (app_may, public_may) == (True, False), name


def test_the_relay_owns_only_its_functions(owner_cursor):
    assert rows(owner_cursor, "SELECT relname FROM pg_class WHERE relowner = %s::regrole", RELAY) == []


def test_a_view_or_rule_cannot_hide_a_table_from_its_policies(owner_cursor):
    """A view runs with the rights of its owner: none exists, and none may without a reason here."""
    assert (
        rows(
            owner_cursor,
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace",
        )
        == []
    )


def test_no_model_of_a_mall_has_a_one_to_one_or_a_hidden_join_table():
    """Their keys would be unique across malls, or composite ones that nobody wrote."""
    wrong = [
        str(field)
        for model in apps.get_models()
        if touches_a_mall(model)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if isinstance(field, OneToOneField)
        or (field.many_to_many and field.remote_field.through._meta.auto_created)
        or (field.primary_key and field.name != "id")
    ]
    assert wrong == []


def touches_a_mall(model: type[Model]) -> bool:
    """Whether the model's rows are a mall's or point at some."""
    targets = {field.related_model for field in [*model._meta.fields, *model._meta.many_to_many] if field.is_relation}
    return model in mall_models() or bool(targets & {*mall_models(), apps.get_model("mall.Mall")})


def test_every_model_with_a_mall_is_a_mall_model_with_the_scoped_manager():
    from mall.tenancy.models import MallManager

    for model in mall_models():
        assert issubclass(model, MallModel), model
        assert model._meta.base_manager_name == "objects", model
        for manager in model._meta.managers:
            assert isinstance(manager, MallManager), f"{model._meta.label}.{manager.name}"


def test_every_mall_model_is_named_in_the_walls_of_a_migration():
    walled = {
        (app_label, name)
        for (app_label, _migration), migration in MigrationLoader(None).disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, EnforceMallWalls)
        for name in operation.models
    }
    models = {
        (model._meta.app_label, model._meta.object_name) for model in [*mall_models(), apps.get_model("mall.Mall")]
    }
    assert walled == models


@pytest.mark.django_db
def test_the_catalog_is_asked_in_the_database_the_tests_use(test_database):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user")
        assert cursor.fetchone() == (test_database, APP)
