"""One person, one way to write his number."""

from __future__ import annotations

import pytest

from mall.buyers.errors import BadPhone
from mall.buyers.phones import masked, normalised


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800138000", "+8613800138000"),
        (" 138 0013 8000 ", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("+86 13800138000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        # Prefixes newer than any list of them.
        ("19900000000", "+8619900000000"),
        ("16612345678", "+8616612345678"),
        ("+852 5123 4567", "+85251234567"),
        ("+1 (202) 555-0143", "+12025550143"),
    ],
)
def test_a_number_is_kept_in_one_form(written: str, kept: str) -> None:
    assert normalised(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "1380013800", "138001380000", "12800138000", "010 1234 5678", "110", "+86", "+861", "+999 12345678",
        "abc", "138001380OO", "13800138000;ext=1", "13800138000 ext 5", "tel:13800138000", "+8613800138000\x00",
        "1" * 1000, "１３８００１３８０００", None, 13800138000, 1.5, True, [], {}, "\ud800",
    ],
)  # fmt: skip
def test_what_nobody_can_be_called_by_is_refused(written: object) -> None:
    with pytest.raises(BadPhone):
        normalised(written)


def test_a_masked_number_shows_its_ends() -> None:
    assert masked("+8613800138000") == "138****8000"
