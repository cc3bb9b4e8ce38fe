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

# Names of the country's places and patterns of how addresses are written, columns of WeChat's bills, and what
# fills the demo, are data.
DATA = (
    "config/demo/", "config/settings/", "mall/addresses/gazetteer.py", "mall/addresses/parsing.py",
    "mall/orders/regions.py", "mall/payments/wechat/bills.py", "mall/templatetags/h5.py",
)  # fmt: skip
# Written into records or typed by hand, and so never translated.
NOT_FOR_READING = {
    "，", "。", "￥", "\u3000", r"\s?[（(][a-z_.]+[）)]", '{"颜色": "红", "尺码": "L"}',
    "已注销用户", "微信", "微博", "其他", "重复付款",
    "顺丰速运", "中通快递", "圆通速递", "申通快递", "韵达快递", "极兔速递", "京东物流", "邮政 EMS", "德邦快递",
}  # fmt: skip

# The same, in one file only.
NOT_FOR_READING_IN = {
    # Examples of the OpenAPI document, and of a region's official name.
    "mall/addresses/api.py": {"张三 13800138000 浙江省杭州市西湖区文三路1号"},
    "mall/aftersales/case_api.py": {"商品有破损"},
    "mall/invoices/api.py": {"杭州示例科技有限公司"},
    "mall/freight/services.py": {"浙江省", "浙江省/杭州市"},
    # A reason is written down in the merchant's language.
    "mall/aftersales/case_forms.py": {"："},
    # What tables of other programs may say: titles of their columns, words and signs in their cells.
    "mall/catalogue/import_lookup.py": {"＞"},
    "mall/catalogue/product_table.py": {
        "[;；]", "[:：;；{]", "：", r"[\s*_（）()]", "是", "否", "不包邮", "在售", "上架", "已下架", "下架", "草稿",
        "商品编码", "规格编码", "商家编码", "条码", "编码", "品名", "名称", "商品名", "宝贝标题", "卖点", "商品卖点",
        "类目", "商品分类", "关键词", "关键字", "规格值", "销售属性", "价格", "单价", "销售价", "售价（元）", "零售价",
        "市场价", "原价", "vip价", "成本价", "进价", "供货价", "数量", "库存数量", "现货库存", "库存预警", "预警库存",
        "重量", "重量(克)", "重量g", "上架状态", "是否包邮", "限购", "限购数量", "视频", "顺序", "商品详情", "描述",
    },
    "mall/orders/shipping_table.py": {"订单编号", "物流公司", "快递", "快递单号", "物流单号", "单号"},
    "mall/imports/formulas.py": {r"'*[=+\-@\t\r\n＝＋－＠]"},
    # Where Chinese characters begin and end.
    "mall/catalogue/search.py": {"[㐀-鿿豈-\ufaff]+|[^㐀-鿿豈-\ufaff]+", "㐀", "鿿"},
    # The sample goods of a new shop: records, which the merchant may write anew.
    "mall/catalogue/samples.py": {
        "示例商品", "高山绿茶", "清香甘爽，一罐慢慢喝", "桂花乌龙", "花香入茶，冷热皆宜", "白瓷盖碗",
        "薄胎白釉，三才一套", "原木砧板", "整木不拼接", "手冲咖啡豆", "中度烘焙，坚果可可香", "冷榨橄榄油",
        "第一道初榨", "时令苹果", "脆甜多汁，坏果包赔", "手打曲奇礼盒", "黄油香浓，送礼自用", "藤编收纳篮",
        "天然藤条，手工编织", "香薰蜡烛", "大豆蜡，五十小时", "棉麻抱枕", "可拆洗，含芯", "粗陶花瓶",
        "素胎粗砂，插枝即景", "100克", "250克", "青花", "素白", "小号", "大号", "200克", "500克", "500毫升", "5斤",
        "10斤", "12枚", "24枚", "中号", "雪松", "白茶", "苔绿", "燕麦", "标准", "规格",
    },
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
        found = (bare_in_python if path.suffix == ".py" else bare_in_template)(path)
        if bare := [text for text in found if text not in NOT_FOR_READING_IN.get(place, ())]:
            left[place] = bare
    assert left == {}


def test_no_exception_has_outlived_its_text():
    left = {place: words - set(bare_in_python(places.CHECKOUT / place)) for place, words in NOT_FOR_READING_IN.items()}
    assert {place: words for place, words in left.items() if words} == {}
