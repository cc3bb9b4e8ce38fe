"""What sending an order costs. Free for now; freight templates will answer here, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from mall.catalogue.models import Sku


def freight_for(_lines: Sequence[tuple[Sku, int]], _region: tuple[str, str, str]) -> int:
    """Freight in fen of these SKUs and quantities to (province, city, district)."""
    return 0
