"""What holds for some goods at one moment: limited-time prices, threshold discounts and freight, read at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from mall.freight.selectors import TERMS, freight_terms_from
from mall.pricing.facts import FreightTerms, Threshold
from mall.promotions.models import LimitedPrice
from mall.promotions.selectors import LIMITED_AT, THRESHOLDS_AT, limited_from, thresholds_from
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

_ROOMS = (LIMITED_AT, THRESHOLDS_AT, TERMS)
_OFFERS = Prepared(
    "offers_at",
    "SELECT " + ", ".join(f"(SELECT json_agg(one) FROM ({rows}) one)::text" for rows in _ROOMS),  # noqa: S608 - ours
    {"mall": "bigint", "skus": "bigint[]", "at": "timestamptz", "templates": "bigint[]"},
)


@dataclass(frozen=True, slots=True)
class Holding:
    """limited: by SKU id, with pieces left. freight: by template id, the mall's default under DEFAULT too."""

    limited: dict[int, LimitedPrice]
    thresholds: tuple[Threshold, ...]
    freight: dict[int, FreightTerms]


def holding_at(at: datetime, *, sku_ids: Iterable[int], templates: Iterable[int]) -> Holding:
    """What the rooms of promotions and freight say of these SKUs and freight templates. One statement."""
    asked = {"mall": require_mall_id("An offer"), "skus": list(sku_ids), "at": at, "templates": list(templates)}
    limited, thresholds, freight = (_rows(text) for text in _OFFERS.rows(asked)[0])
    return Holding(limited_from(limited), thresholds_from(thresholds), freight_terms_from(freight))


def _rows(text: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(text) if text else []
    return found
