"""What the list of links asks of the floor above."""

from __future__ import annotations

from mall.ports import port


def _nothing_earned(link_ids: list[int]) -> dict[int, int]:
    """{link id: fen its owner has earned by it, after reversals}; links that earned nothing may be missing."""
    return {}


earned_by_link = port("referrals.links.ports.earned_by_link", _nothing_earned)
