"""A product as its page shows it: the price of this moment for this reader, pictures, SKUs. Fen."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue import selectors
from mall.catalogue.models import Product, Sku
from mall.catalogue.pictures import PAGE_SIDE
from mall.pricing.ports import is_member
from mall.promotions.models import LimitedPrice
from mall.promotions.selectors import limited_of


def as_shown(found: Product, *, chosen: str, buyer: Buyer | None) -> dict[str, Any]:
    """Everything the page of a product says. At most four statements. chosen: a SKU's public id, or anything."""
    now = clock.now()
    on_sale = found.status == Product.Status.ON_SALE
    skus = selectors.active_skus(found)
    limited = limited_of([sku.pk for sku in skus], now) if on_sale and skus else {}
    has_member_price = any(sku.member_price_fen is not None for sku in skus)
    for_members = has_member_price and buyer is not None and is_member(buyer)
    rows = [_sku(sku, limited.get(sku.pk), for_members=for_members, only=len(skus) == 1, chosen=chosen) for sku in skus]
    cheapest = min(rows, key=lambda row: row["price_fen"], default=None)
    stock = sum(sku.stock for sku in skus) if on_sale else 0
    images = [selectors.picture_url(one.file, PAGE_SIDE) for one in selectors.pictures(found)]
    member_prices = [sku.member_price_fen for sku in skus if sku.member_price_fen is not None]
    return {
        "id": found.public_id,
        "name": found.name,
        "subtitle": found.subtitle,
        "description": found.description,
        "video_url": found.video_url,
        "purchase_limit": found.purchase_limit,
        "sold_count": found.sold_count,
        "free_freight": found.free_freight,
        "images": images,
        "card_image": images[0] if images else reverse("pages:cover", args=[found.public_id]),
        "price_fen": cheapest["price_fen"] if cheapest else 0,
        "was_fen": cheapest["was_fen"] if cheapest else None,
        "has_range": len({row["price_fen"] for row in rows}) > 1,
        "limited_until": cheapest["limited_until"] if cheapest else None,
        "server_now": now,
        # Told to who is no member yet; members see it as the price.
        "member_from_fen": min(member_prices, default=None) if not for_members else None,
        "is_member_price": bool(cheapest and cheapest["is_member_price"]),
        "stock": stock,
        "on_sale": on_sale,
        "in_stock": stock > 0,
        "skus": rows,
    }


def _sku(sku: Sku, limited: LimitedPrice | None, *, for_members: bool, only: bool, chosen: str) -> dict[str, Any]:
    price = min(sku.price_fen, limited.price_fen) if limited else sku.price_fen
    is_member_price = for_members and sku.member_price_fen is not None and sku.member_price_fen < price
    if is_member_price:
        price = sku.member_price_fen
    is_limited = limited is not None and price == limited.price_fen
    # A price struck out is one the goods really carry: the merchant's market price, else the list price.
    was = max(sku.market_price_fen or 0, sku.price_fen)
    return {
        "id": sku.public_id,
        "specs": sku.specs,
        "specs_json": json.dumps(sku.specs, ensure_ascii=False),
        "price_fen": price,
        "was_fen": was if was > price else None,
        "is_member_price": is_member_price,
        "limited_until": limited.ends_at if limited is not None and is_limited else None,
        "stock": sku.stock,
        "chosen": (only or str(sku.public_id) == chosen) and sku.stock > 0,
    }
