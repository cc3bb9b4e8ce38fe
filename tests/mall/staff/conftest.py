"""This room is tested without the floors above it."""

from tests.factories.floors import alone  # noqa: F401 - a fixture
