"""What an order asks for, put together with everything that decides its price: the pipeline's facts, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from mall import money
from mall.buyers.models import Buyer
from mall.catalogue.models import Category, Product, Sku
from mall.coupons.errors import CouponBelowThreshold, CouponOutOfScope
from mall.coupons.models import Coupon
from mall.coupons.selectors import coupon_terms
from mall.freight.selectors import DEFAULT
from mall.orders.errors import BadOrder, NotOnSale, OutOfStock, OverPurchaseLimit, SkuMissing
from mall.orders.offers import holding_at
from mall.pricing import pipeline
from mall.pricing.facts import FreightTerms, Limited, Line, Offers, Priced, Region
from mall.pricing.ports import is_member
from mall.promotions.floors import floor_at
from mall.promotions.models import LimitedPrice
from mall.promotions.selectors import pieces_left

Goods = list[tuple[Sku, int]]


@dataclass(frozen=True, slots=True)
class Basket:
    """Goods and offers of one moment, ready to be priced."""

    goods: Goods
    lines: tuple[Line, ...]
    offers: Offers
    limited: dict[int, LimitedPrice]
    at: datetime


def goods_of(wanted: Mapping[UUID, int], skus: Mapping[UUID, Sku]) -> Goods:
    """The SKUs asked for with how many of each: all there, on sale and enough of them.

    Raises SkuMissing, NotOnSale, OutOfStock, OverPurchaseLimit.
    """
    if len(skus) < len(wanted):
        raise SkuMissing
    goods = [(skus[public_id], quantity) for public_id, quantity in wanted.items()]
    pieces: dict[int, int] = {}
    for sku, quantity in goods:
        product = sku.product
        if not sku.is_active or product.status != Product.Status.ON_SALE:
            raise NotOnSale(_("“%(name)s”已下架或该规格已停售，请换一个再下单。") % {"name": product.name})
        if sku.stock < quantity:
            raise OutOfStock(
                _("“%(name)s %(specs)s”库存不足，仅剩 %(left)s 件，请减少数量。")
                % {"name": product.name, "specs": sku, "left": sku.stock}
            )
        pieces[product.pk] = pieces.get(product.pk, 0) + quantity
        if product.purchase_limit is not None and pieces[product.pk] > product.purchase_limit:
            raise OverPurchaseLimit(
                _("“%(name)s”每单限购 %(most)s 件，请减少数量。")
                % {"name": product.name, "most": product.purchase_limit}
            )
    return goods


def gather(
    goods: Goods, *, buyer: Buyer | None, region: Region | None, at: datetime, coupons: Sequence[Coupon] = ()
) -> Basket:
    """Read what decides the price of the goods. coupons: those that will be tried, with their templates.

    A constant number of statements: one for all offers, and members and categories only where one of the goods or
    offers asks for them.
    """
    holding = holding_at(at, sku_ids=[sku.pk for sku, _quantity in goods], templates=_templates_of(goods))
    limited, thresholds = holding.limited, holding.thresholds
    by_category = any(offer.scope.category_id for offer in thresholds) or any(
        coupon.template.category_id for coupon in coupons
    )
    above = _categories_above() if by_category else {}
    members_price = any(sku.member_price_fen is not None for sku, _quantity in goods)
    member = members_price and buyer is not None and is_member(buyer)
    freight = holding.freight if region is not None else {}
    lines = tuple(
        Line(
            sku_id=sku.pk,
            product_id=sku.product_id,
            quantity=quantity,
            list_fen=sku.price_fen,
            category_ids=above.get(sku.product.category_id, frozenset()),
            member_fen=sku.member_price_fen if member else None,
            limited=_limited_terms(sku, quantity, limited.get(sku.pk)),
            weight_g=sku.weight_g,
            freight=_template_of(sku, freight),
        )
        for sku, quantity in goods
    )
    return Basket(goods, lines, Offers(thresholds, freight, region), limited, at)


def priced(basket: Basket, coupon: Coupon | None = None) -> Priced:
    """The basket's price, with this coupon if there is one.

    Raises CouponOutOfScope, CouponBelowThreshold; BadOrder above FEN_MAX.
    """
    try:
        found = pipeline.price(basket.lines, basket.offers, coupon_terms(coupon) if coupon else None)
    except pipeline.OutOfScope:
        raise CouponOutOfScope from None
    except pipeline.BelowThreshold as short:
        raise CouponBelowThreshold(
            _("这张优惠券还差 ¥%(missing)s 才能使用，请再选一些商品或不使用优惠券。")
            % {"missing": money.yuan(short.missing_fen)}
        ) from None
    if coupon is not None and found.coupon_taken_fen == 0:
        raise CouponOutOfScope(_("所选商品的价格不能再优惠，这张优惠券留给下次使用更合算。"))
    if found.goods_fen + found.freight_fen > money.FEN_MAX:
        raise BadOrder(
            _("订单金额超过上限 ¥%(most)s，请分次下单。") % {"most": money.yuan(money.FEN_MAX)}, field="lines"
        )
    return found


def _limited_terms(sku: Sku, quantity: int, limited: LimitedPrice | None) -> Limited | None:
    if limited is None:
        return None
    left = pieces_left(limited)
    if left is not None and left < quantity:
        return None
    floor_fen = limited.floor_fen
    # The cost changed, and whoever pauses such prices has not come by yet: nothing is sold below today's floor.
    if sku.cost_fen is not None and sku.cost_fen != limited.floor_basis.get("cost_fen", sku.cost_fen):
        floor_fen = floor_at(sku, limited.price_fen).floor_fen
        if limited.price_fen < floor_fen and not limited.override_reason:
            return None
    return Limited(limited.pk, limited.price_fen, floor_fen, limited.name)


def _categories_above() -> dict[int | None, frozenset[int]]:
    """Category id → itself and all above it, of the whole small tree in one statement."""
    parents: dict[int, int | None] = dict(Category.objects.order_by().values_list("pk", "parent_id"))
    found: dict[int | None, frozenset[int]] = {None: frozenset()}
    for pk in parents:
        path, at = set(), pk
        while at is not None:
            path.add(at)
            at = parents.get(at)
        found[pk] = frozenset(path)
    return found


def _templates_of(goods: Goods) -> set[int]:
    return {sku.product.freight_template_id or DEFAULT for sku, _quantity in goods if not sku.product.free_freight}


def _template_of(sku: Sku, freight: Mapping[int, FreightTerms]) -> int | None:
    if sku.product.free_freight:
        return None
    template = sku.product.freight_template_id or DEFAULT
    return template if template in freight else None
