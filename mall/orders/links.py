"""A guest's order is reached by a signed link: who has the link may read the order, and nothing else of his."""

from __future__ import annotations

from django.core import signing

from mall.api.lookup import public_uuid
from mall.orders.models import Order
from mall.tenancy.context import require_mall_id


def link_token(order: Order) -> str:
    """What stands in the link. It names one order of one mall, and cannot be guessed or carried over."""
    return _signer().sign(str(order.public_id))


def order_behind(token: str) -> Order | None:
    """The order a link leads to; None for a forged token, another mall's, or a link to nothing."""
    if not token.isascii():
        return None
    try:
        public_id = public_uuid(_signer().unsign(token))
    except signing.BadSignature:
        return None
    return Order.objects.filter(public_id=public_id).first() if public_id else None


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"mall.orders.links:{require_mall_id('An order link')}")
