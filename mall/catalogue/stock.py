"""Stock as the merchant minds it: what runs low, and what has come in."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from mall.catalogue.errors import BadProduct
from mall.catalogue.models import Product, Sku
from mall.catalogue.skus import STOCK_MAX
from mall.inputs import checked_number


def low_stock() -> QuerySet[Sku]:
    """SKUs of goods on sale of which no more is left than their merchant wants to be told at; 0 is always told."""
    return Sku.objects.filter(
        is_active=True, product__status=Product.Status.ON_SALE, stock__lte=F("low_stock_at")
    ).select_related("product")


def restock(*, sku: Sku, pieces: int) -> Sku:
    """Add pieces that have come in, to whatever is left by now. Raises BadProduct naming `pieces`."""
    pieces = checked_number("pieces", pieces, STOCK_MAX, least=1, refuse=BadProduct)
    # One guarded statement: orders go on while goods are put on the shelf.
    if not Sku.objects.filter(pk=sku.pk, stock__lte=STOCK_MAX - pieces).update(stock=F("stock") + pieces):
        raise BadProduct(_("库存至多 %(most)s 件，请填写更小的数量。") % {"most": STOCK_MAX}, field="pieces")
    sku.refresh_from_db(fields=["stock"])
    return sku
