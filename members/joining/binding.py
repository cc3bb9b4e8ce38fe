"""A buyer becomes a member below his referrer: the row, and the history of how it came to be."""

from __future__ import annotations

from datetime import datetime

from mall.buyers.models import Buyer
from mall.tenancy.context import require_mall_id
from members.joining.ports import ReferrerFound
from members.models import Member

# Both rows by one statement. The new id is larger than the referrer's, which the table checks.
_BIND = """
WITH member AS (
    INSERT INTO members_member (mall_id, buyer_id, referrer_id, standing, joined_at)
    VALUES (%(mall)s, %(buyer)s, %(referrer)s, %(standing)s, %(at)s) RETURNING *
), binding AS (
    INSERT INTO members_binding (mall_id, member_id, referrer_id, source, code, at)
    SELECT %(mall)s, id, %(referrer)s, %(source)s, %(code)s, %(at)s FROM member
)
SELECT * FROM member
"""


def bind(*, buyer: Buyer, found: ReferrerFound, at: datetime) -> Member:
    """The member, bound for good, and his Binding. Raises IntegrityError when the buyer is a member already."""
    (member,) = Member.objects.raw(
        _BIND,
        {
            "mall": require_mall_id("A member"),
            "buyer": buyer.pk,
            "referrer": found.member_id,
            "standing": Member.Standing.ACTIVE.value,
            "at": at,
            "source": found.source[:20],
            "code": found.code[:20],
        },
    )
    member.buyer = buyer
    return member
