"""Coupons, promotions and freight for tests, made through the services. Needs no scope."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Sku
from mall.catalogue.services import create_product
from mall.coupons.models import Coupon, CouponTemplate
from mall.coupons.services import create_coupon_template, give_coupons
from mall.freight.models import FreightTemplate
from mall.freight.services import save_freight_template
from mall.malls.models import Mall
from mall.promotions.models import LimitedPrice
from mall.promotions.services import create_limited_price
from mall.tenancy.context import mall_scope
from tests.factories.mall import owner_of


def make_costed_sku(
    mall: Mall, *, price_fen: int = 10_000, cost_fen: int | None = 5_000, stock: int = 1_000, **more: Any
) -> Sku:
    """The only SKU of a new product, its cost known."""
    with mall_scope(mall.pk):
        product = create_product(
            name=more.pop("name", "有成本的商品"),
            skus=[{"specs": {}, "price_fen": price_fen, "stock": stock, "cost_fen": cost_fen}],
            **more,
        )
        return Sku.objects.select_related("product").get(product=product)


def make_coupons(mall: Mall, **terms: Any) -> CouponTemplate:
    """A kind of coupon: ¥10 off anything for seven days, where nothing else is said."""
    off = {} if "kind" in terms else {"kind": "fixed", "off_fen": 1_000}
    ends = {} if "valid_until" in terms else {"valid_days": 7}
    with mall_scope(mall.pk):
        said = {"name": "优惠券", "loss_reason": "测试", **off, **ends, **terms}
        return create_coupon_template(actor=owner_of(mall), **said)


def give_coupon(mall: Mall, buyer: Buyer, **terms: Any) -> Coupon:
    """A coupon of a new kind in the buyer's wallet."""
    template = make_coupons(mall, **terms)
    with mall_scope(mall.pk):
        return give_coupons(template=template, buyers=[buyer], actor=owner_of(mall))[0]


def make_limited(mall: Mall, sku: Sku, price_fen: int, **more: Any) -> LimitedPrice:
    """A limited-time price from now for a day."""
    now = clock.now()
    dates = {"starts_at": now - timedelta(seconds=1), "ends_at": now + timedelta(days=1)}
    with mall_scope(mall.pk):
        return create_limited_price(sku=sku, price_fen=price_fen, **{"actor": owner_of(mall), **dates, **more})


def make_freight(mall: Mall, *, rules: list[dict[str, Any]] | None = None, **more: Any) -> FreightTemplate:
    """A template: ¥8 for the first piece, ¥2 for each more, everywhere but in 西藏自治区."""
    usual = [
        {"regions": [], "first_fen": 800, "extra_fen": 200},
        {"regions": ["西藏自治区"], "is_excluded": True},
    ]
    with mall_scope(mall.pk):
        return save_freight_template(
            actor=owner_of(mall), rules=rules if rules is not None else usual, **{"name": "普通快递", **more}
        )
