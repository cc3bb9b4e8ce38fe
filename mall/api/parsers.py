"""JSON from outside: bounded in size and depth, without repeated keys, NaN or characters no database takes."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

BODY_MAX_BYTES = 256 * 1024
DEPTH_MAX = 20
NUMBER_MAX_DIGITS = 30
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class BoundedJSONParser(BaseParser):
    """Answers 400 with a sentence for whatever cannot be meant honestly."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        raw = stream.read(BODY_MAX_BYTES + 1)
        if len(raw) > BODY_MAX_BYTES:
            raise ParseError(_("请求体超过 %(most)s KB。") % {"most": BODY_MAX_BYTES // 1024})
        # So few brackets cannot lie deeper.
        if raw.count(b"[") + raw.count(b"{") > DEPTH_MAX:
            _refuse_depth(raw)
        try:
            found = json.loads(raw.decode("utf-8"), **_STRICT)
            # UTF-8 holds no surrogates and JSON no bare NUL: only an escape can have made one.
            return _checked(found) if b"\\u" in raw else found
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise ParseError(_("不是有效的 JSON：%(error)s") % {"error": error}) from error


def _refuse_depth(raw: bytes) -> None:
    """Count brackets outside of strings, before the real parser recurses over them."""
    depth, in_string, escaped = 0, False, False
    for byte in raw:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise ParseError(_("JSON 嵌套超过 %(most)s 层。") % {"most": DEPTH_MAX})
        elif byte in b"]}":
            depth -= 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(_("字段 %(name)s 出现了两次") % {"name": repr(name)})
        found[name] = value
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(_("%(name)s 不是数字") % {"name": name})


def _bounded_int(digits: str) -> int:
    if len(digits) > NUMBER_MAX_DIGITS:
        raise ValueError(_("数字过长"))
    return int(digits)


def _bounded_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(_("数字过大"))
    return number


_STRICT = {
    "object_pairs_hook": _once,
    "parse_constant": _refuse_constant,
    "parse_int": _bounded_int,
    "parse_float": _bounded_float,
}


def _checked(value: Any) -> Any:
    """Refuse NUL and lone surrogates wherever they stand: PostgreSQL would, with a 500."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError(_("文本中含有 NUL 字符"))
        if _LONE_SURROGATE.search(value):
            raise ValueError(_("文本中含有不成对的代理字符"))
    elif isinstance(value, dict):
        for key, item in value.items():
            _checked(key)
            _checked(item)
    elif isinstance(value, list):
        for item in value:
            _checked(item)
    return value
