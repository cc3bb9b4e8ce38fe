"""Making and changing products and their SKUs. The categories' services live in tree.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from mall.catalogue.errors import BadProduct, NoSkus
from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.product_fields import checked_fields
from mall.catalogue.search import search_text_of
from mall.catalogue.skus import checked_skus, write_skus
from mall.catalogue.tree import create_category, delete_category, move_category, rename_category

__all__ = [
    "create_category",
    "create_product",
    "delete_category",
    "move_category",
    "publish_product",
    "rename_category",
    "set_skus",
    "update_product",
    "withdraw_product",
]


def create_product(
    *,
    name: str,
    category: Category | None = None,
    skus: Sequence[dict[str, Any]] = (),
    status: str = Product.Status.ON_SALE,
    **details: Any,
) -> Product:
    """A new product with its SKUs (see set_skus for what one may hold); prices in fen.

    details: subtitle, keywords, description (plain text, or HTML, which is sanitized), free_freight,
    freight_template, position, video_url (https), purchase_limit (pieces in one order; None: any).
    Raises BadProduct naming the field, and NoSkus when it should go on sale without any.
    """
    fields = checked_fields({"name": name, "category": category, **details})
    if status not in Product.Status.values:
        raise BadProduct(_("status 须为 draft、on_sale 或 off_sale。"), field="status")
    rows = checked_skus(skus)
    if status == Product.Status.ON_SALE and not rows:
        raise NoSkus
    product = Product(status=status, **fields)
    product.search_text = _search_text(product)
    product.save(force_insert=True)
    write_skus(product, rows)
    return product


def update_product(*, product: Product, changes: dict[str, Any]) -> Product:
    """Change a product's own fields; absent ones keep their value. Locks its row.

    changes: name, category, and the details of create_product. Raises BadProduct.
    """
    fields = checked_fields(changes)
    product = _locked(product)
    for field, value in fields.items():
        setattr(product, field, value)
    if fields:
        product.search_text = _search_text(product)
        product.save(update_fields=[*fields, "search_text"])
    return product


def set_skus(*, product: Product, skus: Sequence[dict[str, Any]]) -> list[Sku]:
    """Make these the product's SKUs, in this order. Those left out are no longer sold, but keep their past.

    Each holds specs, price_fen, stock and may hold market_price_fen, cost_fen, member_price_fen, weight_g,
    low_stock_at (these three stay as they are where they are absent), code and `id` (a public id, to keep a SKU
    whose specs change) and stock_before (the stock its editor saw: what was sold meanwhile stays sold).
    Without `id` a SKU is known by its specs. Locks the product, then its SKUs by id. Raises BadProduct naming
    the field, and NoSkus for an empty list while the product is on sale.
    """
    rows = checked_skus(skus)
    product = _locked(product)
    if not rows and product.status == Product.Status.ON_SALE:
        raise NoSkus
    return write_skus(product, rows)


def publish_product(*, product: Product) -> Product:
    """Put a product on sale. Locks its row. Raises NoSkus when it has nothing to sell."""
    product = _locked(product)
    if not Sku.objects.filter(product=product, is_active=True).exists():
        raise NoSkus
    return _set_status(product, Product.Status.ON_SALE)


def withdraw_product(*, product: Product) -> Product:
    """Take a product off sale; orders placed before stay as they are. Locks its row."""
    return _set_status(_locked(product), Product.Status.OFF_SALE)


def _set_status(product: Product, status: Product.Status) -> Product:
    product.status = status
    product.save(update_fields=["status"])
    return product


def _search_text(product: Product) -> str:
    return search_text_of(name=product.name, keywords=product.keywords, subtitle=product.subtitle)


def _locked(product: Product) -> Product:
    return Product.objects.select_for_update(no_key=True).get(pk=product.pk)
