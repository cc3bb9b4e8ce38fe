"""What a member has, and what is on its way to him."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from commissions.payouts.models import Payee, Payout
from mall.tenancy.context import require_mall_id


def balance_of(member_id: int) -> dict[str, int | str]:
    """Pending, available, in transit, paid out and debt of a member in fen, read from the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, balance_fen FROM commissions_account WHERE mall_id = %s AND member_id = %s",
            [require_mall_id(), member_id],
        )
        balances = dict(cursor.fetchall())
        cursor.execute(
            "SELECT coalesce(-sum(e.amount_fen), 0)::bigint FROM commissions_entry e "
            "JOIN commissions_journal j ON j.mall_id = e.mall_id AND j.id = e.journal_id "
            "AND j.event_type = 'payout_settle' "
            "JOIN commissions_account a ON a.mall_id = e.mall_id AND a.id = e.account_id "
            "WHERE a.mall_id = %s AND a.member_id = %s AND a.kind = 'in_transit'",
            [require_mall_id(), member_id],
        )
        paid_out = cursor.fetchone()[0]
    return {
        "pending_fen": balances.get("pending", 0),
        "available_fen": balances.get("available", 0),
        "in_transit_fen": balances.get("in_transit", 0),
        "paid_out_fen": paid_out,
        "debt_fen": -balances.get("debt", 0),
        "currency": "CNY",
    }


def left_behind(member_id: int) -> int:
    """What a member would give up by closing his account now, in fen (port of the members floor)."""
    balance = balance_of(member_id)
    return int(balance["pending_fen"]) + int(balance["available_fen"])


def payouts_of(member_id: int) -> QuerySet[Payout]:
    """A member's payouts, newest first."""
    return Payout.objects.filter(member=member_id).select_related("payee").order_by("-id")


def payees_of(member_id: int) -> QuerySet[Payee]:
    """A member's payees that have not been erased, newest first."""
    return Payee.objects.filter(member=member_id, erased_at__isnull=True).order_by("-id")


def payouts_of_mall(*, status: str | None = None) -> QuerySet[Payout]:
    """The mall's payouts, newest first."""
    found = Payout.objects.select_related("payee", "member__buyer", "approved_by", "ended_by").order_by("-id")
    return found.filter(status=status) if status else found
