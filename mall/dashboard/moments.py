"""A day and a time as merchants pick them, in the mall's own time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

_TYPED = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A date and a time of the day, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_TYPED))
        super().__init__(input_formats=[_TYPED, "%Y-%m-%d %H:%M"], **kwargs)


def in_mall_time(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose moments are read in the mall's time, as they are shown."""

    @wraps(view)
    def at_home(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(request.mall.timezone):
            return view(request, *args, **kwargs)

    return at_home
