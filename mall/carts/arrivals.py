"""A guest's cart follows him into his account."""

from __future__ import annotations

from django.http import HttpRequest

from mall.buyers.models import Buyer
from mall.carts.owners import CartOwner, guest_key_in, guest_key_sent
from mall.carts.services import merge_cart


def buyer_arrived(request: HttpRequest, buyer_id: int) -> None:
    """What lies in this browser's or app's cart is the buyer's from now on. Fills mall.buyers.ports.buyer_logged_in."""
    for key in {guest_key_in(request), guest_key_sent(request)} - {""}:
        merge_cart(source=CartOwner(guest_key=key), buyer=Buyer.objects.get(pk=buyer_id))
