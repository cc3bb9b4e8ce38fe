"""One line of text from outside: what may stand in it, and what may not."""

from __future__ import annotations

import re
from typing import Any

# Control characters, lone surrogates, line and paragraph separators (Unicode's Cc, Cs, Zl, Zp); and the marks that
# turn the direction of what follows, so that a name can rewrite the sentence around it.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def is_clean(text: str) -> bool:
    """Whether text is one line that shows as it reads. Emoji and their joiners are fine."""
    return _REFUSED.search(text) is None


def clean_line(value: Any, *, most: int, least: int = 0) -> str | None:
    """The text without spaces around it, or None when it is no clean line of least..most characters."""
    if not isinstance(value, str):
        return None
    line = value.strip()
    return line if least <= len(line) <= most and is_clean(line) else None
