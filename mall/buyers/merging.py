"""Guests who turn out to be somebody the mall knows: what they had becomes his, and pays nothing backwards."""

from __future__ import annotations

from collections.abc import Iterable

from mall import clock
from mall.addresses.models import Address
from mall.addresses.services import BOOK_MOST, FIELDS
from mall.buyers.models import Buyer
from mall.buyers.ports import orders_change_hands
from mall.buyers.services import revoke_all_tokens
from mall.carts.owners import CartOwner
from mall.carts.services import merge_cart
from mall.coupons.models import Coupon
from mall.orders.models import Order
from mall.payments.wechat.models import WeChatIdentity
from mall.reviews.models import Review


def guests_holding(phone: str) -> list[Buyer]:
    """The guests who proved this phone (E.164) when they bought, the newest first. Ask it only once it was proved."""
    return list(Buyer.objects.filter(phone=phone, is_guest=True, closed_at__isnull=True).order_by("-id"))


def settle_orders_of(*, buyers: Iterable[Buyer]) -> None:
    """Have who is credited with their orders written down while the facts still are as they were."""
    orders = list(Order.objects.filter(buyer__in=list(buyers)).order_by("id").values_list("pk", flat=True))
    if orders:
        orders_change_hands(orders)


def take_over_guests(*, buyer: Buyer, guests: Iterable[Buyer]) -> int:
    """Give the buyer the orders, coupons, reviews, addresses, openids and cart of guests. How many guests went.

    The caller has seen that they are one person. Who is credited with an order, and all that was paid by it, stays
    as it was: that is written down before anything moves. The guests' log-ins end and their rows are closed.
    Locks the buyers by id. Registered buyers and closed ones among `guests` are left alone.
    """
    ids = sorted({guest.pk for guest in guests} - {buyer.pk})
    if not ids:
        return 0
    rows = Buyer.objects.select_for_update(no_key=True).filter(pk__in=[*ids, buyer.pk]).order_by("id")
    locked = [row for row in rows if row.pk != buyer.pk and row.is_guest and row.closed_at is None]
    settle_orders_of(buyers=locked)
    for model in (Order, Coupon, Review, WeChatIdentity):
        model.objects.filter(buyer__in=locked).update(buyer=buyer)
    for guest in reversed(locked):
        _move_addresses(guest, buyer)
        merge_cart(source=CartOwner(buyer=guest), buyer=buyer)
        revoke_all_tokens(buyer=guest)
        guest.phone, guest.nickname, guest.closed_at = None, "", clock.now()
        guest.save(update_fields=["phone", "nickname", "closed_at"])
    return len(locked)


def _move_addresses(guest: Buyer, buyer: Buyer) -> None:
    """Those the buyer's book has not yet, the newest first, as far as it has room; his default stays his."""
    kept = set(Address.objects.filter(buyer=buyer).values_list(*FIELDS))
    has_default = Address.objects.filter(buyer=buyer, is_default=True).exists()
    for entry in Address.objects.filter(buyer=guest).order_by("-is_default", "-id"):
        written = tuple(getattr(entry, name) for name in FIELDS)
        if written in kept or len(kept) >= BOOK_MOST:
            entry.delete()
            continue
        kept.add(written)
        entry.buyer, entry.is_default = buyer, entry.is_default and not has_default
        entry.save(update_fields=["buyer", "is_default"])
