"""What an order would cost: the checkout's figures before anything is placed. Nothing is locked or reserved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Sku
from mall.catalogue.selectors import skus_asked_for
from mall.coupons.models import Coupon
from mall.coupons.selectors import coupon_terms, usable_coupon, usable_now
from mall.orders import placing
from mall.orders.baskets import Basket, gather, goods_of, priced
from mall.pricing.choosing import Tried, best_of, try_coupons
from mall.pricing.facts import Priced, PricedLine, Region, Taken
from mall.promotions.models import LimitedPrice
from mall.promotions.selectors import pieces_left

# Which coupon: none, the one with this public id, or whichever makes the order cheapest.
CouponChoice = Coupon | UUID | Literal["best"] | None


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line of a quote. `limited` is the limited-time price it is sold at, with its end."""

    sku: Sku
    quantity: int
    priced: PricedLine
    limited: LimitedPrice | None
    is_deliverable: bool

    @property
    def list_fen(self) -> int:
        """Of one piece, before anything was taken off."""
        return self.priced.line.list_fen

    @property
    def price_fen(self) -> int:
        """Of one piece, as sold."""
        return self.priced.price_fen

    @property
    def paid_fen(self) -> int:
        """Of the whole line, after its share of every discount, without freight."""
        return self.priced.paid_fen

    @property
    def freight_fen(self) -> int:
        """The line's share of the freight."""
        return self.priced.freight_fen

    @property
    def steps(self) -> tuple[Taken, ...]:
        """What each step took off the line."""
        return self.priced.steps

    @property
    def limited_left(self) -> int | None:
        """Pieces left at the limited-time price; None: no such price, or no such bound."""
        return pieces_left(self.limited) if self.limited else None


@dataclass(frozen=True, slots=True)
class CouponOffer:
    """One usable coupon of the wallet: what it would take, or how much is missing to its threshold.

    Neither: it is for other goods.
    """

    coupon: Coupon
    taken_fen: int | None
    missing_fen: int | None

    @property
    def fits(self) -> bool:
        """Whether it takes anything off this order."""
        return bool(self.taken_fen)


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order costs at `at`, the server's time. freight_fen is 0 while freight_known is False."""

    lines: list[QuotedLine]
    goods_fen: int
    discount_fen: int
    freight_fen: int
    total_fen: int
    freight_known: bool
    coupon: Coupon | None
    coupon_taken_fen: int
    coupon_lost_fen: int
    coupons: list[CouponOffer]
    best: Coupon | None
    at: datetime

    @property
    def is_deliverable(self) -> bool:
        """Whether every line goes to the address."""
        return all(line.is_deliverable for line in self.lines)


def quote(
    *,
    buyer: Buyer | None,
    lines: Sequence[tuple[Sku | UUID, int]],
    address: dict[str, Any] | None = None,
    coupon: CouponChoice = None,
) -> Quote:
    """What these goods would cost this buyer now.

    address: the order's, or only its province, city and district; None while it is not known, and then freight
    is left out. Raises what placing would about goods and coupon: BadOrder, SkuMissing, NotOnSale, OutOfStock,
    OverPurchaseLimit, CouponMissing, CouponUsed, CouponExpired, CouponNotYet, CouponOutOfScope,
    CouponBelowThreshold. Goods that do not go to the region are told, not refused.
    """
    wanted = placing.checked_lines(lines)
    goods = goods_of(wanted, skus_asked_for(wanted, lock=False))
    at = clock.now()
    wallet = usable_now(buyer, at) if buyer is not None else []
    chosen = _chosen(buyer, coupon, at)
    tried_on = [*wallet, *([chosen] if chosen is not None else [])]
    basket = gather(goods, buyer=buyer, region=placing.checked_destination(address), at=at, coupons=tried_on)
    tried = try_coupons(basket.lines, basket.offers, [coupon_terms(one) for one in wallet])
    best = _best(wallet, tried, priced(basket))
    if coupon == "best":
        chosen = best
    return _quote(basket, priced(basket, chosen), chosen, _offers(wallet, tried), best)


def _chosen(buyer: Buyer | None, coupon: CouponChoice, at: datetime) -> Coupon | None:
    if coupon is None or coupon == "best":
        return None
    return usable_coupon(buyer, coupon.public_id if isinstance(coupon, Coupon) else coupon, at)


def _offers(wallet: list[Coupon], tried: list[Tried]) -> list[CouponOffer]:
    """Those that take most first, then those that nearly fit, then the others."""
    offers = [
        CouponOffer(coupon, one.priced.coupon_taken_fen if one.priced else None, one.missing_fen)
        for coupon, one in zip(wallet, tried, strict=True)
    ]
    return sorted(offers, key=lambda one: (-(one.taken_fen or 0), one.missing_fen is None, one.missing_fen or 0))


def _best(wallet: list[Coupon], tried: list[Tried], without: Priced) -> Coupon | None:
    best = best_of(tried, without)
    return next((one for one in wallet if one.pk == best.coupon.id), None) if best is not None else None


def _quote(
    basket: Basket, found: Priced, coupon: Coupon | None, coupons: list[CouponOffer], best: Coupon | None
) -> Quote:
    region: Region | None = basket.offers.region
    lines = [
        QuotedLine(
            sku=sku,
            quantity=quantity,
            priced=line,
            limited=basket.limited.get(sku.pk) if line.limited is not None else None,
            is_deliverable=sku.pk not in found.undeliverable,
        )
        for (sku, quantity), line in zip(basket.goods, found.lines, strict=True)
    ]
    return Quote(
        lines=lines,
        goods_fen=found.goods_fen,
        discount_fen=found.discount_fen,
        freight_fen=found.freight_fen,
        total_fen=found.total_fen,
        freight_known=region is not None,
        coupon=coupon,
        coupon_taken_fen=found.coupon_taken_fen,
        coupon_lost_fen=found.coupon_lost_fen,
        coupons=coupons,
        best=best,
        at=basket.at,
    )
