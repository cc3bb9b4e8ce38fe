"""Questions about share links: whose, where they lead, what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from mall.malls.selectors import base_url, primary_host
from mall.tenancy.context import require_mall_id
from members.models import Member
from referrals.links.codes import readable_code
from referrals.links.models import Channel, ShareLink
from referrals.links.ports import earned_by_link


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """What one link brought so far. Money in fen: paid_fen before, commission_fen after refunds.

    clicks: all arrivals. valid_clicks: those that bill. orders and paid_fen: of orders that were paid.
    """

    clicks: int = 0
    valid_clicks: int = 0
    registrations: int = 0
    orders: int = 0
    paid_fen: int = 0
    commission_fen: int = 0


def channels() -> QuerySet[Channel]:
    """The mall's channels in their order."""
    return Channel.objects.order_by("position", "id")


def links_of(owner: Member) -> QuerySet[ShareLink]:
    """A member's links, newest first."""
    return ShareLink.objects.select_related("product", "channel", "review").filter(owner=owner).order_by("-id")


def link_by_code(text: object) -> ShareLink | None:
    """The link of a share code as somebody typed or sent it; None for whatever is none of this mall's."""
    code = readable_code(text)
    return ShareLink.objects.select_related("product").filter(code=code).first() if code else None


def mall_address() -> str:
    """Scheme, host and port that the mall's links begin with; to be asked once per list."""
    return base_url(primary_host())


def link_url(link: ShareLink, address: str | None = None) -> str:
    """The link as it is passed on."""
    return f"{address or mall_address()}/s/{link.code}"


def counts_of(link_ids: Sequence[int]) -> dict[int, LinkCounts]:
    """{link id: counts} for every id asked for, in three statements however many there are."""
    if not link_ids:
        return {}
    ids, mall_id = list(link_ids), require_mall_id("The counts of links")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT link_id, count(*), count(*) FILTER (WHERE is_attributable AND reason = '') FROM referrals_click "
            "WHERE mall_id = %s AND link_id = ANY(%s) GROUP BY link_id",
            [mall_id, ids],
        )
        clicks = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT c.link_id, count(*) FILTER (WHERE c.kind = 'registration'), count(o.id), "
            "COALESCE(sum(o.total_fen), 0)::bigint FROM referrals_conversion c LEFT JOIN mall_order o "
            "ON o.mall_id = c.mall_id AND o.id = c.order_id AND o.paid_at IS NOT NULL "
            "WHERE c.mall_id = %s AND c.link_id = ANY(%s) AND c.kind <> 'click' GROUP BY c.link_id",
            [mall_id, ids],
        )
        brought = {row[0]: row[1:] for row in cursor.fetchall()}
    earned = earned_by_link(ids)
    return {
        link_id: LinkCounts(*clicks.get(link_id, (0, 0)), *brought.get(link_id, (0, 0, 0)), earned.get(link_id, 0))
        for link_id in ids
    }
