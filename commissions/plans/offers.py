"""What a product would pay whoever brings its buyer, at this moment's price and plan."""

from __future__ import annotations

from django.conf import settings

from commissions.plans.models import PlanOverride
from commissions.plans.selectors import current_plan
from commissions.settlement.rules import LineRates, LineState, line_amounts, rates_for_line
from mall.catalogue.models import Product
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
