"""The READMEs name what there is, and say the same in both languages."""

from __future__ import annotations

import re

import pytest

from config.demo.goods import MALLS
from config.demo.seeding import OPERATOR, PASSWORD, phone
from tests.docs.markdown import HOUSE, fences, headings, links, tables

NAMES = ("README.md", "README.zh-CN.md")
TEXTS = {name: (HOUSE / name).read_text(encoding="utf-8") for name in NAMES}
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", NAMES)
def test_every_make_command_exists(name: str) -> None:
    named = set(re.findall(r"make ([a-z][a-z-]*)", TEXTS[name]))
    assert {"demo", "test"} <= named
    assert named - TARGETS == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_two_commands_stand_alone_to_be_copied(name: str) -> None:
    assert [fence.text for fence in fences(TEXTS[name])] == ["make demo", "make test"]


@pytest.mark.parametrize("name", NAMES)
def test_addresses_and_log_ins_are_the_demos(name: str) -> None:
    text = TEXTS[name]
    assert PASSWORD in text
    assert OPERATOR in text
    for number, mall in enumerate(MALLS):
        assert f"http://{mall.slug}.localhost:8000/" in text
        assert f"owner@{mall.slug}.example" in text
        assert phone(number, 0) in text
        assert phone(number, len(mall.members) - 1) in text


@pytest.mark.parametrize("name", NAMES)
def test_what_one_is_told_to_look_at_is_there(name: str) -> None:
    (floors,) = [table for table in tables(TEXTS[name]) if "commissions/" in table[2][0]]
    for row in floors[1:]:
        assert (HOUSE / row[0].strip("`")).is_dir()
        assert (HOUSE / row[2].strip("`")).is_file()


def test_both_languages_have_the_same_parts() -> None:
    one, other = (TEXTS[name] for name in NAMES)
    assert [depth for depth, _ in headings(one)] == [depth for depth, _ in headings(other)]
    assert [[len(row) for row in table] for table in tables(one)] == [
        [len(row) for row in table] for table in tables(other)
    ]
    assert [table for table in tables(one) if "中文" in table[0]] == [
        table for table in tables(other) if "中文" in table[0]
    ]


def test_both_languages_lead_to_the_same_pages() -> None:
    one, other = (
        sorted({link.replace(".zh-CN", "") for link in links(TEXTS[name]) if not link.startswith("README")})
        for name in NAMES
    )
    assert one == other
