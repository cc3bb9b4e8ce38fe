"""docs/words.md knows every reason there is, in the pages' own words."""

from __future__ import annotations

from referrals.clicks.models import Reason
from tests.docs.markdown import DOCS, tables

PAGE = tables((DOCS / "words.md").read_text(encoding="utf-8"))


def test_every_reason_is_explained() -> None:
    listed = {row[0].strip("`"): row[1] for row in PAGE[-1][1:]}
    assert listed == {reason.value: reason.label for reason in Reason if reason.value}


def test_no_word_is_explained_twice() -> None:
    words = [row[0] for table in PAGE for row in table[1:]]
    assert sorted(words) == sorted(set(words))
