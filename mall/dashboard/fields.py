"""Form fields as merchants type them: yuan and per cent outside, fen and basis points inside."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mall.money import BPS_FULL, FEN_MAX
from mall.text import is_clean

# No floats and no Decimals on the way: the digits themselves are read.
_TWO_PLACES = re.compile(r"^(\d{1,12})(?:\.(\d{1,2}))?$", re.ASCII)


def hundredths(typed: str) -> int | None:
    """'12.5' → 1250, '1,200' → 120000; None where it is not a number of at most two places."""
    plain = typed.strip().replace("，", ",").replace(",", "").replace("。", ".")
    found = _TWO_PLACES.match(plain.removeprefix("¥").removeprefix("￥").removesuffix("%").strip())
    if found is None:
        return None
    whole, places = found.groups()
    return int(whole) * 100 + int((places or "").ljust(2, "0"))


def written(value: int) -> str:
    """1250 → '12.5', 1200 → '12', 1205 → '12.05': as somebody would type it."""
    whole, places = divmod(value, 100)
    return f"{whole}.{places:02d}".rstrip("0").rstrip(".") if places else str(whole)


class HundredthsField(forms.CharField):
    """An amount typed with at most two places; its value is the integer of hundredths, or None."""

    unit: Any = ""
    wrong: Any = ""
    least_text: Any = _("最少 %(least)s。")
    most_text: Any = _("最多 %(most)s。")

    def __init__(self, *, least: int = 0, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if not typed:
            return None
        found = hundredths(typed)
        if found is None:
            raise ValidationError(self.wrong, code="not_an_amount")
        if found < self.least:
            raise ValidationError(self.least_text, code="too_little", params={"least": written(self.least)})
        if found > self.most:
            raise ValidationError(self.most_text, code="too_much", params={"most": written(self.most)})
        return found

    def run_validators(self, value: Any) -> None:
        """The validators of CharField are for text; the bounds have been checked."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return hundredths(str(data or "")) != initial


class YuanField(HundredthsField):
    """Yuan with at most two places; the value is integer fen."""

    unit = _("元")
    wrong = _("请填写金额，最多两位小数，例如 12.50。")

    def __init__(self, *, least: int = 0, most: int = FEN_MAX, **kwargs: Any) -> None:
        super().__init__(least=least, most=most, **kwargs)


class PercentField(HundredthsField):
    """Per cent with at most two places; the value is integer basis points."""

    unit = "%"
    wrong = _("请填写百分比，最多两位小数，例如 7.5。")

    def __init__(self, *, least: int = 0, most: int = BPS_FULL, **kwargs: Any) -> None:
        super().__init__(least=least, most=most, **kwargs)


def search_field(label: Any, max_length: int = 40) -> PlainTextField:
    """The field of a list's filter that is typed into; by the name of `q`."""
    widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    return PlainTextField(required=False, max_length=max_length, label=label, widget=widget)


class PlainTextField(forms.CharField):
    """Text that shows as it reads, without control characters; several lines only in a textarea."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        lines = re.split(r"\r?\n|\t", value) if isinstance(self.widget, forms.Textarea) else [value]
        if not all(is_clean(line) for line in lines):
            raise ValidationError(_("请去掉无法显示的字符。"), code="control_character")
