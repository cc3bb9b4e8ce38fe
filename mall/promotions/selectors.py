"""Questions about promotions: what holds at a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from mall.catalogue.models import Category, Product, Sku
from mall.pricing.facts import Scope, Threshold
from mall.promotions.models import LimitedPrice
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

# Both are asked for by every order: plain SQL, whose text is not put together anew each time.
_LIMITED_FIELDS = tuple(field.attname for field in LimitedPrice._meta.concrete_fields)
_LIMITED = Prepared(
    "limited_prices",
    f"""
SELECT {", ".join(_LIMITED_FIELDS)} FROM mall_limitedprice
WHERE mall_id = %(mall)s AND sku_id = ANY(%(skus)s) AND starts_at <= %(at)s AND ends_at > %(at)s
    AND closed_at IS NULL AND paused_reason = '' ORDER BY id DESC
""",  # noqa: S608 - our own columns
    {"mall": "bigint", "skus": "bigint[]", "at": "timestamptz"},
)
_THRESHOLDS = Prepared(
    "threshold_discounts",
    """
SELECT id, threshold_fen, off_fen, product_id, category_id, name FROM mall_thresholddiscount
WHERE mall_id = %(mall)s AND starts_at <= %(at)s AND ends_at > %(at)s AND closed_at IS NULL ORDER BY id
""",
    {"mall": "bigint", "at": "timestamptz"},
)


def running_limited(at: datetime) -> QuerySet[LimitedPrice]:
    """The limited-time prices that hold at this moment."""
    return LimitedPrice.objects.filter(starts_at__lte=at, ends_at__gt=at, closed_at__isnull=True, paused_reason="")


def limited_of(sku_ids: Iterable[int], at: datetime) -> dict[int, LimitedPrice]:
    """SKU id → its limited-time price at this moment, with pieces left. One statement."""
    with connection.cursor() as cursor:
        _LIMITED.run(cursor, {"mall": require_mall_id("A price"), "skus": list(sku_ids), "at": at})
        found = [LimitedPrice.from_db(connection.alias, _LIMITED_FIELDS, row) for row in cursor.fetchall()]
    for limited in found:
        limited.floor_basis = json.loads(limited.floor_basis)
    return {limited.sku_id: limited for limited in found if pieces_left(limited) != 0}


def pieces_left(limited: LimitedPrice) -> int | None:
    """How many may still be sold at this price; None: as many as there are."""
    if limited.quantity_limit is None:
        return None
    return max(0, limited.quantity_limit - limited.sold_count)


def thresholds_at(at: datetime) -> tuple[Threshold, ...]:
    """The threshold discounts of this moment, as the pipeline takes them. One statement."""
    with connection.cursor() as cursor:
        _THRESHOLDS.run(cursor, {"mall": require_mall_id("A promotion"), "at": at})
        return tuple(
            Threshold(pk, threshold_fen, off_fen, Scope(product_id, category_id), name)
            for pk, threshold_fen, off_fen, product_id, category_id, name in cursor.fetchall()
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
