"""Questions about promotions: what holds at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import QuerySet

from mall.catalogue.models import Category, Product, Sku
from mall.pricing.facts import Scope, Threshold
from mall.promotions.models import LimitedPrice
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

# Asked for by every order, together with what other rooms know (mall.orders.offers): read as JSON.
_LIMITED_FIELDS = tuple(field.attname for field in LimitedPrice._meta.concrete_fields)
LIMITED_AT = f"""
SELECT {", ".join(_LIMITED_FIELDS)} FROM mall_limitedprice
WHERE mall_id = %(mall)s AND sku_id = ANY(%(skus)s) AND starts_at <= %(at)s AND ends_at > %(at)s
    AND closed_at IS NULL AND paused_reason = '' ORDER BY id DESC
"""  # noqa: S608 - our own columns
_LIMITED = Prepared(
    "limited_prices",
    f"SELECT json_agg(one)::text FROM ({LIMITED_AT}) one",  # noqa: S608 - our own text
    {"mall": "bigint", "skus": "bigint[]", "at": "timestamptz"},
)
THRESHOLDS_AT = """
SELECT id, threshold_fen, off_fen, product_id, category_id, name FROM mall_thresholddiscount
WHERE mall_id = %(mall)s AND starts_at <= %(at)s AND ends_at > %(at)s AND closed_at IS NULL ORDER BY id
"""


def running_limited(at: datetime) -> QuerySet[LimitedPrice]:
    """The limited-time prices that hold at this moment."""
    return LimitedPrice.objects.filter(starts_at__lte=at, ends_at__gt=at, closed_at__isnull=True, paused_reason="")


def limited_of(sku_ids: Iterable[int], at: datetime) -> dict[int, LimitedPrice]:
    """SKU id → its limited-time price at this moment, with pieces left. One statement."""
    [[text]] = _LIMITED.rows({"mall": require_mall_id("A price"), "skus": list(sku_ids), "at": at})
    return limited_from(orjson.loads(text or "[]"))


def limited_from(rows: Iterable[dict[str, Any]]) -> dict[int, LimitedPrice]:
    """SKU id → limited-time price with pieces left, out of the rows of LIMITED_AT as JSON has them."""
    found = (
        LimitedPrice.from_db(connection.alias, _LIMITED_FIELDS, [_read(name, row[name]) for name in _LIMITED_FIELDS])
        for row in rows
    )
    return {limited.sku_id: limited for limited in found if pieces_left(limited) != 0}


def _read(field: str, value: Any) -> Any:
    if field == "public_id":
        return UUID(value)
    return datetime.fromisoformat(value) if field.endswith("_at") and value is not None else value


def pieces_left(limited: LimitedPrice) -> int | None:
    """How many may still be sold at this price; None: as many as there are."""
    if limited.quantity_limit is None:
        return None
    return max(0, limited.quantity_limit - limited.sold_count)


def thresholds_from(rows: Iterable[dict[str, Any]]) -> tuple[Threshold, ...]:
    """The threshold discounts as the pipeline takes them, out of the rows of THRESHOLDS_AT as JSON has them."""
    return tuple(
        Threshold(
            row["id"], row["threshold_fen"], row["off_fen"], Scope(row["product_id"], row["category_id"]), row["name"]
        )
        for row in rows
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
