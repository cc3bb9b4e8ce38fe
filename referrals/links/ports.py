"""What the list of links asks of the floor above."""

from __future__ import annotations

from mall.catalogue.models import Product
from mall.ports import port


def _nothing_earned(link_ids: list[int]) -> dict[int, int]:
    """{link id: fen its owner has earned by it, after reversals}; links that earned nothing may be missing."""
    return {}


earned_by_link = port("referrals.links.ports.earned_by_link", _nothing_earned)


def _nothing_known(product: Product) -> int:
    """The most that one piece of a product pays who brings its buyer, in fen; 0 where it pays nothing."""
    return 0


most_earned = port("referrals.links.ports.most_earned", _nothing_known)
