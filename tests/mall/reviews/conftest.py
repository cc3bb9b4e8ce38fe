"""This room is tested without the floors above it, in a mall with a buyer and an owner."""

from tests.factories.floors import alone  # noqa: F401 - a fixture
from tests.factories.shop import api, buyer, elsewhere, mall, member, owner, owner_api, stranger_api  # noqa: F401
from tests.query_counts import query_counts  # noqa: F401
