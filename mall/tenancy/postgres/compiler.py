"""Wall 1 at its only choke point: every ORM path ends in one of these five compilers.

A list of guarded QuerySet methods always forgets some (exists, explain, raw deletes, reverse
managers); here the tables of the finished query are looked at instead. Only raw() passes,
and row-level security has that one.
"""

from __future__ import annotations

from typing import Any

from django.db.models.sql import compiler

from mall.tenancy.context import WrongMall, current_mall_id, require_mall_id
from mall.tenancy.registry import mall_tables


def _guard_tables(query: Any) -> None:
    if current_mall_id() is not None:
        return
    guarded = mall_tables()
    # extra(tables=…) stands in the statement without being an alias of the query.
    for table in (*(join.table_name for join in query.alias_map.values()), *query.extra_tables):
        if table in guarded:
            require_mall_id(f"Table {table}")


class SQLCompiler(compiler.SQLCompiler):
    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        statement = super().as_sql(*args, **kwargs)
        _guard_tables(self.query)
        return statement


class SQLInsertCompiler(compiler.SQLInsertCompiler, SQLCompiler):
    def as_sql(self) -> Any:
        meta = self.query.get_meta()
        if meta.db_table in mall_tables():
            mall_id = require_mall_id(f"Table {meta.db_table}")
            column = "mall_id" if any(field.attname == "mall_id" for field in meta.fields) else "pk"
            for row in self.query.objs:
                if getattr(row, column) != mall_id:
                    raise WrongMall(f"{meta.label}: a row of mall {getattr(row, column)} written in mall {mall_id}.")
        return compiler.SQLInsertCompiler.as_sql(self)


class SQLDeleteCompiler(compiler.SQLDeleteCompiler, SQLCompiler):
    def as_sql(self) -> Any:
        statement = compiler.SQLDeleteCompiler.as_sql(self)
        _guard_tables(self.query)
        return statement


class SQLUpdateCompiler(compiler.SQLUpdateCompiler, SQLCompiler):
    def as_sql(self) -> Any:
        meta = self.query.get_meta()
        if meta.db_table in mall_tables():
            mall_id = require_mall_id(f"Table {meta.db_table}")
            for field, _model, value in self.query.values:
                if field.attname == "mall_id" and getattr(value, "pk", value) != mall_id:
                    raise WrongMall(f"{meta.label}: a row of mall {mall_id} cannot move to another mall.")
        statement = compiler.SQLUpdateCompiler.as_sql(self)
        _guard_tables(self.query)
        return statement


class SQLAggregateCompiler(compiler.SQLAggregateCompiler, SQLCompiler):
    def as_sql(self) -> Any:
        statement = compiler.SQLAggregateCompiler.as_sql(self)
        _guard_tables(self.query)
        return statement
