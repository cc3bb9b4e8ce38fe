"""What sending goods costs, asked by itself; in an order it is the last step of the price pipeline."""

from __future__ import annotations

from collections.abc import Sequence

from mall import clock
from mall.catalogue.models import Sku
from mall.orders.baskets import gather, priced


def freight_for(lines: Sequence[tuple[Sku, int]], region: tuple[str, str, str]) -> int:
    """Freight in fen of these SKUs and quantities to (province, city, district); 0 while no region is known."""
    if not all(region[:2]):
        return 0
    return priced(gather(list(lines), buyer=None, region=region, at=clock.now())).freight_fen
