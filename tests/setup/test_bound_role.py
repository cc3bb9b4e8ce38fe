"""A process with too mighty a database role does nothing at all."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test.utils import CaptureQueriesContext

from config import bound_role


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_is_refused_where_the_application_belongs(monkeypatch) -> None:
    """The owner could switch row-level security off, and FORCE with it."""
    monkeypatch.setattr(bound_role, "_found_bound", set())
    owner = connections["owner"]
    monkeypatch.setattr(owner, "alias", "default")
    with pytest.raises(ImproperlyConfigured, match="an owner of tables"):
        bound_role.refuse_unbound_role(owner)
    assert settings.DATABASE_OWNER_ROLE not in bound_role._found_bound


@pytest.mark.django_db
def test_the_application_is_asked_once(monkeypatch) -> None:
    """Every connection would cost a question otherwise."""
    monkeypatch.setattr(bound_role, "_found_bound", set())
    with CaptureQueriesContext(connections["default"]) as queries:
        bound_role.refuse_unbound_role(connections["default"])
        bound_role.refuse_unbound_role(connections["default"])
    assert len(queries) == 1
