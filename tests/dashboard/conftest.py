"""Two furnished malls, committed once: making one takes longer than most tests."""

from __future__ import annotations

import pytest

from mall.malls.models import Mall
from tests.factories.mall import host_of, make_mall, owner_of
from tests.factories.world import World, make_world
from tests.query_counts import query_counts  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def shown(django_db_setup, django_db_blocker) -> World:
    """A mall with something of everything. Only to be looked at."""
    with django_db_blocker.unblock():
        return make_world("甲")


@pytest.fixture(scope="session")
def neighbour(django_db_setup, django_db_blocker) -> World:
    """Another mall beside it."""
    with django_db_blocker.unblock():
        return make_world("乙")


@pytest.fixture
def world(shown, db) -> World:
    """The same mall for tests that change something: what they change is rolled back."""
    return shown


@pytest.fixture
def mall(db) -> Mall:
    """A mall with nothing in it."""
    return make_mall()


@pytest.fixture
def desk(client, mall):
    """Its owner's browser."""
    client.defaults["HTTP_HOST"] = host_of(mall)
    client.force_login(owner_of(mall).user)
    return client
