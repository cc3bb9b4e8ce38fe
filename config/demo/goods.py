"""The two demo malls."""

from __future__ import annotations

from config.demo.household import HOME_AISLES
from config.demo.shelves import Aisle, DemoBanner, DemoMall, Goods, kinds
from config.demo.tea import TEA_AISLES

STOCK = 5_000

TEA = DemoMall(
    slug="tea",
    name="山野茶事",
    notice="春茶已上新，全场包邮，签收后 7 天内可退换。",
    color="#2f7d4f",
    members=["林小满", "周子墨", "陈一诺", "苏念", "何以晴"],
    aisles=TEA_AISLES,
    banners=[
        DemoBanner("一叶一春天", "明前绿茶 · 头采上新", "tin", 112, "绿茶"),
        DemoBanner("手作茶器", "柴烧盖碗 · 一器一色", "gaiwan", 196, "茶器"),
        DemoBanner("把心意装进盒子", "四时有茶 · 礼盒臻选", "gift_box", 352, "礼盒"),
    ],
    returns_promise="正品保证，签收后 7 天内未拆封可退换，破损包赔。",
)

HOME = DemoMall(
    slug="home",
    name="木与物生活",
    notice="原木家居，慢工细作；大件送货到门。",
    color="#a0632f",
    members=["唐知夏", "赵临风", "许愿", "白若溪", "江一舟"],
    aisles=HOME_AISLES,
    banners=[
        DemoBanner("慢慢过日子", "原木厨房 · 用得久一点", "board", 26, "厨房"),
        DemoBanner("给夜晚留一盏灯", "暖光灯具 · 伴你入眠", "lamp", 40, "灯具"),
        DemoBanner("好吃又省心", "零食鲜果 · 坏果包赔", "fruit", 6, "鲜果"),
    ],
    returns_promise="签收后 7 天无理由退换，大件上门取退，生鲜坏果包赔。",
)

MALLS = [TEA, HOME]

# The product of .local/demo.json: for trying things out, in no promotion.
TRIAL_AISLE = Aisle("体验", "gift_box", 210)
TRIAL = Goods("体验商品", "用来走一遍流程：分享、下单、付款、结算", kinds(("标准", 10_000, 12_000)), "体验 试用")
