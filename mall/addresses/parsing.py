"""Reading a pasted address: 张三 13800138000 浙江省杭州市西湖区文三路1号, in any order people write it.

Pure text against the list of regions. Nothing is guessed that the text does not say: what cannot be read stays
empty, and the buyer sees every field before anything is placed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from mall.addresses.gazetteer import match_region

TEXT_MAX = 300
NAME_MAX = 40
DETAIL_MAX = 200

_MOBILE = re.compile(r"(?<![\d-])(?:\+?(?:00)?86[- ]*)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?:(?:转|-)(\d{3,4}))?(?!\d)")
_ABROAD = re.compile(r"(?<![\d+])\+(85[23]|886)[- ]?(\d{4})[- ]?(\d{4,5})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ]?(\d{7,8})(?!\d)")
_LABEL = re.compile(
    r"(?P<who>收货人姓名|收件人姓名|收货人|收件人|联系人|姓名|客户)|(?P<phone>手机号码|手机号|联系电话|联系方式|收货电话|电话|手机)"
    r"|(?P<region>所在地区|所在区域|省市区|地区)|(?P<where>收货地址|收件地址|详细地址|街道地址|地址)|(?P<zip>邮政编码|邮编)"
)
_POSTCODE = re.compile(r"(?<![\dA-Za-z])\d{6}(?![\dA-Za-z号室楼栋])")
_BREAK = "\n"
_SPLIT = re.compile(r"[\n\t,，;；、|]+")
_POLITE = re.compile(r"[（(]?(?:收|先生收|女士收)[)）]?$")
# What stands in addresses and in nobody's name.
_PLACE_WORDS = re.compile(r"[路街道巷弄号栋幢楼室座层村镇乡县市省园区苑厦院厂店校组]")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,8}){0,3}|[A-Za-z][A-Za-z .']{1,29}")
_ENDS_IN_NAME = re.compile(r"^(.*(?:\d|[号室楼栋幢座层]|单元))([\u4e00-\u9fff]{2,3})$")


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """What a text says of a person and where he lives; empty where it says nothing."""

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""

    def __bool__(self) -> bool:
        return bool(self.phone or self.province)


def parse_address(text: str) -> ParsedAddress:
    """Name, phone, region and street of a pasted text of any order and length; never raises."""
    plain = _plain(text)[:TEXT_MAX]
    phone, plain = _take_phone(plain)
    plain, named = _take_labels(plain)
    plain = _POSTCODE.sub(_BREAK, plain)
    region = match_region(plain)
    if region is None:
        before, after = plain, ""
        found = ParsedAddress(phone=phone)
    else:
        before, after = plain[: region.start], plain[region.end :]
        found = ParsedAddress(phone=phone, province=region.province, city=region.city, district=region.district)
    name, detail = _person_and_street(_parts(before), _parts(after), has_region=region is not None)
    if named:
        # Who is named by a label is not the one who was found beside the street.
        detail = " ".join(one for one in (name, detail) if one) if name and name != named else detail
        name = named
    return replace(found, name=_clean_name(name)[:NAME_MAX], detail=detail[:DETAIL_MAX])


def _plain(text: str) -> str:
    """Full-width letters and digits as plain ones; every other control character as a break."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_BREAK if unicodedata.category(one) in {"Cc", "Zl", "Zp", "Cf", "Cs"} else one for one in folded)


def _take_phone(text: str) -> tuple[str, str]:
    for pattern, form in ((_MOBILE, "{}{}{}"), (_ABROAD, "+{}{}{}"), (_LANDLINE, "{}-{}")):
        found = pattern.search(text)
        if found is None:
            continue
        groups = [group for group in found.groups() if group]
        plain_parts = form.count("{}")
        phone = form.format(*groups[:plain_parts]) + "".join(f"-{extra}" for extra in groups[plain_parts:])
        return phone, text[: found.start()] + _BREAK + text[found.end() :]
    return "", text


def _take_labels(text: str) -> tuple[str, str]:
    """The text without 姓名： and the like, and the name that such a label told."""
    name = ""
    for found in reversed(list(_LABEL.finditer(text))):
        rest = text[found.end() :]
        colon = re.match(r"\s*[:：]\s*", rest)
        # 地址 inside of a street's name is no label.
        if colon is None and (found.start() and text[found.start() - 1] not in "\n\t ,，;；"):
            continue
        if colon is None and not re.match(r"\s", rest):
            continue
        rest = rest[colon.end() :] if colon else rest.lstrip(" ")
        if found.lastgroup == "who":
            first, _, others = _split_first(rest)
            if _PERSON.fullmatch(_clean_name(first)):
                name, rest = first, others
        if found.lastgroup == "zip":
            rest = re.sub(r"^\s*\d{6}", "", rest)
        text = text[: found.start()] + _BREAK + rest
    return text, _clean_name(name)


def _split_first(text: str) -> tuple[str, str, str]:
    found = re.search(r"[\n\t,，;；、| ]", text)
    if found is None:
        return text, "", ""
    return text[: found.start()], found[0], text[found.start() :]


def _parts(text: str) -> list[str]:
    return [part for part in (one.strip(" :：.。-") for one in _SPLIT.split(text)) if part]


def _person_and_street(before: list[str], after: list[str], *, has_region: bool) -> tuple[str, str]:
    """Who stands before or behind the region; the rest behind it is the street."""
    words = [word for part in before for word in ([part] if part.isascii() else part.split(" ")) if word]
    name = next((word for word in words if _is_person(word)), "")
    left = [word for word in words if word != name]
    if not has_region:
        joined = " ".join(left) if name else " ".join(before)
        return name, joined
    if not name and after:
        name, after = _person_behind(after)
    street = " ".join(after)
    if not street and left:
        street = " ".join(left)
    return name, street.strip()


def _person_behind(after: list[str]) -> tuple[str, list[str]]:
    for position in range(len(after) - 1, -1, -1):
        if position and _is_person(after[position]):
            return after[position], after[:position] + after[position + 1 :]
        head, _, last = after[position].rpartition(" ")
        if head and _is_person(last):
            return last, [*after[:position], head, *after[position + 1 :]]
    glued = _ENDS_IN_NAME.match(after[-1])
    if glued and _is_person(glued[2]):
        return glued[2], [*after[:-1], glued[1]]
    return "", after


def _is_person(word: str) -> bool:
    cleaned = _clean_name(word)
    return bool(_PERSON.fullmatch(cleaned)) and not _PLACE_WORDS.search(cleaned)


def _clean_name(word: str) -> str:
    return _POLITE.sub("", word).strip(" :：,，")
