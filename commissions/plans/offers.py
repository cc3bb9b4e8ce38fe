"""What a product would pay whoever brings its buyer, at this moment's price and plan."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from commissions.plans.models import PlanOverride
from commissions.plans.selectors import current_plan, overrides_by_scope
from commissions.settlement.rules import LineRates, LineState, line_amounts, rates_for_line
from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.selectors import active_skus


def most_earned(product: Product) -> int:
    """The most that one piece of a product pays level 1, in fen (port of the referrals floor).

    Of its dearest offer: rates of the narrowest scope, the mall's ceiling applied. A coupon or a refund
    lowers what is paid in the end.
    """
    plan = current_plan()
    overrides = {}
    for override in PlanOverride.objects.filter(plan=plan):
        for scope in ("sku", "product", "category"):
            if (target := getattr(override, f"{scope}_id")) is not None:
                overrides[scope, target] = override
    category_ids = _nearest_first(product) if any(scope == "category" for scope, _ in overrides) else []
    most = 0
    for sku in active_skus(product):
        rates: LineRates = rates_for_line(
            sku_id=sku.pk,
            product_id=product.pk,
            category_ids=category_ids,
            mall_bps=plan.order_levels_bps,
            overrides=overrides,
            levels_max=settings.REFERRAL_MAX_LEVELS,
        )
        amounts = line_amounts(LineState(1, sku.price_fen, sku.price_fen), rates, plan.ceiling_bps)
        most = max(most, amounts[0] if amounts else 0)
    return most


def _nearest_first(product: Product) -> list[int]:
    if product.category is None:
        return []
    return [category.pk for category in product.category.get_ancestors(ascending=True, include_self=True)]


# So many pieces at once show what flooring one piece's part would hide.
_MANY = 10_000


def largest_commission(prices_fen: Mapping[Sku, int]) -> dict[int, int]:
    """SKU id → the most all levels together can take of one piece at its price, in fen (port of the mall floor).

    Under the plan of this moment, its ceiling applied; rounded up over many pieces. SKUs with their product. The
    number of statements is constant.
    """
    plan = current_plan()
    overrides = overrides_by_scope([plan.pk]).get(plan.pk, {})
    above = _categories_above() if any(scope == "category" for scope, _id in overrides) else {}
    most = {}
    for sku, price_fen in prices_fen.items():
        rates = rates_for_line(
            sku_id=sku.pk,
            product_id=sku.product_id,
            category_ids=above.get(sku.product.category_id, ()),
            mall_bps=plan.order_levels_bps,
            overrides=overrides,
            levels_max=settings.REFERRAL_MAX_LEVELS,
        )
        paid_fen = price_fen * _MANY
        most[sku.pk] = -(-sum(line_amounts(LineState(_MANY, paid_fen, paid_fen), rates, plan.ceiling_bps)) // _MANY)
    return most


def _categories_above() -> dict[int | None, list[int]]:
    """Category id → itself and all above it, nearest first, in one statement."""
    parents: dict[int, int | None] = dict(Category.objects.order_by().values_list("pk", "parent_id"))
    found: dict[int | None, list[int]] = {}
    for pk in parents:
        path, at = [], pk
        while at is not None:
            path.append(at)
            at = parents.get(at)
        found[pk] = path
    return found
