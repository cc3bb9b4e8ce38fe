"""The list of products on sale: one SQL statement a page, by keyset, so that deep pages cost what the first costs."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from mall import clock
from mall.catalogue.live_prices import LIMITED_PRICE, RUNNING
from mall.catalogue.models import Category
from mall.catalogue.pictures import LIST_SIDE, sized
from mall.catalogue.search import SEARCH_MAX, found_by_sql
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

PAGE_SIZE, PAGE_SIZE_MAX = 20, 100
# The largest bigint: an id or a price beyond it is nobody's cursor.
_BIGINT_MAX = 2**63 - 1
_CURSOR_MAX = 100

__all__ = ["ORDERINGS", "SEARCH_MAX", "BadCursor", "ProductPage", "ProductRow", "products_on_sale"]

# The list price has an index; what limited-time prices make of it has not, and is sorted while some run.
_LIST_PRICE, _PRICE_NOW = "p.lowest_price_fen", "least(p.lowest_price_fen, limited.price_fen)"
# Ordering → the value rows are sorted by (before the id), and whether the largest comes first.
ORDERINGS: dict[str, tuple[str, bool]] = {
    "newest": ("p.id", True),
    "position": ("(p.position * -1)", True),
    "sold": ("p.sold_count", True),
    "price": (_LIST_PRICE, False),
    "-price": (_LIST_PRICE, True),
}


class BadCursor(ValueError):
    """A cursor that this list never gave out."""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as a list shows it: what its cheapest SKU costs everybody now, its first picture. Fen."""

    id: int
    public_id: UUID
    name: str
    subtitle: str
    sold_count: int
    price_fen: int
    market_price_fen: int | None
    stock: int
    picture: str | None
    sort_value: int


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page, and the cursors of its neighbours; None where there is none."""

    rows: list[ProductRow]
    next_cursor: str | None
    previous_cursor: str | None


def products_on_sale(
    *,
    category: Category | None = None,
    search: str = "",
    ordering: str = "newest",
    cursor: str = "",
    page_size: int = PAGE_SIZE,
) -> ProductPage:
    """Products on sale, of a category and all below it, with every word of `search` (see mall.catalogue.search).

    ordering: a key of ORDERINGS. Raises BadCursor, KeyError for another ordering.
    """
    sort_by, largest_first = ORDERINGS[ordering]
    at, joined = clock.now(), ""
    if sort_by == _LIST_PRICE and _limited_prices_run(at):
        sort_by, joined = _PRICE_NOW, _LOWEST_LIMITED
    forwards, edge = _read_cursor(cursor)
    # Backwards means: read in the opposite direction, and turn the page round.
    descending = largest_first if forwards else not largest_first
    where, values = _conditions(category, search)
    values |= {"at": at, "rows": page_size + 1}
    if edge is not None:
        beyond = "<" if descending else ">"
        # A pair that begins with the id would keep the index from being used.
        where.append(
            f"p.id {beyond} %(edge_id)s"
            if sort_by == "p.id"
            else f"({sort_by}, p.id) {beyond} (%(edge_value)s, %(edge_id)s)"
        )
        values |= {"edge_value": edge[0], "edge_id": edge[1]}
    direction = "DESC" if descending else "ASC"
    order = f"p.id {direction}" if sort_by == "p.id" else f"{sort_by} {direction}, p.id {direction}"
    # Only our own words are put into the text; whatever came from outside is a parameter.
    statement = _SELECT.format(sort_by=sort_by, joined=joined, where=" AND ".join(where), order=order)
    if search:
        with connection.cursor() as db:
            db.execute(statement, values)
            found = db.fetchall()
    else:
        found = _prepared(statement).rows(values)
    rows = [_row(*row) for row in found]
    more = len(rows) > page_size
    rows = rows[:page_size]
    if not forwards:
        rows.reverse()
    has_next, has_previous = (more, edge is not None) if forwards else (True, more)
    return ProductPage(
        rows,
        _cursor("next", rows[-1]) if rows and has_next else None,
        _cursor("previous", rows[0]) if rows and has_previous else None,
    )


@cache
def _prepared(statement: str) -> Prepared:
    """One for each ordering, direction and kind of page: a few dozen at most."""
    return Prepared("products_on_sale", statement, _TYPES)


def _row(*columns: Any) -> ProductRow:
    *facts, picture, sort_value = columns
    return ProductRow(*facts, sized(picture, LIST_SIDE) if picture else None, sort_value)


_TYPES = {
    "mall": "bigint", "at": "timestamptz", "rows": "int", "edge_value": "bigint", "edge_id": "bigint",
    "tree": "int", "lft": "int", "rght": "int",
}  # fmt: skip
_SELECT = f"""
SELECT p.id, p.public_id, p.name, p.subtitle, p.sold_count, s.price_fen, s.market_price_fen, s.stock, pic.file,
    {{sort_by}}
FROM mall_product p
JOIN LATERAL (
    SELECT least(k.price_fen, l.price_fen) AS price_fen, k.market_price_fen, sum(k.stock) OVER () AS stock
    FROM mall_sku k {LIMITED_PRICE}
    WHERE k.mall_id = p.mall_id AND k.product_id = p.id AND k.is_active
    ORDER BY 1, k.position, k.id LIMIT 1
) s ON true
LEFT JOIN LATERAL (
    SELECT i.file FROM mall_productpicture i WHERE i.mall_id = p.mall_id AND i.product_id = p.id
    ORDER BY i.position, i.id LIMIT 1
) pic ON true
{{joined}}
WHERE {{where}}
ORDER BY {{order}}
LIMIT %(rows)s
"""  # noqa: S608 - our own text


_LOWEST_LIMITED = f"""
LEFT JOIN (
    SELECT k.product_id, min(m.price_fen) AS price_fen FROM mall_limitedprice m
    JOIN mall_sku k ON k.mall_id = m.mall_id AND k.id = m.sku_id AND k.is_active
    WHERE m.mall_id = %(mall)s AND {RUNNING} GROUP BY k.product_id
) limited ON limited.product_id = p.id
"""  # noqa: S608 - our own text
_ANY_LIMITED = Prepared(
    "limited_prices_run",
    f"SELECT EXISTS (SELECT FROM mall_limitedprice m WHERE m.mall_id = %(mall)s AND {RUNNING})",  # noqa: S608 - ours
    _TYPES,
)


def _limited_prices_run(at: datetime) -> bool:
    [[found]] = _ANY_LIMITED.rows({"mall": require_mall_id("The catalogue"), "at": at})
    return bool(found)


def _conditions(category: Category | None, search: str) -> tuple[list[str], dict[str, Any]]:
    where = ["p.mall_id = %(mall)s", "p.status = 'on_sale'"]
    values: dict[str, Any] = {"mall": require_mall_id("The catalogue")}
    if category is not None:
        where.append(
            "p.category_id IN (SELECT c.id FROM mall_category c "
            "WHERE c.mall_id = p.mall_id AND c.tree_id = %(tree)s AND c.lft BETWEEN %(lft)s AND %(rght)s)"
        )
        values |= {"tree": category.tree_id, "lft": category.lft, "rght": category.rght}
    words, patterns = found_by_sql(search, "p.search_text")
    return where + words, values | patterns


def _cursor(side: str, row: ProductRow) -> str:
    text = json.dumps([side[0], row.sort_value, row.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[bool, list[int] | None]:
    """Whether it leads forwards, and the last row seen as (sort value, id)."""
    if not cursor:
        return True, None
    if len(cursor) > _CURSOR_MAX:
        raise BadCursor
    try:
        side, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor from error
    if side not in ("n", "p") or not all(type(n) is int and -_BIGINT_MAX <= n <= _BIGINT_MAX for n in (value, pk)):
        raise BadCursor
    return side == "n", [value, pk]
