"""Input fields that take exactly what they say: no "5" for 5, no true for 1, no control characters."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from mall.money import FEN_MAX


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer; strings, floats and booleans are refused."""

    default_error_messages = {"invalid": _("必须是整数。")}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class FenField(StrictIntegerField):
    """An amount in fen, from 0 (or min_value) to FEN_MAX."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", FEN_MAX)
        super().__init__(**kwargs)


class TextField(serializers.CharField):
    """A bounded line of text without control or direction-changing characters."""

    default_error_messages = {"control": _("不能包含控制字符。"), "invalid": _("必须是文本。")}

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if any(unicodedata.category(character) in {"Cc", "Cs"} or character in "\u202a\u202b\u202d\u202e" for character in text):
            self.fail("control")
        return text
