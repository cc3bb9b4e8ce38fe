"""What the list of conversions asks of the floor above: what became of each."""

from __future__ import annotations

from typing import Any

from mall.ports import port


def _no_outcome(conversion_ids: list[int]) -> dict[int, dict[str, Any]]:
    """{conversion id: {"commission": …} or {"reason": …}}; those not settled yet may be missing."""
    return {}


outcome_of = port("referrals.conversions.ports.outcome_of", _no_outcome)
