"""Payouts by hand: the request holds the money, a person approves, evidence settles, or it comes back.

Lock order: payout row → ledger accounts. Every step is one transaction and one journal.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.utils.translation import gettext as _

from commissions.errors import (
    DebtOutstanding,
    FourEyes,
    InsufficientBalance,
    NotActive,
    PayeeUnknown,
    PayoutBelowMinimum,
    PayoutNotInState,
)
from commissions.ledger.models import AccountKind
from commissions.ledger.posting import Book, Movement, Place
from commissions.payouts.models import Payee, Payout, PayoutStatus
from mall import clock
from mall.events.services import record
from mall.malls.models import Mall
from mall.money import yuan
from mall.sealing import seal, unseal
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id
from members.models import Member

PAYEE_PURPOSE = "payee"


def add_payee(*, member: Member, method: str, name: str, account: str, bank: str) -> Payee:
    """Keep where a member wants his money: real name, account, bank; encrypted at rest."""
    _require_active(member)
    sealed = seal({"name": name, "account": account, "bank": bank}, PAYEE_PURPOSE)
    return Payee.objects.create(member=member, method=method, sealed=sealed, masked=f"{bank} ····{account[-4:]}")


def payee_details(payee: Payee) -> dict[str, Any]:
    """Name, account and bank, for the person who transfers. Empty once erased."""
    return {} if payee.erased_at else unseal(payee.sealed, PAYEE_PURPOSE)


def request_payout(*, member: Member, amount_fen: int, payee: Payee) -> Payout:
    """Hold amount_fen of what is available and ask for its transfer.

    Raises NotActive, PayeeUnknown, PayoutBelowMinimum, DebtOutstanding, InsufficientBalance.
    Locks the member's accounts, so two requests at once never hold the same fen.
    """
    _require_active(member)
    if payee.member_id != member.pk or payee.erased_at is not None:
        raise PayeeUnknown(_("没有这个收款账户。"))
    minimum = Mall.objects.values_list("payout_min_fen", flat=True).get(pk=require_mall_id())
    if amount_fen < minimum:
        raise PayoutBelowMinimum(_("每次至少提现 ¥%(minimum)s。") % {"minimum": yuan(minimum)})
    book = Book([member.pk])
    debt = -book.balance(member.pk, AccountKind.DEBT)
    if debt:
        raise DebtOutstanding(_("有 ¥%(debt)s 待抵扣，抵扣完后才能提现。") % {"debt": yuan(debt)})
    available = book.balance(member.pk, AccountKind.AVAILABLE)
    if amount_fen > available:
        raise InsufficientBalance(
            _("可提现 ¥%(available)s，少于 ¥%(amount_fen)s。")
            % {"available": yuan(available), "amount_fen": yuan(amount_fen)}
        )
    now = clock.now()
    payout = Payout.objects.create(
        number=f"PO{now:%Y%m%d}{secrets.token_hex(8).upper()}",
        member=member,
        payee=payee,
        amount_fen=amount_fen,
        requested_at=now,
    )
    _move(book, payout, "payout_hold", {
        (member.pk, AccountKind.AVAILABLE): -amount_fen,
        (member.pk, AccountKind.IN_TRANSIT): amount_fen,
    })  # fmt: skip
    record("payout.requested", payout.pk)
    return payout


def approve_payout(*, payout: Payout, staff: StaffMember) -> Payout:
    """A person with that right lets it go; the money stays held. Raises PayoutNotInState."""
    payout = _locked(payout, PayoutStatus.REQUESTED)
    payout.status, payout.approved_by, payout.approved_at = PayoutStatus.APPROVED, staff.user, clock.now()
    payout.save(update_fields=["status", "approved_by", "approved_at"])
    log(action="payout.approved", subject=payout, detail={"amount_fen": payout.amount_fen}, actor=staff)
    record("payout.approved", payout.pk)
    return payout


def settle_payout(*, payout: Payout, staff: StaffMember, evidence: str) -> Payout:
    """The transfer has been made; evidence says how it is found again.

    Raises PayoutNotInState, and FourEyes where the mall wants another person than the approver.
    """
    payout = _locked(payout, PayoutStatus.APPROVED)
    if Mall.objects.get(pk=payout.mall_id).four_eyes_payouts and payout.approved_by_id == staff.user_id:
        raise FourEyes(_("本商城要求由另一位同事确认打款。"))
    payout.status, payout.evidence = PayoutStatus.SETTLED, evidence
    payout.ended_by, payout.ended_at = staff.user, clock.now()
    payout.save(update_fields=["status", "evidence", "ended_by", "ended_at"])
    _move(Book([payout.member_id]), payout, "payout_settle", {
        (payout.member_id, AccountKind.IN_TRANSIT): -payout.amount_fen,
        (None, AccountKind.PAID_OUT): payout.amount_fen,
    })  # fmt: skip
    log(action="payout.settled", subject=payout, detail={"amount_fen": payout.amount_fen}, actor=staff)
    record("payout.settled", payout.pk)
    return payout


def reject_payout(*, payout: Payout, staff: StaffMember, reason: str) -> Payout:
    """Give the held money back, with the reason; debt that arose meanwhile is repaid first. Raises PayoutNotInState."""
    payout = _locked(payout, PayoutStatus.REQUESTED, PayoutStatus.APPROVED)
    payout.status, payout.reason = PayoutStatus.REJECTED, reason
    payout.ended_by, payout.ended_at = staff.user, clock.now()
    payout.save(update_fields=["status", "reason", "ended_by", "ended_at"])
    book = Book([payout.member_id])
    repaid = min(payout.amount_fen, -book.balance(payout.member_id, AccountKind.DEBT))
    _move(book, payout, "payout_return", {
        (payout.member_id, AccountKind.IN_TRANSIT): -payout.amount_fen,
        (payout.member_id, AccountKind.DEBT): repaid,
        (payout.member_id, AccountKind.AVAILABLE): payout.amount_fen - repaid,
    })  # fmt: skip
    log(action="payout.rejected", subject=payout, detail={"amount_fen": payout.amount_fen}, actor=staff)
    record("payout.rejected", payout.pk)
    return payout


def write_off_debt(*, member: Member, amount_fen: int, staff: StaffMember, reason: str) -> None:
    """Give up on part of a member's debt, journalled to the mall's write-offs. Raises InsufficientBalance above it."""
    book = Book([member.pk])
    debt = -book.balance(member.pk, AccountKind.DEBT)
    if not 0 < amount_fen <= debt:
        raise InsufficientBalance(_("待抵扣金额是 ¥%(debt)s，核销金额必须大于 0 且不超过它。") % {"debt": yuan(debt)})
    entry = log(
        action="debt.written_off", subject=member, detail={"amount_fen": amount_fen, "reason": reason}, actor=staff
    )
    now = clock.now()
    legs: dict[Place, int] = {(member.pk, AccountKind.DEBT): amount_fen, (None, AccountKind.WRITE_OFF): -amount_fen}
    book.move(Movement("write_off", str(entry.pk), legs, now))
    book.post(now)


def _require_active(member: Member) -> None:
    if member.standing != Member.Standing.ACTIVE:
        raise NotActive(_("账号已停权或注销，不能提现，请联系商家。"))


def _locked(payout: Payout, *allowed: PayoutStatus) -> Payout:
    locked = Payout.objects.select_for_update(no_key=True).get(pk=payout.pk)
    if locked.status not in allowed:
        raise PayoutNotInState(
            _("这笔提现%(status)s，不能再进行此操作。") % {"status": PayoutStatus(locked.status).label}
        )
    return locked


def _move(book: Book, payout: Payout, event_type: str, legs: dict[Place, int]) -> None:
    now = clock.now()
    book.move(Movement(event_type, str(payout.pk), legs, now, payout_id=payout.pk))
    book.post(now)
