"""Questions about the catalogue."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.catalogue.pictures import sized


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
