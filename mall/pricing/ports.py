"""What prices ask of the floors above: whether a buyer is a member."""

from __future__ import annotations

from mall.buyers.models import Buyer
from mall.ports import port


def _no(_buyer: Buyer) -> bool:
    """Whether the buyer has registered, and so buys at members' prices."""
    return False


is_member = port("mall.pricing.ports.is_member", _no)
