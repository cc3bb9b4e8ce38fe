"""Questions about the catalogue."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.catalogue.pictures import sized
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared
from mall.tenancy.postgres.rows import as_row


@dataclass(slots=True)
class CategoryNode:
    """A category with what hangs below it, siblings by position and name."""

    id: int
    public_id: UUID
    name: str
    level: int
    icon: str = ""
    children: list[CategoryNode] = field(default_factory=list)


def category_tree() -> list[CategoryNode]:
    """The whole tree of the mall in force, built from the parents in one query."""
    below: dict[int | None, list[CategoryNode]] = defaultdict(list)
    for node in Category.objects.order_by("position", "name", "id"):
        below[node.parent_id].append(CategoryNode(node.pk, node.public_id, node.name, node.level, node.icon))
    for nodes in list(below.values()):
        for node in nodes:
            node.children = below.get(node.id, [])
    return below[None]


def visible_products() -> QuerySet[Product]:
    """Products a buyer may open, with their category."""
    return Product.objects.filter(status=Product.Status.ON_SALE).select_related("category")


def active_skus(product: Product) -> list[Sku]:
    """The SKUs a product is sold in, in the merchant's order."""
    return list(Sku.objects.filter(product=product, is_active=True).order_by("position", "id"))


def pictures(product: Product) -> list[ProductPicture]:
    """A product's pictures, the cover first."""
    return list(ProductPicture.objects.filter(product=product).order_by("position", "id"))


def picture_url(file: str | None, side: int | None = None) -> str | None:
    """The address of a picture on its mall's host, without scheme and host; None without a picture.

    side: LIST_SIDE or PAGE_SIDE of mall.catalogue.pictures for a product's picture in that size.
    """
    if not file:
        return None
    return f"{settings.MEDIA_URL}{sized(file, side) if side else file}"


_SKU_FIELDS = tuple(field.attname for field in Sku._meta.concrete_fields)
# What an order asks of a product; its texts are long and are read when somebody asks for them.
_PRODUCT_FIELDS = (
    "id", "mall_id", "public_id", "category_id", "name", "status", "free_freight", "freight_template_id",
    "purchase_limit",
)  # fmt: skip
SKU_COLUMNS = len(_SKU_FIELDS) + len(_PRODUCT_FIELDS)
SKUS = f"""
SELECT {", ".join(f"s.{name}" for name in _SKU_FIELDS)}, {", ".join(f"p.{name}" for name in _PRODUCT_FIELDS)}
FROM mall_sku s JOIN mall_product p ON p.mall_id = s.mall_id AND p.id = s.product_id
WHERE s.mall_id = %(mall)s AND s.public_id = ANY(%(ids)s)
"""  # noqa: S608 - our own columns
_TYPES = {"mall": "bigint", "ids": "uuid[]"}
_READ = Prepared("skus_asked_for", SKUS, _TYPES)
_LOCK = Prepared("skus_locked", f"{SKUS} ORDER BY s.id FOR NO KEY UPDATE OF s", _TYPES)


def skus_asked_for(public_ids: Iterable[UUID], *, lock: bool) -> dict[UUID, Sku]:
    """The SKUs of these public ids with their products (whose texts are left out), by public id.

    With `lock` the SKUs' rows are locked in the order of their ids. One statement.
    """
    asked = {"mall": require_mall_id("The catalogue"), "ids": [str(one) for one in public_ids]}
    skus = [sku_of(row) for row in (_LOCK if lock else _READ).rows(asked)]
    return {sku.public_id: sku for sku in skus}


def sku_of(row: Sequence[Any]) -> Sku:
    """A SKU with its product (whose texts are left out) out of a row of SKUS."""
    sku = as_row(Sku, _SKU_FIELDS, row[: len(_SKU_FIELDS)])
    sku.specs = json.loads(sku.specs)
    sku.product = as_row(Product, _PRODUCT_FIELDS, row[len(_SKU_FIELDS) :])
    return sku
