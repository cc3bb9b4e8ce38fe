"""Finding a province, a city and a district in running text, by their official and their short names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from mall.orders.regions import DIRECT, MUNICIPALITIES, UNDIVIDED, regions

_GAP = re.compile(r"[\s,，、/|;；-]*")
_PROVINCE_TAIL = re.compile(r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|市)$")
_PEOPLES = (
    "土家族|蒙古族|傈僳族|布依族|朝鲜族|景颇族|哈尼族|苗族|彝族|藏族|羌族|白族|傣族|壮族|侗族|回族|黎族"
    "|哈萨克|柯尔克孜|蒙古"
)
_CITY_TAIL = re.compile(rf"(?:(?:{_PEOPLES})*自治州|地区|林区|市|盟)$")
_DISTRICT_TAIL = re.compile(r"(?:区|县|市)$")
_SHORT_LEAST = 2
_NAME_MOST = 15
# What official lists put between a municipality and its districts.
_BETWEEN = ("市辖区", "县")


@dataclass(frozen=True, slots=True)
class RegionFound:
    """A region and where in the text it stands; its end is where the street begins."""

    province: str
    city: str
    district: str
    start: int
    end: int

    @property
    def weight(self) -> tuple[int, int, int]:
        """The better of two readings says more, in more characters, and earlier."""
        return sum(map(bool, (self.province, self.city, self.district))), self.end - self.start, -self.start


def match_region(text: str) -> RegionFound | None:
    """The best reading of a region in the text, or None. At least a city, or a district of a unique name."""
    found = [one for start in range(len(text)) for one in _readings(text, start) if one.city]
    return max(found, key=lambda one: one.weight, default=None)


@dataclass(frozen=True, slots=True)
class _Names:
    """Where a name may lead. Names of cities and districts that several have lead to each of them."""

    provinces: dict[str, list[str]]
    cities: dict[str, list[tuple[str, str]]]
    districts: dict[str, list[tuple[str, str, str]]]


@cache
def _names() -> _Names:
    provinces: dict[str, list[str]] = defaultdict(list)
    cities: dict[str, list[tuple[str, str]]] = defaultdict(list)
    districts: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for province, region in regions().items():
        for name in _written(province, _PROVINCE_TAIL):
            provinces[name].append(province)
        for city, below in region.cities.items():
            if city not in (*DIRECT, *_BETWEEN):
                for name in _written(city, _CITY_TAIL):
                    cities[name].append((province, city))
            for district in below:
                districts[district].append((province, city, district))
    return _Names(dict(provinces), dict(cities), dict(districts))


def _written(name: str, tail: re.Pattern[str]) -> set[str]:
    short = tail.sub("", name)
    return {name, short} if len(short) >= _SHORT_LEAST else {name}


def _hits(text: str, at: int, names: Mapping[str, list]) -> Iterator[tuple[str, list]]:
    for length in range(min(_NAME_MOST, len(text) - at), 1, -1):
        if (name := text[at : at + length]) in names:
            yield name, names[name]


def _skip(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _readings(text: str, start: int) -> Iterator[RegionFound]:
    names = _names()
    for name, provinces in _hits(text, start, names.provinces):
        for province in provinces:
            yield from _below_province(text, start, start + len(name), province)
    for name, cities in _hits(text, start, names.cities):
        for province, city in cities:
            yield from (
                # 中山 alone is a road in every town.
                one
                for one in _below_city(text, start, start + len(name), province, city)
                if name == city or one.district
            )
    for name, places in _hits(text, start, names.districts):
        if len(places) == 1:
            yield RegionFound(*places[0], start, start + len(name))


def _below_province(text: str, start: int, end: int, province: str) -> Iterator[RegionFound]:
    at = _skip(text, end)
    if province in MUNICIPALITIES:
        yield from _below_municipality(text, start, at, province)
    for name, cities in _hits(text, at, _names().cities):
        for owner, city in cities:
            if owner == province:
                yield from _below_city(text, start, at + len(name), province, city)
    # 浙江省西湖区…, and counties that answer to their province.
    for name, places in _hits(text, at, _names().districts):
        inside = [place for place in places if place[0] == province]
        if len(inside) == 1:
            yield RegionFound(*inside[0], start, at + len(name))


def _below_municipality(text: str, start: int, at: int, province: str) -> Iterator[RegionFound]:
    cities = regions()[province].cities
    whole = province if province in cities else next(iter(cities), "")
    for name in (province, *_BETWEEN):
        if text.startswith(name, at):
            at = _skip(text, at + len(name))
    if province in cities:
        yield RegionFound(province, whole, "", start, at)
    for city in cities:
        yield from _districts(text, start, at, province, city)


def _below_city(text: str, start: int, end: int, province: str, city: str) -> Iterator[RegionFound]:
    yield RegionFound(province, city, "", start, end)
    yield from _districts(text, start, _skip(text, end), province, city)


def _districts(text: str, start: int, at: int, province: str, city: str) -> Iterator[RegionFound]:
    for district in regions()[province].cities.get(city, ()):
        if text.startswith(district, at):
            yield RegionFound(province, city, district, start, at + len(district))
            continue
        short = _DISTRICT_TAIL.sub("", district)
        if city not in UNDIVIDED and len(short) >= _SHORT_LEAST and text.startswith(short, at):
            # 西湖 may be the district or the beginning of a street: it is read, and stays in the street.
            after = at + len(short)
            is_whole = after == len(text) or _skip(text, after) > after
            yield RegionFound(province, city, district, start, after if is_whole else at)
