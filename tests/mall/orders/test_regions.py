"""Regions by their full official names, and what happens where the list of them is not installed."""

from __future__ import annotations

import pytest

from mall.orders import regions
from mall.orders.errors import BadOrder
from mall.orders.regions import PROVINCES, check_region

installed = pytest.mark.skipif(
    not any(region.cities for region in regions.regions().values()), reason="npm's @vant/area-data is not installed"
)


@pytest.fixture
def without_package(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    regions.regions.cache_clear()
    yield
    regions.regions.cache_clear()


def test_there_are_34_provinces():
    assert len(set(PROVINCES)) == 34


@installed
def test_every_province_has_its_cities_and_every_city_its_districts():
    found = regions.regions()
    assert list(found) == list(PROVINCES)
    assert all(region.cities for region in found.values())
    assert all(districts for region in found.values() for districts in region.cities.values())
    assert "南山区" in found["广东省"].cities["深圳市"]


@installed
@pytest.mark.parametrize(
    "region",
    [
        ("广东省", "深圳市", "南山区"),
        ("北京市", "北京市", "朝阳区"),
        ("北京市", "市辖区", "朝阳区"),
        ("重庆市", "重庆市", "城口县"),
        ("重庆市", "县", "城口县"),
        ("湖北省", "省直辖县", "仙桃市"),
        ("湖北省", "省直辖县级行政区划", "仙桃市"),
        ("湖北省", "仙桃市", "仙桃市"),
        ("广东省", "东莞市", "东莞市"),
        ("广东省", "东莞市", ""),
        ("新疆维吾尔自治区", "石河子市", "石河子市"),
        ("台湾省", "台北市", "中正区"),
        ("香港特别行政区", "九龙", "油尖旺区"),
        ("香港特别行政区", "香港特别行政区", "油尖旺区"),
    ],
)
def test_an_official_name_is_known(region):
    check_region(*region)


@installed
@pytest.mark.parametrize(
    ("region", "field"),
    [
        (("广东", "深圳市", "南山区"), "address.province"),
        (("", "", ""), "address.province"),
        (("广东省", "深圳", "南山区"), "address.city"),
        (("广东省", "杭州市", "西湖区"), "address.city"),
        (("北京市", "上海市", "朝阳区"), "address.city"),
        (("浙江省", "市辖区", "西湖区"), "address.city"),
        (("广东省", "省直辖县", "南山区"), "address.city"),
        (("广东省", "深圳市", "西湖区"), "address.district"),
        (("广东省", "深圳市", ""), "address.district"),
        (("湖北省", "省直辖县", "洪山区"), "address.district"),
    ],
)
def test_a_name_that_does_not_fit_is_refused_and_the_part_is_named(region, field):
    with pytest.raises(BadOrder) as refused:
        check_region(*region)
    assert refused.value.field == field


@pytest.mark.usefixtures("without_package")
def test_without_the_package_the_province_is_still_checked():
    check_region("广东省", "深圳市", "南山区")
    check_region("广东省", "随便", "")
    with pytest.raises(BadOrder):
        check_region("广东", "深圳市", "南山区")
