"""Who holds a phone: a code that was sent to it proves it, and what he bought as a guest is his at once."""

from __future__ import annotations

from mall.buyers.errors import WrongCode
from mall.buyers.merging import guests_holding, take_over_guests
from mall.buyers.models import Buyer
from mall.buyers.phones import normalised
from mall.buyers.services import prove_phone, registered_buyer


def log_in_with_code(*, phone: str, code: str, network: str) -> Buyer:
    """The buyer who holds the phone: the registered one, else the guest who proved it when he bought.

    What other guests with this phone had becomes his. Raises BadPhone, WrongCode (for an unknown phone too), TooMany.
    """
    known = _known_by(phone=phone, code=code, network=network)
    if known is None:
        raise WrongCode
    return known


def buyer_holding_phone(*, phone: str, code: str, network: str) -> Buyer:
    """Like log_in_with_code, but nobody is turned away: who is unknown is a new guest.

    A guest's phone is written down only here, where it was proved; so nobody becomes another guest by typing his
    number. Raises BadPhone, WrongCode, TooMany.
    """
    known = _known_by(phone=phone, code=code, network=network)
    return known or Buyer.objects.create(is_guest=True, phone=normalised(phone))


def _known_by(*, phone: str, code: str, network: str) -> Buyer | None:
    prove_phone(phone=phone, purpose="login", code=code, network=network)
    phone = normalised(phone)
    guests = guests_holding(phone)
    known = registered_buyer(phone) or (guests[0] if guests else None)
    if known is not None:
        take_over_guests(buyer=known, guests=guests)
    return known
