"""The doorbell of judging: tells a worker that clicks of a mall are due. May be lost; the sweep comes anyway."""

from __future__ import annotations

import time

from mall.events import bell

# A busy page confirms hundreds of clicks a second, and one ringing judges a thousand.
_SECONDS_APART = 0.2
_rung: dict[int, float] = {}


def ring(mall_id: int) -> None:
    """Send the task, at most every 0.2 s per mall and process. Never fails: the click is stored."""
    from referrals.tasks import judge

    now = time.monotonic()
    if now - _rung.get(mall_id, -_SECONDS_APART) < _SECONDS_APART:
        return
    if len(_rung) > 10_000:
        _rung.clear()
    _rung[mall_id] = now
    bell.ring(judge, mall_id=mall_id)
