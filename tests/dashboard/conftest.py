"""Two furnished malls for looking at; tests that change something make a mall of their own."""

from __future__ import annotations

import pytest

from tests.factories.world import World, make_world
from tests.query_counts import query_counts  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def shown(django_db_setup, django_db_blocker) -> World:
    """A mall with something of everything, committed once. Only to be looked at."""
    with django_db_blocker.unblock():
        return make_world("甲")


@pytest.fixture(scope="session")
def neighbour(django_db_setup, django_db_blocker) -> World:
    """Another mall beside it."""
    with django_db_blocker.unblock():
        return make_world("乙")


@pytest.fixture
def world(db) -> World:
    """A mall with something of everything, gone after the test."""
    return make_world("丙")
