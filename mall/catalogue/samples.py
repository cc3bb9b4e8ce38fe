"""Twelve sample goods: one click puts them on sale, one takes them away."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from mall.catalogue.drawing import draw_good
from mall.catalogue.errors import SamplesThere
from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.catalogue.pictures import add_picture, remove_picture
from mall.catalogue.services import create_category, create_product, delete_category, withdraw_product
from mall.malls.models import Mall
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

AISLE = "示例商品"
STOCK = 100


@dataclass(frozen=True)
class Sample:
    """name, what it is, its picture's shape and hue, and its variants as (name, price in fen)."""

    name: str
    subtitle: str
    shape: str
    hue: int
    variants: tuple[tuple[str, int], ...]


SAMPLES = (
    Sample("高山绿茶", "清香甘爽，一罐慢慢喝", "tin", 112, (("100克", 6_800), ("250克", 15_800))),
    Sample("桂花乌龙", "花香入茶，冷热皆宜", "pouch", 34, (("100克", 4_900),)),
    Sample("白瓷盖碗", "薄胎白釉，三才一套", "gaiwan", 205, (("青花", 8_800), ("素白", 7_800))),
    Sample("原木砧板", "整木不拼接", "board", 26, (("小号", 9_900), ("大号", 13_900))),
    Sample("手冲咖啡豆", "中度烘焙，坚果可可香", "jar", 18, (("200克", 5_800), ("500克", 12_800))),
    Sample("冷榨橄榄油", "第一道初榨", "bottle", 84, (("500毫升", 8_900),)),
    Sample("时令苹果", "脆甜多汁，坏果包赔", "fruit", 4, (("5斤", 3_990), ("10斤", 6_990))),
    Sample("手打曲奇礼盒", "黄油香浓，送礼自用", "gift_box", 348, (("12枚", 4_900), ("24枚", 8_900))),
    Sample("藤编收纳篮", "天然藤条，手工编织", "basket", 30, (("中号", 7_900), ("大号", 9_900))),
    Sample("香薰蜡烛", "大豆蜡，五十小时", "candle", 280, (("雪松", 8_800), ("白茶", 8_800))),
    Sample("棉麻抱枕", "可拆洗，含芯", "pillow", 150, (("苔绿", 6_800), ("燕麦", 6_800))),
    Sample("粗陶花瓶", "素胎粗砂，插枝即景", "vase", 196, (("标准", 7_900),)),
)


def add_samples(*, actor: StaffMember) -> list[Product]:
    """Put the twelve on sale in a category of their own. Locks the mall's row. Raises SamplesThere."""
    Mall.objects.select_for_update(no_key=True).get(pk=require_mall_id("Samples"))
    if Product.objects.filter(is_sample=True).exists():
        raise SamplesThere
    category = Category.objects.filter(name=AISLE, parent__isnull=True).first() or create_category(name=AISLE)
    made = [_add(sample, category, position) for position, sample in enumerate(SAMPLES)]
    log(action="samples.added", actor=actor, detail={"products": len(made)})
    return made


def remove_samples(*, actor: StaffMember) -> tuple[int, int]:
    """Take the samples away: (deleted, taken off sale). Off sale are those that somebody ordered or refers to.

    Locks the mall's row and the products.
    """
    Mall.objects.select_for_update(no_key=True).get(pk=require_mall_id("Samples"))
    deleted = kept = 0
    for product in Product.objects.select_for_update(no_key=True).filter(is_sample=True).order_by("id"):
        if _delete(product):
            deleted += 1
        else:
            withdraw_product(product=product)
            # What was sold is part of the mall's history now, no longer a sample.
            Product.objects.filter(pk=product.pk).update(is_sample=False)
            kept += 1
    aisle = Category.objects.filter(name=AISLE, parent__isnull=True).first()
    if aisle is not None and aisle.is_leaf_node() and not Product.objects.filter(category=aisle).exists():
        delete_category(category=aisle)
    log(action="samples.removed", actor=actor, detail={"deleted": deleted, "kept": kept})
    return deleted, kept


def _add(sample: Sample, category: Category, position: int) -> Product:
    product = create_product(
        name=sample.name,
        subtitle=sample.subtitle,
        category=category,
        description=_("这是一件示例商品，用来看看店铺的样子；开张前请一键删除。"),
        position=position,
        skus=[{"specs": {"规格": name}, "price_fen": price, "stock": STOCK} for name, price in sample.variants],
    )
    Product.objects.filter(pk=product.pk).update(is_sample=True)
    add_picture(product=product, data=draw_good(name=sample.name, shape=sample.shape, hue=sample.hue))
    return product


def _delete(product: Product) -> bool:
    """Whether nothing refers to it and it is gone."""
    pictures = list(ProductPicture.objects.filter(product=product))
    try:
        with transaction.atomic():
            for picture in pictures:
                remove_picture(picture=picture)
            Sku.objects.filter(product=product).delete()
            Product.objects.filter(pk=product.pk).delete()
    except (ProtectedError, RestrictedError, IntegrityError):
        return False
    return True
