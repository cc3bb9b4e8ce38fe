"""What promotions ask of the floors above: the most that selling a SKU can cost in commissions."""

from __future__ import annotations

from collections.abc import Mapping

from mall.catalogue.models import Sku
from mall.ports import port


def _nothing(prices_fen: Mapping[Sku, int]) -> dict[int, int]:
    """SKU id → the largest commission of all levels together on one piece, in fen, at the price given for each SKU.

    Under the plan in force now; rounded up, so that many pieces at once never pay more. SKUs with their product.
    """
    return {sku.pk: 0 for sku in prices_fen}


largest_commission = port("mall.promotions.ports.largest_commission", _nothing)
