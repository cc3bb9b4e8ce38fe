"""Nothing starts under a role that could look past the walls."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from mall.tenancy import startup
from mall.tenancy.startup import check_role, require_safe_role, role_faults


@pytest.mark.django_db
def test_the_applications_own_role_is_safe() -> None:
    assert role_faults(connections["default"]) == []
    assert check_role(None, databases=["default"]) == []
    assert check_role(None) == []


class FakeCursor:
    """Answers each of the three questions with what a bad set-up would answer."""

    def __init__(self, role, owned, tables) -> None:
        self.answers = {startup._ROLE: [role], startup._OWNED: [(owned,)], startup._WALLED: tables}

    def execute(self, statement, parameters=None) -> None:
        self.rows = self.answers[statement]

    def fetchone(self):
        return self.rows[0]

    def fetchall(self):
        return self.rows

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        pass


class FakeConnection:
    def __init__(self, role=("app", False, False), owned=0, tables=None) -> None:
        walled = [(table, True) for table in startup.mall_tables()] if tables is None else tables
        self.fake = FakeCursor(role, owned, walled)

    def cursor(self):
        return self.fake

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"role": ("postgres", True, True)}, ["superuser", "ALTER ROLE postgres NOSUPERUSER"]),
        ({"role": ("app", False, True)}, ["ALTER ROLE app NOBYPASSRLS"]),
        ({"owned": 40}, ["owns 40 tables", "DATABASE_OWNER_URL"]),
        ({"tables": []}, ["are missing", "manage.py migrate"]),
    ],
)
def test_each_fault_stops_the_start_and_says_the_mend(monkeypatch, bad: dict, words: list[str]) -> None:
    monkeypatch.setattr(startup, "connections", {"default": FakeConnection(**bad)})
    with pytest.raises(ImproperlyConfigured) as refused:
        require_safe_role()
    assert str(refused.value).startswith("Fenyong does not start.")
    for word in words:
        assert word in str(refused.value)
    assert [fault.id for fault in check_role(None, databases=["default"])] == ["mall.E001"] * len(
        check_role(None, databases=["default"])
    )
    assert check_role(None, databases=["default"])


def test_a_table_without_forced_security_is_named(monkeypatch) -> None:
    tables = [(table, table != "mall_order") for table in startup.mall_tables()]
    monkeypatch.setattr(startup, "connections", {"default": FakeConnection(tables=tables)})
    with pytest.raises(ImproperlyConfigured, match=r"not forced on mall_order\. Mend: .*EnforceMallWalls"):
        require_safe_role()


def test_the_owner_is_refused_for_real(test_database: str, owner_cursor) -> None:
    """The role of the migrations, as it would be with DATABASE_URL set to the owner's."""

    class Owner:
        def cursor(self):
            return owner_cursor

    faults = role_faults(Owner())
    assert len(faults) == 1
    assert "owns" in faults[0]


def test_a_database_that_is_away_is_waited_for_and_then_named(monkeypatch) -> None:
    asked = []

    class Away(FakeConnection):
        def cursor(self):
            asked.append(1)
            if len(asked) < 3:
                raise OperationalError("starting up")
            return super().cursor()

    monkeypatch.setattr(startup, "connections", {"default": Away()})
    monkeypatch.setattr(startup.time, "sleep", lambda _seconds: None)
    require_safe_role(wait_seconds=5)
    assert len(asked) == 3
    asked.clear()
    with pytest.raises(OperationalError):
        require_safe_role(wait_seconds=-1)


def test_a_worker_does_not_start_either(monkeypatch) -> None:
    from config.celery import refuse_unsafe_role

    monkeypatch.setattr(startup, "connections", {"default": FakeConnection(owned=1)})
    with pytest.raises(SystemExit, match="does not start"):
        refuse_unsafe_role()
