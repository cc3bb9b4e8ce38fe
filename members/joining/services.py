"""Joining: buyer, member and his referrer in one transaction."""

from __future__ import annotations

from django.db import transaction

from mall import clock
from mall.buyers.closing import was_erased
from mall.buyers.errors import CodeUsed, PhoneTaken
from mall.buyers.merging import guests_holding, settle_orders_of, take_over_guests
from mall.buyers.models import Buyer
from mall.buyers.phones import normalised
from mall.buyers.services import checked_nickname, checked_password, register_buyer, revoke_all_tokens, use_phone_code
from mall.events.services import record
from mall.malls.models import Mall
from mall.tenancy.context import require_mall_id
from members.joining.binding import bind
from members.joining.errors import CodeRequired, PasswordRequired
from members.joining.ports import ReferrerFound, referrer_behind
from members.models import Member


def join(
    *,
    phone: str,
    code: str | None = None,
    password: str | None = None,
    nickname: str = "",
    ref: str | None = None,
    visitor_key: str = "",
    guest: Buyer | None = None,
) -> Member:
    """Make somebody a member, bound to the referrer behind `ref` or behind his visitor, once and for good.

    Everything is written or nothing: buyer, member, Binding, event member.joined. An unknown code or a
    suspended referrer never stops a registration; it stays unbound, with the reason in the Binding.
    guest: the buyer he was in this browser until now. Whoever bought with this phone, proved by the code, was him
    as well, in whatever browser. What these had becomes the member's and pays nothing backwards.
    The statements are the same few however large the mall is.
    Raises BadPhone, BadNickname, WeakPassword, CodeRequired, PasswordRequired, WrongCode, PhoneTaken.
    """
    phone = normalised(phone)
    if password is not None:
        checked_password(password)
    nickname = checked_nickname(nickname)
    # After every check that needs no code: a page that shows the form again must not have used it up.
    # Outside of the inner transaction: a wrong guess must stay counted when all else is undone.
    _prove(phone=phone, code=code, password=password)
    with transaction.atomic():
        before = guests_holding(phone) if code else []
        # A guest who proved another phone is another person, who lent this one his browser.
        if guest is not None and guest.is_guest and guest.phone in (None, phone):
            before = [guest, *(one for one in before if one.pk != guest.pk)]
        settle_orders_of(buyers=before)
        buyer = register_buyer(phone=phone, password=password, nickname=nickname, guest=before[0] if before else None)
        for first in before[:1]:
            # They were let in as a guest, not as this member.
            revoke_all_tokens(buyer=first)
        take_over_guests(buyer=buyer, guests=before[1:])
        found = _allowed(referrer_behind(ref or None, visitor_key))
        member = bind(buyer=buyer, found=found, at=clock.now())
        payload: dict[str, object] = {"link": found.link_id}
        if found.is_himself:
            payload["own_visitor"] = True
        if was_erased(phone):
            payload["reregistered"] = True
        record("member.joined", member.pk, payload)
    return member


def _prove(*, phone: str, code: str | None, password: str | None) -> None:
    if not code:
        if Mall.objects.get(pk=require_mall_id()).phone_proof_required:
            raise CodeRequired
        if password is None:
            raise PasswordRequired
        return
    try:
        use_phone_code(phone=phone, purpose="register", code=code)
    except CodeUsed:
        # He has shown that he holds the phone, so he may hear that it is registered.
        if Buyer.objects.filter(phone=phone, is_guest=False).exists():
            raise PhoneTaken from None
        raise


def _allowed(found: ReferrerFound) -> ReferrerFound:
    """What was found, unless that member may bring nobody any more."""
    if found.member_id is None:
        return found
    standing = Member.objects.filter(pk=found.member_id).values_list("standing", flat=True).first()
    if standing == Member.Standing.ACTIVE:
        return found
    why = "suspended" if standing == Member.Standing.SUSPENDED else "closed" if standing else "unknown_code"
    return ReferrerFound(source=f"refused:{why}", code=found.code)
