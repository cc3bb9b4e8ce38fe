"""Finding products by what people type: words, words without spaces between them, pinyin, initials."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

from django.db.models import Q

SEARCH_MAX = 40
_WORDS_MAX = 8
# Beyond this many characters without a space it is a sentence, and looked for as it stands.
_JOINED_MAX = 10
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]+|[^㐀-鿿豈-﫿]+")


def search_text_of(*, name: str, keywords: str = "", subtitle: str = "") -> str:
    """What a product is found by: its words, and their pinyin in full and by initials; a line each, lower case."""
    # Its dictionary takes a moment to load, and whoever only sells never needs it.
    from pypinyin import Style, lazy_pinyin

    lines: list[str] = []
    for text in (name, keywords, subtitle):
        plain = _plain(text)
        if not plain:
            continue
        lines.append(plain)
        if any("㐀" <= character <= "鿿" for character in plain):
            syllables = [part for part in (one.strip() for one in lazy_pinyin(plain)) if part]
            initials = [part for part in (one.strip() for one in lazy_pinyin(plain, style=Style.FIRST_LETTER)) if part]
            lines += [" ".join(syllables), "".join(syllables), "".join(initials)]
    return "\n".join(dict.fromkeys(line.lower() for line in lines))


def words_of(query: str) -> list[list[list[str]]]:
    """A query as every word's ways of being there: word → ways → parts that must all stand in the search text.

    龙井绿茶 is there when 龙井 and 绿茶 are. Latin letters beside Chinese are a word of their own.
    """
    words = [part for word in _plain(query[:SEARCH_MAX]).split() for part in _CHINESE.findall(word)]
    return [_ways(word) for word in list(dict.fromkeys(words))[:_WORDS_MAX]]


def found_by(query: str) -> Q:
    """Products with every word of a query, as a condition for the ORM."""
    found = Q()
    for ways in words_of(query):
        either = Q()
        for parts in ways:
            together = Q()
            for part in parts:
                together &= Q(search_text__contains=part)
            either |= together
        found &= either
    return found


def found_by_sql(query: str, column: str) -> tuple[list[str], dict[str, str]]:
    """The same as conditions on a column of raw SQL, and their named parameters."""
    values: dict[str, str] = {}

    def like(part: str) -> str:
        name = f"part_{len(values)}"
        values[name] = _pattern(part)
        return f"{column} LIKE %({name})s"

    conditions = [
        "(" + " OR ".join(" AND ".join(like(part) for part in parts) for parts in ways) + ")"
        for ways in words_of(query)
    ]
    return conditions, values


def _plain(text: str) -> str:
    """Full-width letters narrow, capitals small, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _pattern(part: str) -> str:
    return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _ways(word: str) -> list[list[str]]:
    # Whoever has the whole has its parts: so the ways of cutting it cover the whole as well.
    if not 4 <= len(word) <= _JOINED_MAX or not "㐀" <= word[0] <= "鿿":
        return [[word]]
    ways = []
    for lengths in _cuts(len(word)):
        ends = [sum(lengths[:number]) for number in range(len(lengths) + 1)]
        ways.append([word[begin:end] for begin, end in pairwise(ends)])
    return ways


@cache
def _cuts(length: int) -> list[list[int]]:
    """Every way to cut a length into words of two and three characters, as Chinese words mostly are."""
    if length in (2, 3):
        return [[length]]
    return [[first, *rest] for first in (2, 3) if length - first >= 2 for rest in _cuts(length - first)]
