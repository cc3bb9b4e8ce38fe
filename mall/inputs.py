"""Values somebody typed, checked in a service: every text has a length, every number its bounds."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mall.errors import BadInput
from mall.text import clean_line, is_clean


def checked_line(field: str, value: Any, most: int, *, refuse: type[BadInput], least: int = 0) -> str:
    """One clean line of least..most characters, stripped. Raises `refuse` naming the field."""
    line = clean_line(value, least=least, most=most)
    if line is None:
        raise refuse(
            _("%(field)s 须为 %(least)s 到 %(most)s 个字符，不能换行。")
            % {"field": field, "least": least, "most": most},
            field=field,
        )
    return line


def checked_text(field: str, value: Any, most: int, *, refuse: type[BadInput]) -> str:
    """Text of several clean lines, up to `most` characters in all. Raises `refuse` naming the field."""
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else None
    if text is None or len(text) > most or not is_clean(text.replace("\n", "").replace("\t", "")):
        raise refuse(_("%(field)s 至多 %(most)s 个字符。") % {"field": field, "most": most}, field=field)
    return text


def checked_number(field: str, value: Any, most: int, *, refuse: type[BadInput], least: int = 0) -> int:
    """A whole number within its bounds; True, "5" and 5.0 are none. Raises `refuse` naming the field."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise refuse(
            _("%(field)s 须为 %(least)s 到 %(most)s 之间的整数。") % {"field": field, "least": least, "most": most},
            field=field,
        )
    return value
