# ruff: noqa: E501 - a table of goods reads best with one line each
"""What the two demo malls sell. Prices in fen."""

from __future__ import annotations

from dataclasses import dataclass, field

STOCK = 5_000


@dataclass(frozen=True, slots=True)
class Goods:
    """One product: name, subtitle, category and its variants as (specs, price, market price)."""

    name: str
    subtitle: str
    category: str
    skus: list[tuple[dict[str, str], int, int]]
    description: str = ""


@dataclass(frozen=True, slots=True)
class DemoMall:
    """A mall of the demo. members: nicknames, each brought by the one before."""

    slug: str
    name: str
    notice: str
    color: str
    members: list[str]
    goods: list[Goods] = field(default_factory=list)


def weights(*prices: tuple[str, int, int]) -> list[tuple[dict[str, str], int, int]]:
    """Variants by weight."""
    return [({"规格": weight}, price, market) for weight, price, market in prices]


def colors(price: int, market: int, *names: str) -> list[tuple[dict[str, str], int, int]]:
    """Variants by colour, at one price."""
    return [({"颜色": name}, price, market) for name in names]


TEA = DemoMall(
    slug="tea",
    name="山野茶事",
    notice="春茶已上新，全场包邮，签收后 7 天内可退换。",
    color="#2f7d4f",
    members=["林小满", "周子墨", "陈一诺", "苏念", "何以晴"],
    goods=[
        Goods("明前龙井", "核心产区头采，豆香清甜", "绿茶", weights(("50克罐装", 12_800, 15_800), ("250克礼盒", 52_800, 62_800))),
        Goods("高山白毫银针", "当年新茶，毫香蜜韵", "白茶", weights(("50克", 16_800, 19_800), ("150克", 45_800, 53_800))),
        Goods("老白茶饼", "五年陈化，煮饮更佳", "白茶", weights(("200克", 19_900, 25_900), ("357克", 32_900, 39_900))),
        Goods("凤凰单丛 鸭屎香", "炭焙三道，花香持久", "乌龙茶", weights(("100克", 13_900, 16_900), ("250克", 31_900, 38_900))),
        Goods("武夷大红袍", "正岩山场，岩骨花香", "乌龙茶", weights(("80克", 18_800, 22_800), ("240克", 49_900, 59_900))),
        Goods("正山小种", "松烟薰香，汤色红亮", "红茶", weights(("100克", 9_900, 12_900), ("300克", 26_900, 31_900))),
        Goods("滇红金芽", "单芽金毫，蜜香浓醇", "红茶", weights(("100克", 11_800, 14_800))),
        Goods("古树普洱 生茶", "勐海古树，回甘生津", "普洱", weights(("357克饼", 29_800, 35_800))),
        Goods("陈皮普洱小青柑", "新会陈皮配宫廷普洱，一颗一泡", "普洱", weights(("10颗装", 5_900, 7_900), ("30颗装", 15_900, 19_900))),
        Goods("手作柴烧盖碗", "一器一色，宜茶宜礼", "茶器", colors(23_800, 28_800, "青灰", "赭石")),
        Goods("便携旅行茶具", "一壶三杯，轻装出行", "茶器", colors(16_800, 19_800, "月白", "墨绿", "陶红")),
        Goods("茉莉花茶 体验装", "七窨一提，试试再买", "花茶", weights(("3泡", 990, 1_990), ("15泡", 3_900, 5_900))),
    ],
)  # fmt: skip

HOME = DemoMall(
    slug="home",
    name="木与物生活",
    notice="原木家居，慢工细作；大件送货到门。",
    color="#a0632f",
    members=["唐知夏", "赵临风", "许愿", "白若溪", "江一舟"],
    goods=[
        Goods("北美黑胡桃砧板", "整木无拼接，食品级木蜡油", "厨房", [({"尺寸": "小号"}, 15_800, 19_800), ({"尺寸": "大号"}, 23_800, 28_800)]),
        Goods("手作樱桃木餐勺", "六道打磨，圆润不伤唇", "厨房", [({"数量": "1支"}, 3_900, 4_900), ({"数量": "4支装"}, 13_900, 17_900)]),
        Goods("榉木擀面杖", "直径均匀，不沾面", "厨房", [({"长度": "40厘米"}, 2_900, 3_900)]),
        Goods("亚麻桌布", "水洗做旧，自然垂坠", "布艺", colors(12_800, 15_800, "燕麦色", "雾蓝", "豆绿")),
        Goods("针织盖毯", "纯棉粗针，四季可用", "布艺", colors(18_900, 23_900, "米白", "姜黄")),
        Goods("藤编收纳篮", "天然藤条，手工编织", "收纳", [({"尺寸": "小"}, 5_900, 7_900), ({"尺寸": "中"}, 8_900, 10_900), ({"尺寸": "大"}, 12_900, 15_900)]),
        Goods("抽屉分格收纳盒", "可自由组合，原木边框", "收纳", [({"规格": "三件套"}, 9_900, 12_900)]),
        Goods("陶瓷香薰灯", "暖光扩香，伴你入眠", "灯具", colors(21_900, 26_900, "奶油白", "岩灰")),
        Goods("胡桃木小夜灯", "触控调光，磁吸充电", "灯具", [({"版本": "标准版"}, 16_900, 19_900)]),
        Goods("实木小边几", "榫卯结构，免安装", "家具", colors(49_900, 59_900, "原木色", "胡桃色")),
        Goods("折叠阅读椅", "三档调节，久坐不累", "家具", colors(69_900, 82_900, "帆布灰", "复古棕")),
        Goods("香柏木衣物护理片", "天然防潮防蛀，一盒二十四片", "收纳", [({"规格": "24片"}, 2_590, 3_590)]),
    ],
)  # fmt: skip

MALLS = [TEA, HOME]

# The product of .local/demo.json: for trying things out, in no promotion.
TRIAL = Goods("体验商品", "用来走一遍流程：分享、下单、付款、结算", "体验", [({"规格": "标准"}, 10_000, 12_000)])
