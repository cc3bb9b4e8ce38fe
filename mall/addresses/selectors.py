"""Questions about address books."""

from __future__ import annotations

from django.db.models import QuerySet

from mall.addresses.models import Address
from mall.buyers.models import Buyer


def addresses_of(buyer: Buyer) -> QuerySet[Address]:
    """A buyer's addresses, the default first, then the newest."""
    return Address.objects.filter(buyer=buyer).select_related("buyer").order_by("-is_default", "-id")
