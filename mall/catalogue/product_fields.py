"""A product's own fields: what a merchant may say about each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from mall.catalogue.errors import BadProduct
from mall.catalogue.models import Category
from mall.catalogue.rich_text import sanitized
from mall.freight.models import FreightTemplate
from mall.inputs import checked_line, checked_number, checked_text
from mall.tenancy.context import require_mall_id

DESCRIPTION_MAX = 20_000
POSITION_MAX = 1_000_000
LIMIT_MAX = 9_999
VIDEO_MAX = 300


def checked_fields(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, each as it is kept. Raises BadProduct naming the field."""
    checked: dict[str, Any] = {}
    for field, value in changes.items():
        if field not in _CHECKS:
            raise BadProduct(_("商品没有名为 %(field)s 的字段。") % {"field": field[:40]}, field=field[:40])
        checked[field] = _CHECKS[field](field, value)
    return checked


def _line(field: str, value: Any, *, most: int, least: int = 0) -> str:
    return checked_line(field, value, most, least=least, refuse=BadProduct)


def _description(field: str, value: Any) -> str:
    text = sanitized(checked_text(field, value, DESCRIPTION_MAX, refuse=BadProduct))
    # Cleaned HTML may be longer than what was typed: & becomes &amp;.
    return checked_text(field, text, DESCRIPTION_MAX, refuse=BadProduct)


def _position(field: str, value: Any) -> int:
    return checked_number(field, value, POSITION_MAX, refuse=BadProduct)


def _flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadProduct(_("%(field)s 须为是或否。") % {"field": field}, field=field)
    return value


def _limit(field: str, value: Any) -> int | None:
    return None if value is None else checked_number(field, value, LIMIT_MAX, least=1, refuse=BadProduct)


def _video(field: str, value: Any) -> str:
    address = checked_line(field, value, VIDEO_MAX, refuse=BadProduct)
    try:
        if address:
            URLValidator(schemes=["https"])(address)
    except ValidationError as error:
        raise BadProduct(_("视频地址须以 https:// 开头，例如 https://v.example.com/1.mp4。"), field=field) from error
    return address


def _category(field: str, value: Any) -> Category | None:
    if value is not None and (not isinstance(value, Category) or value.mall_id != require_mall_id("A category")):
        raise BadProduct(_("请选择本商城的分类。"), field=field)
    return value


def _template(field: str, value: Any) -> FreightTemplate | None:
    mall_id = require_mall_id("A freight template")
    if value is not None and (not isinstance(value, FreightTemplate) or value.mall_id != mall_id):
        raise BadProduct(_("请选择本商城的运费模板。"), field=field)
    return value


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "name": partial(_line, most=120, least=1),
    "subtitle": partial(_line, most=200),
    "keywords": partial(_line, most=200),
    "description": _description,
    "position": _position,
    "free_freight": _flag,
    "freight_template": _template,
    "purchase_limit": _limit,
    "video_url": _video,
    "category": _category,
}
