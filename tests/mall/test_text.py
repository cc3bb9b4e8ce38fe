"""Which characters may stand in a line, held against Unicode's own tables."""

from __future__ import annotations

import sys
import unicodedata

from mall.text import is_clean

DIRECTION_MARKS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_every_character_of_unicode_is_judged_by_its_category() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        refused = character in DIRECTION_MARKS or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        assert is_clean(f"a{character}b") is not refused, hex(code)
