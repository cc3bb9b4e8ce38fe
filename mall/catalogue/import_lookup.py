"""What a table of goods may refer to, found in a few statements for all its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mall.catalogue.models import Category, Product, Sku


@dataclass(slots=True)
class Known:
    """The SKUs by id and by code, the products by name, the categories by path and by name."""

    by_id: dict[UUID, Sku]
    by_code: dict[str, list[Sku]]
    by_name: dict[str, list[Product]]
    by_product: dict[int, list[Sku]]
    categories: dict[str, list[Category]]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Known:
        """Whatever these rows name. Four statements. Only what is sold now is known by its code."""
        rows = list(rows)
        ids = {row["sku_id"] for row in rows if "sku_id" in row}
        codes = {row["code"] for row in rows if row.get("code")}
        names = {row["name"] for row in rows if "name" in row}
        active = Sku.objects.filter(is_active=True).select_related("product__category")
        found = list(active.filter(public_id__in=ids)) + list(active.filter(code__in=codes))
        products = list(Product.objects.filter(name__in=names).select_related("category"))
        by_code: dict[str, list[Sku]] = defaultdict(list)
        for sku in {sku.pk: sku for sku in found}.values():
            by_code[sku.code].append(sku)
        by_name: dict[str, list[Product]] = defaultdict(list)
        for product in products:
            by_name[product.name].append(product)
        owners = {sku.product_id for sku in found} | {product.pk for product in products}
        by_product: dict[int, list[Sku]] = defaultdict(list)
        for sku in active.filter(product__in=owners).order_by("position", "id"):
            by_product[sku.product_id].append(sku)
        by_id = {sku.public_id: sku for sku in found if sku.public_id in ids}
        return cls(by_id, by_code, by_name, by_product, _categories())

    def skus_of(self, product: Product) -> list[Sku]:
        """What a product is sold in, in its order."""
        return self.by_product[product.pk]

    def category(self, path: str) -> Category:
        """The category of this path, or of this name where it is the only one. Raises LookupError."""
        steps = [step.strip() for step in path.replace("＞", "/").replace(">", "/").split("/")]
        found = self.categories.get("/".join(steps), [])
        if len(found) != 1:
            raise LookupError(path)
        return found[0]


def _categories() -> dict[str, list[Category]]:
    nodes = {node.pk: node for node in Category.objects.all()}
    found: dict[str, list[Category]] = defaultdict(list)
    for node in nodes.values():
        path = path_of(node, nodes)
        found[path].append(node)
        if node.name != path:
            found[node.name].append(node)
    return found


def path_of(category: Category, nodes: Mapping[int, Category]) -> str:
    """茶/绿茶: the names from the top of the tree down."""
    names = [category.name]
    while category.parent_id is not None:
        category = nodes[category.parent_id]
        names.append(category.name)
    return "/".join(reversed(names))
