"""Closing an account settles its balance first: nothing may be left owing on either side."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from commissions.errors import BalanceNotSettled
from commissions.ledger.models import AccountKind
from commissions.ledger.posting import Book, Movement, Place
from commissions.payouts.models import Payee
from commissions.settlement.models import Commission, Settlement
from mall import clock
from mall.money import yuan


def settle_before_closing(member_id: int, confirmed_forfeit_fen: int | None = None) -> None:
    """Empty a member's accounts before he leaves (port of the members floor).

    Money on its way or in debt must be dealt with first, and so must what is pending or available,
    unless he confirms the exact sum he gives up. Raises BalanceNotSettled with the sums.
    Locks the settlements of his pending commissions, then his accounts. Erases his payees.
    """
    unreleased = Commission.objects.filter(
        beneficiary=member_id, released_at__isnull=True, reversed_fen__lt=F("accrued_fen")
    ).order_by("conversion_id", "id")
    settlements = list(
        Settlement.objects.select_for_update(no_key=True)
        .filter(conversion__in=unreleased.values("conversion"))
        .order_by("conversion_id")
    )
    pending = list(unreleased)
    book, now = Book([member_id]), clock.now()
    kinds = (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, AccountKind.DEBT)
    waiting, available, in_transit, debt = (book.balance(member_id, kind) for kind in kinds)
    if in_transit:
        raise BalanceNotSettled(
            _("有 ¥%(in_transit)s 正在提现，到账或退回后才能注销。") % {"in_transit": yuan(in_transit)}
        )
    if debt:
        raise BalanceNotSettled(_("有 ¥%(debt)s 待抵扣，请先联系商家处理。") % {"debt": yuan(-debt)})
    forfeit = waiting + available
    if forfeit and confirmed_forfeit_fen != forfeit:
        raise BalanceNotSettled(
            _(
                "待结算 ¥%(waiting)s，可提现 ¥%(available)s。请先提现，"
                "或确认放弃 %(forfeit)s 分（confirm_forfeit_fen=%(forfeit)s）。"
            )
            % {"waiting": yuan(waiting), "available": yuan(available), "forfeit": forfeit}
        )
    for commission in pending:
        commission.reversed_fen, commission.ended_reason = commission.accrued_fen, "closed"
        commission.save(update_fields=["reversed_fen", "ended_reason"])
    for settlement in settlements:
        for level in settlement.trace["levels"]:
            if level["member"] == member_id:
                # Later events compute from the trace: without this the next refund would pay him again.
                level["why"] = "closed"
        settlement.save(update_fields=["trace"])
    if forfeit:
        legs: dict[Place, int] = {
            (member_id, AccountKind.PENDING): -waiting,
            (member_id, AccountKind.AVAILABLE): -available,
            (None, AccountKind.EXPENSE): forfeit,
        }
        book.move(Movement("forfeit", str(member_id), legs, now))
        book.post(now)
    Payee.objects.filter(member=member_id, erased_at__isnull=True).update(sealed="", masked="", erased_at=now)
