"""Every message has an English translation, and it says the same with the same parts."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.template.base import Lexer, TokenType
from django.utils.translation import gettext, ngettext, override

from config.local import extraction, places

HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
PARTS = re.compile(r"%\(\w+\)s|%%|\{\w+\}|</?[a-z][^>]*>")

# Names of the country's places, columns of WeChat's bills, and what fills the demo, are data.
DATA = (
    "config/demo/", "config/settings/", "mall/orders/regions.py", "mall/payments/wechat/bills.py",
    "mall/templatetags/h5.py",
)  # fmt: skip
# Written into records or typed by hand, and so never translated.
NOT_FOR_READING = {
    "，", "。", "￥", "\u3000", r"\s?[（(][a-z_.]+[）)]", '{"颜色": "红", "尺码": "L"}',
    "已注销用户", "微信", "微博", "其他", "重复付款",
    "顺丰速运", "中通快递", "圆通速递", "申通快递", "韵达快递", "极兔速递", "京东物流", "邮政 EMS", "德邦快递",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(places.CHECKOUT / extraction.CATALOGUE))


def pairs(catalogue: polib.POFile) -> Iterator[tuple[str, str]]:
    """Every id, or its plural, beside each of its translations."""
    for entry in catalogue:
        if entry.msgid_plural:
            yield entry.msgid, entry.msgstr_plural[0]
            yield entry.msgid_plural, entry.msgstr_plural[1]
        else:
            yield entry.msgid, entry.msgstr


def test_the_catalogue_has_what_the_sources_have(catalogue):
    found = extraction.extract()
    listed = {extraction.Message(entry.msgid, entry.msgctxt or "", entry.msgid_plural or "") for entry in catalogue}

    assert len(found) > 1000
    assert sorted(set(found) - listed) == [], "make messages, and translate them"
    assert sorted(listed - set(found)) == [], "make messages"
    assert str(extraction.updated(catalogue, found)) == str(polib.pofile(catalogue.fpath, wrapwidth=0))


def test_every_message_is_translated(catalogue):
    assert extraction.untranslated(catalogue) == []


def test_a_translation_has_the_parts_of_its_message(catalogue):
    wrong = [
        (ours, theirs)
        for ours, theirs in pairs(catalogue)
        if Counter(PARTS.findall(ours)) != Counter(PARTS.findall(theirs))
    ]
    assert wrong == []


def test_no_chinese_is_left_in_the_english(catalogue):
    assert [theirs for _ours, theirs in pairs(catalogue) if HAN.search(theirs)] == []


def test_a_translation_is_as_clean_as_its_message(catalogue):
    """No doubled spaces or stray line breaks; a space at an end is there only to join a short piece."""
    wrong = [
        theirs
        for ours, theirs in pairs(catalogue)
        if "  " in theirs or "\n" in theirs or (theirs != theirs.strip() and len(ours) > 3)
    ]
    assert wrong == []


def test_the_file_names_no_day_and_no_machine(catalogue):
    assert catalogue.metadata == extraction.HEADER
    assert {line for entry in catalogue for _file, line in entry.occurrences} == {""}
    assert not any(Path(file).is_absolute() for entry in catalogue for file, _line in entry.occurrences)


@pytest.mark.usefixtures("compiled")
def test_english_knows_one_and_many():
    with override("en"):
        assert gettext("待付款") == "Awaiting payment"
        assert [ngettext("%(n)s 天", "%(n)s 天", n) % {"n": n} for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    with override("zh-hans"):
        assert gettext("待付款") == "待付款"


# --- What is read from the sources --------------------------------------------------


def test_python_is_read_under_any_name():
    source = """
from django.utils import translation
from django.utils.translation import gettext as _t, ngettext, pgettext_lazy as named
_t("甲" "乙"); ngettext("%(n)s 个", "%(n)s 个儿", n); named("门", "关"); translation.gettext_lazy("丙"); other("丁")
_t(f"{x}"); _t(word)
"""
    assert set(extraction.in_python(source)) == {
        extraction.Message("甲乙", "", ""),
        extraction.Message("%(n)s 个", "", "%(n)s 个儿"),
        extraction.Message("关", "门", ""),
        extraction.Message("丙", "", ""),
    }


def test_templates_are_read_as_django_reads_them():
    source = """{% load i18n %}{% translate "甲" %}{% translate '乙"' as word %}{% translate "关" context "门" %}
{% include "x.html" with label=_("丙") %}{{ value|default:_("丁") }}{# {% translate "没有" %} #}
{% blocktranslate count n=rows %}{{ n }} 个{% plural %}{{ n }} 个儿{% endblocktranslate %}
{% blocktranslate trimmed %}
  共 10%
{% endblocktranslate %}"""
    assert set(extraction.in_template(source)) == {
        extraction.Message("甲", "", ""),
        extraction.Message('乙"', "", ""),
        extraction.Message("关", "门", ""),
        extraction.Message("丙", "", ""),
        extraction.Message("丁", "", ""),
        extraction.Message("%(n)s 个", "", "%(n)s 个儿"),
        extraction.Message("共 10%%", "", ""),
    }


def test_an_update_keeps_adds_and_drops():
    old = polib.POFile()
    old.append(polib.POEntry(msgid="留", msgstr="stay"))
    old.append(polib.POEntry(msgid="走", msgstr="go"))
    found = {extraction.Message("留", "", ""): ["b.py", "a.py"], extraction.Message("来", "", ""): ["a.py"]}

    new = extraction.updated(old, found)

    assert [(entry.msgid, entry.msgstr) for entry in new] == [("来", ""), ("留", "stay")]
    assert extraction.untranslated(new) == ["来"]
    assert "#: a.py b.py\n" in str(new)


# --- What no catalogue knows --------------------------------------------------------


def bare_in_python(path: Path) -> Iterator[str]:
    """Chinese in a Python file that goes through no translation; docstrings are not meant."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {word for message in extraction.in_python(path.read_text(encoding="utf-8")) for word in message}
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in prose:
            continue
        if HAN.search(node.value) and node.value not in known | NOT_FOR_READING:
            yield node.value


def bare_in_template(path: Path) -> Iterator[str]:
    """Chinese between the tags of a template."""
    inside = False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type == TokenType.BLOCK:
            inside = token.contents.startswith("blocktranslate") or (
                inside and "endblocktranslate" not in token.contents
            )
        elif token.token_type == TokenType.TEXT and not inside and HAN.search(token.contents.replace(">简体中文<", "")):
            yield token.contents


def test_nothing_a_user_reads_goes_by_the_catalogue():
    # The page for a broken server says everything in both languages: nothing may run for it.
    left = {}
    for path in extraction.sources():
        place = path.relative_to(places.CHECKOUT).as_posix()
        if place.startswith(DATA) or place == "templates/500.html":
            continue
        if bare := list((bare_in_python if path.suffix == ".py" else bare_in_template)(path)):
            left[place] = bare
    assert left == {}
