"""Forms of the buyers' pages: what is refused stands beside its field, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from mall.errors import DomainError
from mall.money import FEN_MAX
from mall.text import is_clean

_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
# Sentences name the field of the API in brackets; beside the field itself that is noise.
_FIELD_NAME = re.compile(r"\s?[（(][a-z_.]+[）)]")


@contextmanager
def refusals() -> Iterator[list[DomainError]]:
    """Run a service inside; a DomainError undoes what it did, and stands in the list instead of being raised.

    Only what a refusal wants to keep (a wrong guess was counted) stays.
    """
    refused: list[DomainError] = []
    try:
        with transaction.atomic():
            try:
                yield refused
            except DomainError as error:
                if not error.keeps_changes:
                    raise
                refused.append(error)
    except DomainError as error:
        refused.append(error)


def sentence(error: DomainError) -> str:
    """A refusal as a page says it."""
    return _FIELD_NAME.sub("", str(error))


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, be it nothing at all; None where the page is only asked for."""
    return request.POST if request.method == "POST" else None


class PageForm(forms.Form):
    """A form whose rules live in services: `service()` turns their refusals into its errors."""

    @contextmanager
    def service(self) -> Iterator[None]:
        """Run a service inside; see refusals()."""
        with refusals() as refused:
            yield
        for error in refused:
            self.refuse(error)

    def refuse(self, error: DomainError) -> None:
        """Put a refusal beside its field, or above the form when it has none here."""
        field = (error.field or "").rpartition(".")[2]
        self.add_error(field if field in self.fields else None, sentence(error))


class Line(forms.CharField):
    """One line of text that shows as it reads; the service that gets it says what more it must be."""

    default_error_messages = {"unclean": _("请勿包含换行等控制字符。")}

    def __init__(self, *, autocomplete: str = "off", inputmode: str = "", placeholder: Any = "", **kwargs: Any) -> None:
        attributes = {"autocomplete": autocomplete, "inputmode": inputmode, "placeholder": placeholder}
        kwargs.setdefault("widget", forms.TextInput)
        super().__init__(**kwargs)
        self.widget.attrs.update({name: value for name, value in attributes.items() if value})

    def to_python(self, value: Any) -> str:
        """The line without spaces around it."""
        line = super().to_python(value)
        if not is_clean(line):
            raise ValidationError(self.error_messages["unclean"], code="unclean")
        return line


class YuanField(Line):
    """An amount as people write it, 12.5 or 12.50; its value is fen."""

    default_error_messages = {
        "amount": _("请填写金额，最多两位小数，例如 12.50。"),
        "too_small": _("金额须大于 0。"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(inputmode="decimal", **kwargs)

    def to_python(self, value: Any) -> Any:
        """Fen of what was typed, or None for nothing."""
        typed = super().to_python(value).replace(",", "").replace("¥", "").strip()
        if typed in self.empty_values:
            return None
        found = _YUAN.fullmatch(typed)
        if found is None:
            raise ValidationError(self.error_messages["amount"], code="amount")
        fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
        if not 0 < fen <= FEN_MAX:
            raise ValidationError(self.error_messages["too_small"], code="too_small")
        return fen
