"""One product as the API shows it: a single statement with its pictures, and its SKUs at the prices of this moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from mall.catalogue.live_prices import LIMITED_PRICE
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

_SELECT = Prepared(
    "product_on_sale",
    f"""
SELECT json_build_object(
    'id', p.public_id, 'name', p.name, 'sold_count', p.sold_count, 'subtitle', p.subtitle,
    'description', p.description, 'video_url', NULLIF(p.video_url, ''), 'purchase_limit', p.purchase_limit,
    'category', (SELECT c.public_id FROM mall_category c WHERE c.mall_id = p.mall_id AND c.id = p.category_id),
    'pictures', coalesce((
        SELECT json_agg(i.file ORDER BY i.position, i.id) FROM mall_productpicture i
        WHERE i.mall_id = p.mall_id AND i.product_id = p.id), '[]'),
    'skus', coalesce((
        SELECT json_agg(json_build_object(
            'id', k.public_id, 'specs', k.specs, 'price_fen', least(k.price_fen, l.price_fen),
            'market_price_fen', k.market_price_fen, 'member_price_fen', k.member_price_fen,
            'limited_until', CASE WHEN l.price_fen < k.price_fen THEN l.ends_at END, 'stock', k.stock
        ) ORDER BY k.position, k.id)
        FROM mall_sku k {LIMITED_PRICE}
        WHERE k.mall_id = p.mall_id AND k.product_id = p.id AND k.is_active), '[]')
)::text
FROM mall_product p WHERE p.mall_id = %(mall)s AND p.public_id = %(id)s AND p.status = 'on_sale'
""",  # noqa: S608 - our own text
    {"mall": "bigint", "id": "uuid", "at": "timestamptz"},
)


def product_on_sale(public_id: UUID, at: datetime) -> dict[str, Any] | None:
    """The product as a dictionary of plain values, `pictures` as stored; None where none of that id is on sale.

    A SKU's price_fen is what everybody pays at this moment, limited_until when that ends. Fen.
    """
    rows = _SELECT.rows({"mall": require_mall_id("The catalogue"), "id": public_id, "at": at})
    return orjson.loads(rows[0][0]) if rows else None
