"""Taking share links."""

from __future__ import annotations

from typing import Any

from django.db import connection

from mall import clock
from mall.catalogue.models import Product
from mall.tenancy.context import require_mall_id
from mall.text import clean_line
from members.models import Member
from referrals.links.codes import new_code
from referrals.links.errors import (
    BadCampaign,
    NoPromoter,
    ProductNeeded,
    ProductNotMeant,
    UnknownChannel,
    UnknownKind,
)
from referrals.links.models import Channel, LinkKind, ShareLink

DEFAULT_CHANNELS = (("wechat", "微信"), ("weibo", "微博"), ("qq", "QQ"), ("other", "其他"))
CAMPAIGN_MAX = 40
# Two random codes meet once in 10^14; more than a few in a row is no chance any more.
CODE_TRIES = 5

_INSERT = """
INSERT INTO referrals_sharelink
    (mall_id, code, owner_id, kind, product_id, channel_id, campaign, came_through_id, created_at)
VALUES (%(mall)s, %(code)s, %(owner)s, %(kind)s, %(product)s, %(channel)s, %(campaign)s, (
    SELECT COALESCE(
        (SELECT l.id FROM members_binding b
         JOIN referrals_sharelink l ON l.mall_id = b.mall_id AND l.code = b.code
         WHERE b.mall_id = %(mall)s AND b.member_id = %(owner)s AND b.referrer_id IS NOT NULL
         ORDER BY b.id LIMIT 1),
        (SELECT c.link_id FROM referrals_visitormember v
         JOIN referrals_click c ON c.mall_id = v.mall_id AND c.visitor_key = v.visitor_key
         JOIN referrals_sharelink l ON l.mall_id = c.mall_id AND l.id = c.link_id
         WHERE v.mall_id = %(mall)s AND v.member_id = %(owner)s AND l.owner_id <> %(owner)s AND c.at <= %(at)s
         ORDER BY c.at DESC LIMIT 1))
    ), %(at)s)
ON CONFLICT DO NOTHING
RETURNING id
"""


def create_default_channels(mall_id: int) -> None:
    """The channels every mall begins with. Saying it twice adds none. Needs mall_scope."""
    Channel.objects.bulk_create(
        (
            Channel(mall_id=mall_id, slug=slug, name=name, position=position)
            for position, (slug, name) in enumerate(DEFAULT_CHANNELS)
        ),
        ignore_conflicts=True,
    )


def take_link(
    *, owner: Member, kind: str, channel_slug: str, product: Product | None = None, campaign: str = ""
) -> tuple[ShareLink, bool]:
    """The owner's link of this kind, product, channel and campaign; made at the first asking: (link, whether new).

    However many ask at once, one link is made (unique key). Locks nothing.
    Raises NoPromoter, UnknownKind, UnknownChannel, ProductNeeded, ProductNotMeant, BadCampaign.
    """
    channel = _checked(owner, kind, channel_slug, product)
    line = clean_line(campaign, most=CAMPAIGN_MAX)
    if line is None:
        raise BadCampaign
    wanted = {"owner": owner, "kind": kind, "product": product, "channel": channel, "campaign": line}
    found = _find(wanted)
    if found is not None:
        return found, False
    for _attempt in range(CODE_TRIES):
        link_id = _insert(wanted)
        # Nothing inserted: somebody was quicker with the same link, or the code is taken already.
        found = _find(wanted)
        if found is not None:
            return found, link_id is not None
    raise RuntimeError(f"no free share code in {CODE_TRIES} tries")


def _checked(owner: Member, kind: str, channel_slug: str, product: Product | None) -> Channel:
    if owner.standing != Member.Standing.ACTIVE:
        raise NoPromoter
    if kind not in LinkKind.values:
        raise UnknownKind
    if kind == LinkKind.PRODUCT and product is None:
        raise ProductNeeded
    if kind != LinkKind.PRODUCT and product is not None:
        raise ProductNotMeant
    slug = clean_line(channel_slug, most=30, least=1)
    channel = Channel.objects.filter(slug=slug).first() if slug else None
    if channel is None:
        raise UnknownChannel
    return channel


def _find(wanted: dict[str, Any]) -> ShareLink | None:
    return ShareLink.objects.select_related("product", "channel", "review").filter(**wanted).first()


def _insert(wanted: dict[str, Any]) -> int | None:
    """The new link's id, or None where one of the unique keys was in the way."""
    product = wanted["product"]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "mall": require_mall_id("A share link"),
                "code": new_code(),
                "owner": wanted["owner"].pk,
                "kind": wanted["kind"],
                "product": product.pk if product else None,
                "channel": wanted["channel"].pk,
                "campaign": wanted["campaign"],
                "at": clock.now(),
            },
        )
        row = cursor.fetchone()
    return row[0] if row else None
