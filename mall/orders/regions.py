"""Provinces, cities and districts by their full official names, from the npm package @vant/area-data.

The package's file is read as it lies in node_modules; nothing of it is committed. Where it was not
installed (a worker's image, a test run without npm) the 34 provinces are still checked, and city and
district are free text within the lengths of their columns.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from mall.orders.errors import BadOrder

PROVINCES = (
    "北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省", "上海市",
    "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省",
    "广东省", "广西壮族自治区", "海南省", "重庆市", "四川省", "贵州省", "云南省", "西藏自治区", "陕西省",
    "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区", "台湾省", "香港特别行政区", "澳门特别行政区",
)  # fmt: skip
# Their city is themselves, whatever the official lists put between them and their districts.
MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市", "香港特别行政区", "澳门特别行政区"})
# Prefecture-level cities without districts; their towns are no district names anybody must know.
UNDIVIDED = frozenset({"东莞市", "中山市", "儋州市", "嘉峪关市"})
# What stands in the city's place where a county answers to the province itself.
DIRECT = ("省直辖县", "省直辖县级行政区划", "自治区直辖县级行政区划", "直辖县级行政区划")


@dataclass(slots=True)
class Region:
    """A province with its cities and districts, in the order of their codes."""

    name: str
    cities: dict[str, list[str]] = field(default_factory=dict)


@cache
def regions() -> dict[str, Region]:
    """Province → its cities → their districts; without cities where the package is not installed."""
    found = {name: Region(name) for name in PROVINCES}
    source = Path(settings.BASE_DIR) / "node_modules/@vant/area-data/dist/index.cjs"
    try:
        text = source.read_text(encoding="utf-8")
    except OSError:
        return found
    return _read(text, found)


def check_region(province: str, city: str, district: str) -> None:
    """Whether a parcel can be addressed like this. Raises BadOrder naming the part that does not fit.

    A municipality's city is itself or 市辖区/县; a county under its province directly stands as district, below
    省直辖县 or a city of its own name.
    """
    if province not in regions():
        raise BadOrder(
            _("省份（province）须用完整的官方名称，例如“广东省”、“北京市”、“广西壮族自治区”。"),
            field="address.province",
        )
    cities = regions()[province].cities
    if not cities:
        return
    districts = _districts(cities, province, city)
    if districts is None:
        raise BadOrder(
            _("城市（city）须是“%(province)s”下的完整官方名称，例如“%(example)s”。")
            % {"province": province, "example": next(iter(cities))},
            field="address.city",
        )
    if city in UNDIVIDED or district in districts:
        return
    raise BadOrder(
        _("区县（district）须是“%(city)s”下的完整官方名称，例如“%(example)s”。")
        % {"city": city, "example": districts[0]},
        field="address.district",
    )


def _districts(cities: dict[str, list[str]], province: str, city: str) -> list[str] | None:
    if province in MUNICIPALITIES and city in (province, "市辖区", "县"):
        return [district for districts in cities.values() for district in districts]
    if city in cities:
        return cities[city]
    direct = [district for name, districts in cities.items() if name in DIRECT for district in districts]
    if direct and city in DIRECT:
        return direct
    return [city] if city in direct else None


def _read(text: str, found: dict[str, Region]) -> dict[str, Region]:
    """The three lists of the package, code → name; a code's first two digits are its province, four its city."""
    lists = {
        name: {code: json.loads(text) for code, text in re.findall(r'(\d{6}): ("[^"]+")', body)}
        for name, body in re.findall(r"(\w+_list):\s*\{([^{}]*)\}", text)
    }
    if set(lists.get("province_list", {}).values()) != set(PROVINCES):
        return found
    provinces = {code[:2]: found[name] for code, name in lists["province_list"].items()}
    cities: dict[str, list[str]] = {}
    for code, name in sorted(lists["city_list"].items()):
        cities[code[:4]] = provinces[code[:2]].cities.setdefault(name, [])
    for code, name in sorted(lists["county_list"].items()):
        if code[:4] in cities:
            cities[code[:4]].append(name)
    return found
