"""The limited-time price of a SKU in the catalogue's own SQL."""

# Whether a limited-time price `m` holds at the moment %(at)s, as mall.promotions.selectors says.
RUNNING = """
m.starts_at <= %(at)s AND m.ends_at > %(at)s AND m.closed_at IS NULL AND m.paused_reason = ''
AND (m.quantity_limit IS NULL OR m.sold_count < m.quantity_limit)
"""
# Joins `l` (price_fen, ends_at) to a SKU `k`.
LIMITED_PRICE = f"""
LEFT JOIN LATERAL (
    SELECT m.price_fen, m.ends_at FROM mall_limitedprice m
    WHERE m.mall_id = k.mall_id AND m.sku_id = k.id AND {RUNNING} ORDER BY m.id LIMIT 1
) l ON true
"""  # noqa: S608 - our own text
