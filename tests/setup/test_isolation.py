"""No test feels what the one before it did to its process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mall import clock


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_clock_a_test_moves_is_put_back_for_the_next(turn: str) -> None:
    """Worlds that many tests share may have moved it by moments: a signature stays fresh for five minutes."""
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=5), f"the {turn} test stands in another time"
    clock.advance(hours=8)
