"""Two furnished malls, in the tests' database and in one without row-level security."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from copy import deepcopy
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections, models, transaction
from django.db.models.sql import compiler as django_compiler

from mall.malls.models import Mall, ThisMall
from mall.tenancy.middleware import forget_hosts
from mall.tenancy.models import MallManager, MallModel
from mall.tenancy.postgres import compiler
from mall.tenancy.registry import mall_tables
from tests import conftest as databases
from tests.factories.world import World, make_world

ALL, DATABASE_ALONE, MANAGER_ALONE = "every wall", "row-level security alone", "the manager alone"


@pytest.fixture(scope="session")
def worlds(django_db_setup: None, django_db_blocker: Any) -> tuple[World, World]:
    """Two furnished malls, committed once; what a test does to them is rolled back after it."""
    with django_db_blocker.unblock():
        return make_world("甲记号kq"), make_world("乙记号zw")


@pytest.fixture(scope="session")
def open_database(test_database: str) -> Iterator[str]:
    """A database of its own in which row-level security is switched off."""
    name = f"{test_database}_open"
    template = databases.TEMPLATE_PREFIX + databases.schema_fingerprint()
    with databases.one_at_a_time() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    with closing(databases.owner_connection(name)) as connection, connection.cursor() as cursor:
        for table in sorted(mall_tables()):
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    yield name
    with databases.one_at_a_time() as cursor:
        databases.drop(cursor, name)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Let Django's connection lead to another database for a while."""
    connection = connections["default"]
    former = connection.settings_dict["NAME"]
    connection.close()
    forget_hosts()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        forget_hosts()
        connection.settings_dict["NAME"] = former


@pytest.fixture(scope="session")
def open_worlds(django_db_setup: None, open_database: str, django_db_blocker: Any) -> tuple[World, World]:
    """Two furnished malls in the database without row-level security."""
    with django_db_blocker.unblock(), connected_to(open_database):
        return make_world("丙记号kq"), make_world("丁记号zw")


@contextmanager
def manager_switched_off() -> Iterator[None]:
    """Python forgets that malls exist: no filter, no check at compiling, none at saving."""
    with ExitStack() as off:
        for manager in (MallManager, ThisMall):
            plain = lambda self, manager=manager: super(manager, self).get_queryset()  # noqa: E731 - one line says it
            off.enter_context(patch.object(manager, "get_queryset", plain))
        for model, base in ((MallModel, models.Model), (Mall, models.Model)):
            off.enter_context(patch.object(model, "save", base.save))
            off.enter_context(patch.object(model, "delete", base.delete))
        off.enter_context(patch.object(compiler, "_guard_tables", lambda _query: None))
        for name in ("SQLInsertCompiler", "SQLUpdateCompiler"):
            off.enter_context(patch.object(getattr(compiler, name), "as_sql", getattr(django_compiler, name).as_sql))
        yield


@pytest.fixture(params=[ALL, DATABASE_ALONE, MANAGER_ALONE])
def walls(request: pytest.FixtureRequest) -> str:
    """Which walls stand during the test."""
    return request.param


@pytest.fixture
def two_malls(walls: str, request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[tuple[World, World]]:
    """Our mall and the other's behind these walls; what happens to them is undone after the test."""
    found = request.getfixturevalue("open_worlds" if walls == MANAGER_ALONE else "worlds")
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        if walls == MANAGER_ALONE:
            stack.enter_context(connected_to(request.getfixturevalue("open_database")))
        if walls == DATABASE_ALONE:
            stack.enter_context(manager_switched_off())
        with transaction.atomic():
            # The worlds are shared: a test must not leave its changes on their objects.
            yield deepcopy(found)
            transaction.set_rollback(True)
