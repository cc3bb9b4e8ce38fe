"""Questions about promotions: what holds at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from mall.catalogue.models import Category, Product, Sku
from mall.pricing.facts import Scope, Threshold
from mall.promotions.models import LimitedPrice, ThresholdDiscount


def running_limited(at: datetime) -> QuerySet[LimitedPrice]:
    """The limited-time prices that hold at this moment."""
    return LimitedPrice.objects.filter(starts_at__lte=at, ends_at__gt=at, closed_at__isnull=True, paused_reason="")


def limited_of(sku_ids: Iterable[int], at: datetime) -> dict[int, LimitedPrice]:
    """SKU id → its limited-time price at this moment, with pieces left. One statement."""
    found = running_limited(at).filter(sku_id__in=list(sku_ids)).order_by("-id")
    return {limited.sku_id: limited for limited in found if pieces_left(limited) != 0}


def pieces_left(limited: LimitedPrice) -> int | None:
    """How many may still be sold at this price; None: as many as there are."""
    if limited.quantity_limit is None:
        return None
    return max(0, limited.quantity_limit - limited.sold_count)


def thresholds_at(at: datetime) -> tuple[Threshold, ...]:
    """The threshold discounts of this moment, as the pipeline takes them. One statement."""
    return tuple(
        Threshold(one.pk, one.threshold_fen, one.off_fen, Scope(one.product_id, one.category_id), one.name)
        for one in ThresholdDiscount.objects.filter(starts_at__lte=at, ends_at__gt=at, closed_at__isnull=True).order_by(
            "id"
        )
    )


def goods_of_scope(*, category: Category | None = None, product: Product | None = None) -> QuerySet[Sku]:
    """The SKUs on sale in a product, in a category with what is below it, or in the mall, whose cost is known."""
    skus = Sku.objects.select_related("product").filter(
        is_active=True, cost_fen__isnull=False, product__status=Product.Status.ON_SALE
    )
    if product is not None:
        skus = skus.filter(product=product)
    if category is not None:
        skus = skus.filter(
            product__category__tree_id=category.tree_id,
            product__category__lft__gte=category.lft,
            product__category__rght__lte=category.rght,
        )
    return skus.order_by("-price_fen", "id")
