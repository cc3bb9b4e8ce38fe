"""Questions about members: who belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from mall.buyers.models import Buyer
from mall.tenancy.context import require_mall_id
from members.models import Member


def member_of_buyer(buyer_id: int | None) -> Member | None:
    """The member a buyer is, with his buyer; None for a guest or for nobody."""
    if buyer_id is None:
        return None
    return Member.objects.select_related("buyer").filter(buyer_id=buyer_id).first()


def is_member(buyer: Buyer) -> bool:
    """Whether a buyer has registered and not left (port of the mall floor: members' prices)."""
    return Member.objects.filter(buyer=buyer, closed_at__isnull=True).exists()


def members_with_buyers() -> QuerySet[Member]:
    """Members of the mall in force with their buyers, newest first."""
    return Member.objects.select_related("buyer", "referrer__buyer").order_by("-id")


def upline(member_id: int, levels: int) -> list[int]:
    """Ids of his referrer, that one's referrer and so on, at most `levels` of them. One statement.

    Never more than REFERRAL_MAX_LEVELS, whatever is asked for; suspended and closed members stand in it.
    """
    return uplines([member_id], levels).get(member_id, [])


def uplines(member_ids: Sequence[int], levels: int) -> dict[int, list[int]]:
    """The upline of many members in one statement; a member that is not there is not in the answer."""
    mall_id = require_mall_id("An upline")
    levels = min(levels, settings.REFERRAL_MAX_LEVELS)
    if not member_ids or levels < 1:
        return {member_id: [] for member_id in member_ids}
    with connection.cursor() as cursor:
        cursor.execute(_upline_statement(levels), [mall_id, list(member_ids)])
        return {row[0]: [one for one in row[1:] if one is not None] for row in cursor.fetchall()}


def _upline_statement(levels: int) -> str:
    """One self-join per level: the planner reads as many index entries as there are levels, no recursion."""
    columns = ", ".join(f"m{level}.referrer_id" for level in range(levels))
    joins = " ".join(
        f"LEFT JOIN members_member m{level} ON m{level}.mall_id = m0.mall_id AND m{level}.id = m{level - 1}.referrer_id"
        for level in range(1, levels)
    )
    return f"SELECT m0.id, {columns} FROM members_member m0 {joins} WHERE m0.mall_id = %s AND m0.id = ANY(%s)"  # noqa: S608 - numbers only


def downline_counts(member_id: int) -> list[int]:
    """How many members stand 1, 2, … REFERRAL_MAX_LEVELS levels below him. One statement."""
    levels = settings.REFERRAL_MAX_LEVELS
    counts = ", ".join(f"count(DISTINCT m{level}.id)" for level in range(1, levels + 1))
    joins = " ".join(
        f"LEFT JOIN members_member m{level} ON m{level}.mall_id = m1.mall_id AND m{level}.referrer_id = m{level - 1}.id"
        for level in range(2, levels + 1)
    )
    statement = f"SELECT {counts} FROM members_member m1 {joins} WHERE m1.mall_id = %s AND m1.referrer_id = %s"  # noqa: S608 - numbers only
    with connection.cursor() as cursor:
        cursor.execute(statement, [require_mall_id("A downline"), member_id])
        return list(cursor.fetchone())
