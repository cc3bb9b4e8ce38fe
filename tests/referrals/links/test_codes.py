"""Share codes: what is one, and what is not even asked for."""

from __future__ import annotations

import pytest

from referrals.links.codes import ALPHABET, LENGTH, new_code, readable_code

NO_CODES = [
    None, 5, True, [], {}, "", "a" * 9, "a" * 11, "a" * 10_000, "abcdefghi0", "abcdefghi1", "abcdefghil", "abcdefghio",
    "abcdefghi\x00", "abcdefgh码码", "abcdefgh\ud800a", "' OR 1=1--", "abcdefghj\n", " abcdefghj",
    "ａｂｃｄｅｆｇｈｊｋ",
]  # fmt: skip


def test_a_code_has_ten_characters_nobody_confuses() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == LENGTH == 10 for code in codes)
    assert not set("".join(codes)) & set("01ilo")
    assert len(ALPHABET) == len(set(ALPHABET)) == 31


def test_a_code_typed_in_capitals_is_the_same_code() -> None:
    code = new_code()
    assert readable_code(code) == readable_code(code.upper()) == code


@pytest.mark.parametrize("text", NO_CODES, ids=repr)
def test_what_cannot_be_a_code_is_none(text: object) -> None:
    assert readable_code(text) is None
