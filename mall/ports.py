"""Where a lower floor needs an upper floor's answer: it names a port, and config/wiring.py plugs one in.

A port is declared beside its caller with a safe default, which holds where nothing is plugged in
(a floor used alone, a test). PORTS maps the port's name to one dotted path, or to a list of them
for ports that only tell (their answers are not used).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from django.conf import settings
from django.utils.module_loading import import_string

Answer = TypeVar("Answer", bound=Callable[..., Any])


def port(name: str, default: Answer) -> Answer:
    """A callable of the default's signature that asks whoever fills the port `name`."""

    def ask(*args: Any, **kwargs: Any) -> Any:
        filled = settings.PORTS.get(name)
        if not filled:
            return default(*args, **kwargs)
        if isinstance(filled, str):
            return _load(filled)(*args, **kwargs)
        for path in filled:
            _load(path)(*args, **kwargs)
        return None

    ask.__name__ = name.rsplit(".", 1)[-1]
    ask.__doc__ = default.__doc__
    return cast(Answer, ask)


@cache
def _load(path: str) -> Callable[..., Any]:
    return import_string(path)
