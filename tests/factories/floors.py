"""Testing a floor alone: without the floors above it, ports keep their safe defaults."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def alone(settings) -> None:
    """Nothing is plugged in and nobody hears of events."""
    settings.PORTS = {}
    settings.EVENT_HANDLERS = {}
