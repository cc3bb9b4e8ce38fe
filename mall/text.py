"""One line of text from outside: what may stand in it, and what may not."""

from __future__ import annotations

import unicodedata
from typing import Any

# Control characters, lone surrogates, line and paragraph separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They turn the direction of what follows, so that a name can rewrite the sentence around it.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_clean(text: str) -> bool:
    """Whether text is one line that shows as it reads. Emoji and their joiners are fine."""
    return not any(
        character in _DIRECTION_MARKS or unicodedata.category(character) in _REFUSED_CATEGORIES for character in text
    )


def clean_line(value: Any, *, most: int, least: int = 0) -> str | None:
    """The text without spaces around it, or None when it is no clean line of least..most characters."""
    if not isinstance(value, str):
        return None
    line = value.strip()
    return line if least <= len(line) <= most and is_clean(line) else None
