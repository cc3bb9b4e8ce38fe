"""A buyer's address book: twenty addresses, one of them where parcels go when nothing else is said."""

from __future__ import annotations

from typing import Any

from mall.addresses.errors import BadAddress, BookFull
from mall.addresses.models import Address
from mall.buyers.models import Buyer
from mall.orders.errors import BadOrder
from mall.orders.placing import checked_address

BOOK_MOST = 20
FIELDS = ("name", "phone", "province", "city", "district", "detail")


def add_address(*, buyer: Buyer, fields: dict[str, Any], is_default: bool = False) -> Address:
    """A new address of the buyer; his first is the default. Locks the buyer. Raises BadAddress, BookFull."""
    checked = _checked(fields)
    _lock(buyer)
    kept = Address.objects.filter(buyer=buyer).count()
    if kept >= BOOK_MOST:
        raise BookFull
    if is_default:
        _drop_default(buyer)
    return Address.objects.create(buyer=buyer, **checked, is_default=is_default or kept == 0)


def change_address(*, address: Address, fields: dict[str, Any], is_default: bool | None = None) -> Address:
    """Write what is given over an address. The default stays one until another is made it.

    Orders placed keep the address they were placed with. Locks the buyer. Raises BadAddress.
    """
    checked = _checked({name: fields.get(name, getattr(address, name)) for name in FIELDS})
    _lock(address.buyer)
    if is_default:
        _drop_default(address.buyer)
        address.is_default = True
    for name, value in checked.items():
        setattr(address, name, value)
    address.save(update_fields=[*FIELDS, "is_default"])
    return address


def remove_address(*, address: Address) -> None:
    """Take an address out of the book; the newest of those left becomes the default. Locks the buyer."""
    buyer = address.buyer
    _lock(buyer)
    Address.objects.filter(pk=address.pk).delete()
    if not Address.objects.filter(buyer=buyer, is_default=True).exists():
        newest = Address.objects.filter(buyer=buyer).order_by("-id").values("pk")[:1]
        Address.objects.filter(pk__in=newest).update(is_default=True)


def remember_address(*, buyer: Buyer, fields: dict[str, str]) -> None:
    """Keep the address of an order for the next one, unless it is kept already or the book is full."""
    if not Address.objects.filter(buyer=buyer, **fields).exists():
        try:
            add_address(buyer=buyer, fields=fields)
        except BookFull:
            return


def _checked(fields: dict[str, Any]) -> dict[str, str]:
    try:
        return checked_address(fields)
    except BadOrder as error:
        raise BadAddress(error.message, field=(error.field or "").rpartition(".")[2] or "detail") from error


def _lock(buyer: Buyer) -> None:
    """One at a time in one book, so that it never holds two defaults or one too many."""
    Buyer.objects.select_for_update(no_key=True).get(pk=buyer.pk)


def _drop_default(buyer: Buyer) -> None:
    Address.objects.filter(buyer=buyer, is_default=True).update(is_default=False)
