"""Questions about buyers."""

from __future__ import annotations

from mall import clock
from mall.buyers.models import Buyer
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared
from mall.tenancy.postgres.rows import as_row

BUYER_FIELDS = tuple(field.attname for field in Buyer._meta.concrete_fields)
# Asked by every request of somebody logged in: the ORM would spend longer on the text than the database on
# the answer.
BY_TOKEN = f"""
SELECT {", ".join(f'b."{field.column}"' for field in Buyer._meta.concrete_fields)}
FROM mall_buyertoken t JOIN mall_buyer b ON b.mall_id = t.mall_id AND b.id = t.buyer_id
WHERE t.mall_id = %(mall)s AND t.digest = %(digest)s AND t.kind = %(kind)s
    AND t.revoked_at IS NULL AND t.expires_at > %(at)s AND b.closed_at IS NULL
"""  # noqa: S608 - our own columns
BY_TOKEN_TYPES = {"mall": "bigint", "digest": "text", "kind": "text", "at": "timestamptz"}
_BY_TOKEN = Prepared("buyer_of_token", BY_TOKEN, BY_TOKEN_TYPES)


def buyer_of_token(digest: str, *, kind: str) -> Buyer | None:
    """The buyer logged in by the token of this digest and kind in the mall in force; None where it no longer holds."""
    rows = _BY_TOKEN.rows({"mall": require_mall_id("A log-in"), "digest": digest, "kind": kind, "at": clock.now()})
    return as_row(Buyer, BUYER_FIELDS, rows[0]) if rows else None
