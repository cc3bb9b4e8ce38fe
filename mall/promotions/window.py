"""What of the limited-time prices stands in the shop window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mall.catalogue.models import Product, ProductPicture
from mall.promotions.selectors import pieces_left, running_limited

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """One product at its limited-time price, with its list price beside it. Fen."""

    product_id: UUID
    name: str
    picture: str | None
    price_fen: int
    was_fen: int
    ends_at: datetime


def offers_at(at: datetime) -> list[Offer]:
    """The running limited-time prices of products on sale, one a product, ending first. Two statements."""
    found = (
        running_limited(at)
        .filter(sku__is_active=True, sku__stock__gt=0, sku__product__status=Product.Status.ON_SALE)
        .select_related("sku__product")
        .order_by("ends_at", "price_fen", "id")[: SHOWN * 2]
    )
    first = {}
    for limited in found:
        if pieces_left(limited) != 0:
            first.setdefault(limited.sku.product_id, limited)
    chosen = list(first.values())[:SHOWN]
    covers: dict[int, str] = {}
    if chosen:
        pictures = ProductPicture.objects.filter(product_id__in=[one.sku.product_id for one in chosen])
        for picture in pictures.order_by("position", "id"):
            covers.setdefault(picture.product_id, picture.file)
    return [
        Offer(
            product_id=one.sku.product.public_id,
            name=one.sku.product.name,
            picture=covers.get(one.sku.product_id),
            price_fen=one.price_fen,
            was_fen=one.sku.price_fen,
            ends_at=one.ends_at,
        )
        for one in chosen
    ]
