"""Input fields that take exactly what they say: no "5" for 5, no true for 1, no control characters."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from mall.money import FEN_MAX
from mall.text import is_clean

# What the framework puts on such a field by itself: least and most; length, no NUL, no lone surrogate.
_BOUNDS, _TEXT_RULES = 2, 3


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer; strings, floats and booleans are refused."""

    default_error_messages = {"invalid": _("必须是整数。")}

    def to_internal_value(self, data: Any) -> int:
        """The integer as it came."""
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)

    def run_validation(self, data: Any = empty) -> Any:
        """As the framework does, without its work where both bounds are kept."""
        is_bounded = None not in (self.min_value, self.max_value) and len(self.validators) == _BOUNDS
        is_bounded = is_bounded and not self.read_only
        if type(data) is int and is_bounded and self.min_value <= data <= self.max_value:
            return data
        return super().run_validation(data)


class FenField(StrictIntegerField):
    """An amount in fen, from 0 (or min_value) to FEN_MAX."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", FEN_MAX)
        super().__init__(**kwargs)


class StrictBooleanField(serializers.BooleanField):
    """JSON true or false; 1, "yes" and the like are refused."""

    default_error_messages = {"invalid": _("必须是 true 或 false。")}

    def to_internal_value(self, data: Any) -> bool:
        """The boolean as it came."""
        if type(data) is not bool:
            self.fail("invalid")
        return data


class TextField(serializers.CharField):
    """A bounded line of text without control or direction-changing characters."""

    default_error_messages = {"control": _("不能包含控制字符。"), "invalid": _("必须是文本。")}

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        # Else somebody has added a rule of his own.
        has_only_ours = self.min_length is None and len(self.validators) == _TEXT_RULES
        self._is_only_text = has_only_ours and not self.read_only

    def run_validation(self, data: Any = empty) -> Any:
        """As the framework does, without its work for a text as nearly everybody sends it."""
        is_plain = type(data) is str and self._is_only_text and 0 < len(data) <= self.max_length
        if is_plain and data == data.strip() and is_clean(data):
            return data
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        """The text without spaces around it."""
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if not is_clean(text):
            self.fail("control")
        return text


class ParagraphsField(serializers.CharField):
    """Bounded text of several lines; which characters may stand in it, the service says."""

    default_error_messages = {"invalid": _("必须是文本。")}

    def to_internal_value(self, data: Any) -> str:
        """The text as it came."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class SecretField(serializers.CharField):
    """A password as it was typed, spaces included; its rules are the services'."""

    default_error_messages = {"invalid": _("必须是文本。")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 128)
        super().__init__(trim_whitespace=False, write_only=True, style={"input_type": "password"}, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The secret as it came."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ChoiceTextField(serializers.ChoiceField):
    """One of a few words; anything that is no string is refused."""

    def to_internal_value(self, data: Any) -> str:
        """The word as it came."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return super().to_internal_value(data)
