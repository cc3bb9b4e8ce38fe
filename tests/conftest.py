"""The database of the tests: made by the owner, used by the application's role.

Migrating takes seconds, copying takes a tenth of one. So a template is migrated
once for each state of the migrations and kept; every test process copies it and
drops its copy. Row-level security binds the tests because they connect as the
application does.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from psycopg2 import sql
from redis import Redis

from config.local import browser, roles
from mall import clock
from mall.events import bell
from mall.limits import policy

HOUSE = Path(__file__).resolve().parents[1]
TEMPLATE_PREFIX = "fenyong_template_"
COPY_PREFIX = "fenyong_test_"
# Any number, as long as every test process takes the same one.
TEMPLATE_LOCK = 5_202_611

COUNTED_OVER_ALL_MALLS = [
    limit
    for limit in vars(policy).values()
    if isinstance(limit, policy.Limit) and (limit.everywhere or limit.name.startswith("operator-"))
]
SCHEMA_SOURCES = ("*/migrations/*.py", "mall/tenancy/**/*.py", "config/local/roles.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where no browser is, except in CI, where a skip would hide a hole."""
    if browser.program() or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser that Playwright is to start."""
    found = browser.program()
    if found is None:
        pytest.fail("no Chromium on this machine: apt-get install chromium")
    return found


def schema_fingerprint() -> str:
    """Name the state of everything that decides what the migrated database looks like."""
    digest = hashlib.sha256()
    for pattern in SCHEMA_SOURCES:
        for source in sorted(HOUSE.glob(pattern)):
            digest.update(str(source.relative_to(HOUSE)).encode())
            digest.update(source.read_bytes())
    digest.update((HOUSE / "requirements/base.txt").read_bytes())
    return digest.hexdigest()[:12]


def owner_connection(database: str) -> Any:
    """A connection of the owner beside Django's, which tests must not use by accident."""
    owner = settings.DATABASES["owner"]
    connection = psycopg2.connect(
        dbname=database,
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        **owner["OPTIONS"],
    )
    connection.autocommit = True
    return connection


@contextmanager
def one_at_a_time() -> Iterator[Any]:
    """The owner's cursor in the home database, while no other test process makes a template."""
    with closing(owner_connection(settings.TEST_HOME_DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        yield cursor


def databases_named(cursor: Any, prefix: str) -> list[str]:
    """Databases whose name begins like this and that nobody uses."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = pg_database.datname)",
        [prefix],
    )
    return [name for (name,) in cursor.fetchall()]


def drop(cursor: Any, database: str) -> None:
    """Drop a database with whoever still holds it: all of them are this process's, or the server's autovacuum."""
    name = sql.Identifier(database)
    try:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    except psycopg2.errors.InsufficientPrivilege:
        # Only the server may end autovacuum, and does so for a plain DROP.
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))


def process_lives(process: int) -> bool:
    """Whether a process of this number runs; under another account counts as well."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sweep(cursor: Any, template: str) -> None:
    """Drop templates of other migrations, and copies whose process was killed."""
    for name in databases_named(cursor, TEMPLATE_PREFIX):
        if name != template:
            drop(cursor, name)
    for name in databases_named(cursor, COPY_PREFIX):
        if not process_lives(int(name.removeprefix(COPY_PREFIX).split("_")[0])):
            drop(cursor, name)


def make_template(cursor: Any, template: str) -> None:
    """Migrate a new database under another name; only a complete one gets the name."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
    if cursor.fetchone():
        return
    unfinished = f"{template}_unfinished"
    drop(cursor, unfinished)
    roles.ensure_database(cursor, unfinished)
    with closing(owner_connection(unfinished)) as connection, connection.cursor() as inside:
        roles.grant_in_database(inside)
    connections["owner"].settings_dict["NAME"] = unfinished
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    finally:
        connections["owner"].close()
    cursor.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
    )


@pytest.fixture(scope="session")
def test_database(django_test_environment: None, django_db_blocker: Any) -> Iterator[str]:
    """A copy of the migrated template, for this process alone."""
    template = TEMPLATE_PREFIX + schema_fingerprint()
    copy = f"{COPY_PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
    with django_db_blocker.unblock(), one_at_a_time() as cursor:
        sweep(cursor, template)
        make_template(cursor, template)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(template)))
    yield copy
    with one_at_a_time() as cursor:
        drop(cursor, copy)


@pytest.fixture(scope="session")
def django_db_setup(test_database: str, django_db_modify_db_settings: None, django_db_blocker: Any) -> Iterator[None]:
    """Point Django at the copy instead of letting it create a database of its own."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = test_database
    yield
    with django_db_blocker.unblock():
        for alias in connections:
            connections[alias].close()


@pytest.fixture(scope="session", autouse=True)
def _never_flush() -> Iterator[None]:
    """Tests that commit leave their rows: the ledger refuses TRUNCATE, to everybody.

    Each of them makes malls of its own, so what others left is out of its sight.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _leave_nothing_behind() -> Iterator[None]:
    """Take this process's keys and files away at the end."""
    yield
    cache.close()
    with closing(Redis.from_url(settings.CELERY_BROKER_URL)) as client:
        for key in client.scan_iter(match=f"{settings.TEST_PROCESS}:*", count=1000):
            client.delete(key)
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nobodys_language() -> None:
    """A request of the test before leaves its language in this thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _bells_ring() -> None:
    """A bell that did not work in one test must not keep the next one silent."""
    bell.listen_again()


@pytest.fixture(autouse=True)
def _nobody_guessed_before() -> None:
    """The tests come from one network: what earlier ones guessed wrong in any mall must not lock this one out."""
    for limit in COUNTED_OVER_ALL_MALLS:
        limit.clear("127.0.0.1")


@pytest.fixture(autouse=True)
def _clock_goes_back() -> Iterator[None]:
    """What one test moves the clock by is no other's time: who signs by the real one refuses the next test's calls."""
    with clock.unmoved():
        yield


@pytest.fixture
def owner_cursor(test_database: str) -> Iterator[Any]:
    """The owner's own cursor in the test database, for questions about its catalog."""
    with closing(owner_connection(test_database)) as connection, connection.cursor() as cursor:
        yield cursor


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures that tests recorded: what was tried how often, and what was found."""
    figures = [
        (report.nodeid.rpartition("::")[2], value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in getattr(report, "user_properties", ())
        if name == "figures"
    ]
    if figures:
        terminalreporter.section("figures")
    for test, value in figures:
        terminalreporter.write_line(f"{test}: {value}")
