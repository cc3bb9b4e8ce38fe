"""The limited-time price of a SKU in the catalogue's own SQL."""

# Joins `l` (price_fen, ends_at) to a SKU `k` at the moment %(at)s. It holds as mall.promotions.selectors says:
# running, not closed, not paused, pieces left.
LIMITED_PRICE = """
LEFT JOIN LATERAL (
    SELECT m.price_fen, m.ends_at FROM mall_limitedprice m
    WHERE m.mall_id = k.mall_id AND m.sku_id = k.id AND m.starts_at <= %(at)s AND m.ends_at > %(at)s
        AND m.closed_at IS NULL AND m.paused_reason = ''
        AND (m.quantity_limit IS NULL OR m.sold_count < m.quantity_limit)
    ORDER BY m.id LIMIT 1
) l ON true
"""
