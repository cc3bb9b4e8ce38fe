"""This room is tested without the floors above it, in a mall with a buyer and an owner."""

import pytest
from django.test import Client

from tests.factories.doors import DoorClient
from tests.factories.floors import alone  # noqa: F401 - a fixture
from tests.factories.shop import api, buyer, elsewhere, mall, member, owner, owner_api, stranger_api  # noqa: F401
from tests.query_counts import query_counts  # noqa: F401


@pytest.fixture(params=[Client, DoorClient], ids=["view", "door"])
def by_both_ways(request, monkeypatch):
    """Orders come in by the view and by the door in front of it, which answer and do the same."""
    monkeypatch.setattr("tests.factories.http.Client", request.param)
