"""Hanging up banners, changing them and taking them down."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from mall.banners.errors import BadBanner, TooManyBanners
from mall.banners.models import Banner
from mall.catalogue.pictures import drawn_anew
from mall.inputs import checked_line, checked_number
from mall.malls.models import Mall
from mall.tenancy.context import require_mall_id

BANNERS_MAX = 8
POSITION_MAX = 1_000_000
# A path of the mall itself: an address elsewhere would make the home page a signpost for strangers.
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?=&,+:@-]*")


def add_banner(*, data: bytes, title: str = "", link: str = "", position: int = 0) -> Banner:
    """Hang up a picture (JPEG, PNG or WebP up to 10 MB, drawn anew). Locks the mall's row.

    link: a path inside the mall, or empty. Raises BadPicture, BadBanner, TooManyBanners.
    """
    fields = _checked({"title": title, "link": link, "position": position})
    drawn = drawn_anew(data)
    mall_id = require_mall_id("A banner")
    Mall.objects.select_for_update(no_key=True).get(pk=mall_id)
    if Banner.objects.count() >= BANNERS_MAX:
        raise TooManyBanners(_("至多 %(most)s 张轮播图，请先删除一张。") % {"most": BANNERS_MAX})
    return Banner.objects.create(file=_stored(drawn), **fields)


def change_banner(*, banner: Banner, data: bytes | None = None, **changes: Any) -> Banner:
    """Change title, link, position or is_active; data: another picture. Locks the banner.

    Raises BadPicture, BadBanner.
    """
    fields = _checked(changes)
    banner = Banner.objects.select_for_update(no_key=True).get(pk=banner.pk)
    if data is not None:
        before, fields["file"] = banner.file, _stored(drawn_anew(data))
        transaction.on_commit(partial(default_storage.delete, before), robust=True)
    for field, value in fields.items():
        setattr(banner, field, value)
    if fields:
        banner.save(update_fields=list(fields))
    return banner


def order_banners(*, banners: Sequence[Banner]) -> None:
    """Show the mall's banners in this order: all of them, each once. Locks the mall's row. Raises BadBanner."""
    Mall.objects.select_for_update(no_key=True).get(pk=require_mall_id("The banners"))
    wanted = [banner.pk for banner in banners]
    if sorted(wanted) != sorted(Banner.objects.values_list("pk", flat=True)):
        raise BadBanner(_("排序（banners）须包含全部轮播图，每张一次。"), field="banners")
    for position, banner in enumerate(banners):
        banner.position = position
    Banner.objects.bulk_update(banners, ["position"])


def remove_banner(*, banner: Banner) -> None:
    """Take a banner down; its file goes once that is certain."""
    file = banner.file
    banner.delete()
    transaction.on_commit(partial(default_storage.delete, file), robust=True)


def _stored(drawn: bytes) -> str:
    file = f"{require_mall_id('A banner')}/banners/{uuid.uuid4().hex}.jpg"
    return default_storage.save(file, ContentFile(drawn))


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for field, value in changes.items():
        if field == "title":
            checked[field] = checked_line(field, value, 60, refuse=BadBanner)
        elif field == "link":
            checked[field] = _checked_link(value)
        elif field == "position":
            checked[field] = checked_number(field, value, POSITION_MAX, refuse=BadBanner)
        elif field == "is_active" and isinstance(value, bool):
            checked[field] = value
        else:
            raise BadBanner(_("轮播图没有名为 %(field)s 的字段。") % {"field": field[:40]}, field=field[:40])
    return checked


def _checked_link(value: Any) -> str:
    link = checked_line("link", value, 300, refuse=BadBanner)
    if link and not _PATH.fullmatch(link):
        raise BadBanner(_("链接（link）须是本商城内的路径，例如 /products 或 /products/…，也可以留空。"), field="link")
    return link
