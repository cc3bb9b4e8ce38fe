"""Filling a demo mall's shelves: categories with signs, goods with pictures, banners."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

from config.demo.goods import STOCK, TRIAL, TRIAL_AISLE
from config.demo.shelves import Aisle, DemoMall, Goods
from mall import clock
from mall.banners.services import add_banner
from mall.catalogue.drawing import VIEWS, draw_banner, draw_good, draw_sign
from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.pictures import add_picture
from mall.catalogue.services import create_category, create_product
from mall.catalogue.signs import set_category_icon
from mall.coupons.services import create_coupon_template
from mall.promotions.services import create_limited_price
from mall.staff.models import StaffMember

SOLD_MOST = 900
# Behind everything else: what is there for trying things out is no beauty.
POSITION_LAST = 9_000
# Of a hundred: what goods cost the merchant, and what members pay where there is a price for them.
COST, MEMBER, LIMITED = 52, 95, 88
OFFERS, OFFER_LASTS = 5, timedelta(days=7)


def fill_shop(demo: DemoMall) -> None:
    """Everything a buyer sees of a demo mall. Needs mall_scope."""
    _shelve(TRIAL_AISLE, [TRIAL], position=99, first=POSITION_LAST)
    categories = {aisle.name: _shelve(aisle, aisle.goods, position=place) for place, aisle in enumerate(demo.aisles)}
    for place, banner in enumerate(demo.banners):
        drawn = draw_banner(title=banner.title, subtitle=banner.subtitle, shape=banner.shape, hue=banner.hue)
        link = f"/products?category={categories[banner.category].public_id}"
        add_banner(data=drawn, title=banner.title, link=link, position=place)


def offer(actor: StaffMember) -> None:
    """Coupons to take and limited-time prices that end in a week. Needs mall_scope; the present, not the history."""
    now = clock.now()
    create_coupon_template(
        actor=actor, name="新人见面礼", kind="fixed", off_fen=1_000, threshold_fen=9_900, valid_days=30
    )
    create_coupon_template(
        actor=actor, name="满 199 减 20", kind="fixed", off_fen=2_000, threshold_fen=19_900, valid_days=15
    )
    create_coupon_template(
        actor=actor, name="全场九五折", kind="percent", off_bps=500, off_max_fen=3_000, valid_days=7, total_count=500
    )
    chosen = Sku.objects.filter(product__status=Product.Status.ON_SALE, price_fen__range=(2_500, 30_000), position=0)
    for sku in chosen.exclude(product__name=TRIAL.name).order_by("-product__sold_count", "id")[:OFFERS]:
        create_limited_price(
            sku=sku,
            price_fen=sku.price_fen * LIMITED // 1_000 * 10,
            starts_at=now,
            ends_at=now + OFFER_LASTS,
            actor=actor,
        )


def _shelve(aisle: Aisle, goods: list[Goods], *, position: int, first: int = 0) -> Category:
    category = create_category(name=aisle.name, position=position)
    set_category_icon(category=category, data=draw_sign(shape=aisle.shape, hue=aisle.hue, label=aisle.name))
    for place, one in enumerate(goods):
        product = _product(one, category, first + place)
        shape, hue, label = one.shape or aisle.shape, hue_of(aisle, one), label_of(one.name)
        for view in range(VIEWS):
            drawn = draw_good(name=one.name, shape=shape, hue=hue, label=label, view=view)
            add_picture(product=product, data=drawn)
    return category


def _product(goods: Goods, category: Category, position: int) -> Product:
    product = create_product(
        name=goods.name,
        subtitle=goods.subtitle,
        keywords=goods.keywords,
        category=category,
        description=_description(goods),
        position=position,
        skus=[
            {
                "specs": specs, "price_fen": price, "market_price_fen": market, "stock": STOCK,
                "cost_fen": price * COST // 100,
            }
            for specs, price, market in goods.skus
        ],
    )  # fmt: skip
    if goods is TRIAL:
        return product
    seed = crc32(goods.name.encode())
    Product.objects.filter(pk=product.pk).update(sold_count=seed % SOLD_MOST + 12)
    if seed % 4 == 0:
        for sku in Sku.objects.filter(product=product):
            sku.member_price_fen = sku.price_fen * MEMBER // 100
            sku.save(update_fields=["member_price_fen"])
    return product


def _description(goods: Goods) -> str:
    sizes = "、".join(" ".join(specs.values()) for specs, _price, _market in goods.skus)
    return (
        f"<h3>{goods.name}</h3><p>{goods.subtitle}。</p><ul><li>可选规格：{sizes}</li>"
        "<li>发货：每天 16:00 前的订单当天发出</li><li>包装：双层纸箱，破损包赔</li></ul>"
        "<p>图片为示意，请以收到的实物为准；有任何问题请联系客服。</p>"
    )


def hue_of(aisle: Aisle, goods: Goods) -> int:
    """The hue of its pictures: its aisle's, a little aside."""
    return aisle.hue + crc32(goods.name.encode()) % 31 - 15


def label_of(name: str) -> str:
    """What stands on the pack: the last word of a name is what it is."""
    plain = name.split(maxsplit=1)[0]
    return plain if len(plain) <= 4 else plain[-4:]
