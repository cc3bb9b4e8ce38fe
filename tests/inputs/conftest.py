"""A furnished mall to send things to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.world import World, make_world


@pytest.fixture(scope="session")
def world(django_db_setup: None, django_db_blocker: Any) -> World:
    """One furnished mall, committed once; what a test does to it is rolled back after it."""
    with django_db_blocker.unblock():
        return make_world("入口记号")
