"""Closing an account (注销): the balance first, then the person."""

from __future__ import annotations

from django.db import transaction

from mall import clock
from mall.buyers.closing import close_buyer
from members.closing.ports import before_closing
from members.models import Member, StandingChange


def close_account(*, member: Member, forfeit_fen: int | None = None) -> None:
    """Settle the member's balance, end his right to earn, erase who he was. For good, all or nothing.

    What he brought stays bound to him and pays nobody any more. forfeit_fen: the exact sum in fen he
    agrees to give up. Locks the member's row, then what settling locks. Closing twice changes nothing.
    Raises OpenOrders, and what the floors above raise about an unsettled balance.
    """
    with transaction.atomic():
        locked = Member.objects.select_for_update(no_key=True, of=("self",)).select_related("buyer").get(pk=member.pk)
        if locked.standing == Member.Standing.CLOSED:
            return
        before_closing(locked.pk, forfeit_fen)
        at = clock.now()
        before, locked.standing, locked.closed_at = locked.standing, Member.Standing.CLOSED, at
        locked.save(update_fields=["standing", "closed_at"])
        StandingChange.objects.create(
            member=locked, before=before, after=locked.standing, actor=f"buyer:{locked.buyer_id}", at=at
        )
        close_buyer(buyer=locked.buyer)
