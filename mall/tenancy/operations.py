"""Migration operations that build walls 2 and 3 around the tables of a mall."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL

from mall.tenancy.models import MallForeignKey

# NULLIF: after a transaction-local setting PostgreSQL leaves '' behind, not NULL.
# The sub-select lets the planner compute the setting once per scan, not once per row.
CURRENT_MALL = "(SELECT NULLIF(current_setting('app.mall_id', true), '')::bigint)"


class EnforceMallWalls(Operation):
    """Row-level security and composite foreign keys for the named models of the migration's app.

    relay: names of those models that the NOLOGIN role `relay` may work on across malls, for
    SECURITY DEFINER functions (claiming deliveries, host look-up, beat's list of malls).
    """

    reversible = True
    atomic = True

    def __init__(self, models: list[str], relay: tuple[str, ...] = ()) -> None:
        self.models = models
        self.relay = relay

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The walls are the database's business; Django's state does not change."""

    def describe(self) -> str:
        return f"Row-level security and composite keys for {', '.join(self.models)}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            self._secure(to_state.apps.get_model(app_label, name), schema_editor, relay=name in self.relay)
        for name in self.models:
            self._bind(to_state.apps.get_model(app_label, name), schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            model = from_state.apps.get_model(app_label, name)
            for field in _composite_fields(model):
                schema_editor.execute(
                    f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{_key_name(model, field)}"'
                )
        for name in self.models:
            model = from_state.apps.get_model(app_label, name)
            table = model._meta.db_table
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_of_mall"')
            schema_editor.execute(f'DROP POLICY mall_only ON "{table}"')
            schema_editor.execute(f'DROP POLICY IF EXISTS relay ON "{table}"')
            schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
            schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_mall_row"')

    def _secure(self, model: Any, schema_editor: Any, *, relay: bool) -> None:
        table = model._meta.db_table
        column = "mall_id" if any(field.attname == "mall_id" for field in model._meta.fields) else "id"
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        schema_editor.execute(
            f'CREATE POLICY mall_only ON "{table}" USING ("{column}" = {CURRENT_MALL}) '
            f'WITH CHECK ("{column}" = {CURRENT_MALL})'
        )
        if relay:
            schema_editor.execute(
                f'CREATE POLICY relay ON "{table}" TO "{settings.DATABASE_RELAY_ROLE}" USING (true) WITH CHECK (true)'
            )

    def _bind(self, model: Any, schema_editor: Any) -> None:
        for field in _composite_fields(model):
            _bind_field(model, field, schema_editor)
        if not _hangs_below_a_row(model) and _has_bare_mall(model):
            _anchor(model, schema_editor)


class AtOnce(Operation):
    """Many AddField, AddConstraint and AddIndex in a row, of which none needs the state before another.

    After each operation Django makes the models of that time anew, which takes longer than what it does.
    """

    reversible = True

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Made anew once, by whoever asks next.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, to_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, from_state)


class AlterFields(Operation):
    """Several AlterField at once: after each one Django makes the models anew, which takes longer than the change.

    changes: model, field, and what is another argument of the field from now on.
    """

    reversible = True

    def __init__(self, changes: list[tuple[str, str, dict[str, Any]]]) -> None:
        self.changes = changes

    def state_forwards(self, app_label: str, state: Any) -> None:
        for model, name, changed in self.changes:
            fields = state.models[app_label, model.lower()].fields
            _name, _path, arguments, options = fields[name].deconstruct()
            fields[name] = type(fields[name])(*arguments, **options | changed)
        # Made anew once, by whoever asks next.
        state.__dict__.pop("apps", None)

    def describe(self) -> str:
        return f"Alter {', '.join(f'{model}.{name}' for model, name, _changed in self.changes)}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model, name, _changed in self.changes:
            before = from_state.apps.get_model(app_label, model)
            after = to_state.apps.get_model(app_label, model)
            schema_editor.alter_field(before, before._meta.get_field(name), after._meta.get_field(name))

    database_backwards = database_forwards


class AnchorToMall(Operation):
    """A key to the mall itself, for tables whose rows need no other row of their mall.

    Whoever must point at another row has that row's mall by the composite key, and so an existing one. A second
    key would lock the mall's row once more for every row written, and it is the same row for all of them.
    """

    reversible = True

    def __init__(self, models: tuple[str, ...]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The keys are the database's business; Django's state does not change."""

    def describe(self) -> str:
        return f"Keys to the mall for {', '.join(self.models)}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            _anchor(to_state.apps.get_model(app_label, name), schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            table = from_state.apps.get_model(app_label, name)._meta.db_table
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_of_mall"')


class BindToMall(Operation):
    """Composite foreign keys for references added to a table that has its walls already."""

    reversible = True

    def __init__(self, model: str, fields: list[str]) -> None:
        self.model, self.fields = model, fields

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The keys are the database's business; Django's state does not change."""

    def describe(self) -> str:
        return f"Composite keys for {', '.join(self.fields)} of {self.model}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for name in self.fields:
            _bind_field(model, model._meta.get_field(name), schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model)
        for name in self.fields:
            key = _key_name(model, model._meta.get_field(name))
            schema_editor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{key}"')


def _bind_field(model: Any, field: MallForeignKey, schema_editor: Any) -> None:
    table, target = model._meta.db_table, field.related_model._meta.db_table
    schema_editor.execute(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = "  # noqa: S608 - our own table
        f'\'{target}_mall_row\') THEN ALTER TABLE "{target}" ADD CONSTRAINT "{target}_mall_row" '
        "UNIQUE (mall_id, id); END IF; END $$"
    )
    schema_editor.execute(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{_key_name(model, field)}" '
        f'FOREIGN KEY (mall_id, "{field.column}") REFERENCES "{target}" (mall_id, id)'
    )


def _anchor(model: Any, schema_editor: Any) -> None:
    table = model._meta.db_table
    schema_editor.execute(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_of_mall" FOREIGN KEY (mall_id) REFERENCES "mall_mall" (id)'
    )


def _hangs_below_a_row(model: Any) -> bool:
    return any(not field.null for field in _composite_fields(model))


def _has_bare_mall(model: Any) -> bool:
    """Whether Django wrote no key to the mall: in the first migrations it still did, and on mall_mall there is none."""
    return any(field.attname == "mall_id" and not field.db_constraint for field in model._meta.fields)


def _composite_fields(model: Any) -> list[MallForeignKey]:
    return [field for field in model._meta.local_fields if isinstance(field, MallForeignKey)]


def _key_name(model: Any, field: Any) -> str:
    # PostgreSQL cuts names at 63 bytes, which would make two long ones collide.
    name = f"{model._meta.db_table}_{field.column}_same_mall"
    return name if len(name) <= 63 else f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class RelayFunction(Operation):
    """A SECURITY DEFINER function of the NOLOGIN role `relay`: the only way to look across malls.

    signature: name and typed arguments; body: the whole definition behind `CREATE FUNCTION signature`
    up to AS, and the text between the dollar quotes.
    """

    reversible = True

    def __init__(self, signature: str, returns: str, body: str, language: str = "sql") -> None:
        self.signature, self.returns, self.body, self.language = signature, returns, body, language

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Functions are the database's business; Django's state does not change."""

    def describe(self) -> str:
        return f"Relay function {self.signature}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        # search_path is fixed so that no caller can slip in a table of his own.
        schema_editor.execute(
            f"CREATE FUNCTION {self.signature} RETURNS {self.returns} LANGUAGE {self.language} SECURITY DEFINER "
            f"SET search_path = public, pg_temp AS $relay${self.body}$relay$"
        )
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC")
        schema_editor.execute(f'GRANT EXECUTE ON FUNCTION {self.signature} TO "{settings.DATABASE_APP_ROLE}"')
        schema_editor.execute(f'ALTER FUNCTION {self.signature} OWNER TO "{settings.DATABASE_RELAY_ROLE}"')

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f"DROP FUNCTION {self.signature}")


def append_only(table: str) -> list[Operation]:
    """Operations that make a table append-only: triggers against change, and the right to it taken away.

    Needs the function refuse_change() of the mall floor's second migration.
    """
    app_role = settings.DATABASE_APP_ROLE
    return [
        RunSQL(
            f'CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f'DROP TRIGGER {table}_no_change ON "{table}"',
        ),
        RunSQL(
            f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f'DROP TRIGGER {table}_no_truncate ON "{table}"',
        ),
        RunSQL(
            f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{app_role}"',
            f'GRANT UPDATE, DELETE ON "{table}" TO "{app_role}"',
        ),
    ]
