"""The coupon and the SKUs of an order, locked by one statement in the order that holds everywhere: the coupon first."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from mall.buyers.models import Buyer
from mall.catalogue.models import Sku
from mall.catalogue.selectors import SKU_COLUMNS, SKUS, sku_of
from mall.coupons.models import Coupon
from mall.coupons.selectors import COUPON_COLUMNS, OWN_COUPON, coupon_of
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

# Counting the coupon comes before the first SKU is looked at, and waits for its lock. One of the two may be missing.
# `*` stands for the columns both texts name.
_BOTH = Prepared(
    "coupon_and_skus_locked",
    f"""
WITH coupon AS MATERIALIZED ({OWN_COUPON} FOR NO KEY UPDATE OF c),
sku AS MATERIALIZED (
    {SKUS} AND (SELECT count(*) FROM coupon) >= 0 ORDER BY s.id FOR NO KEY UPDATE OF s
)
SELECT * FROM sku FULL JOIN coupon ON true
""",  # noqa: S608 - our own text
    {"mall": "bigint", "buyer": "bigint", "id": "uuid", "ids": "uuid[]"},
)


def lock_both(buyer: Buyer, coupon: UUID, skus: Iterable[UUID]) -> tuple[Coupon | None, dict[UUID, Sku]]:
    """His coupon of this public id, None where he has none, and the SKUs by theirs; all locked, SKUs by id.

    One statement. Needs the mall's transaction.
    """
    asked = {"mall": require_mall_id("An order"), "buyer": buyer.pk, "id": coupon, "ids": [str(one) for one in skus]}
    rows = _BOTH.rows(asked)
    goods = [sku_of(row[:SKU_COLUMNS]) for row in rows if row[0] is not None]
    own = rows[0][SKU_COLUMNS : SKU_COLUMNS + COUPON_COLUMNS] if rows and rows[0][SKU_COLUMNS] is not None else None
    return coupon_of(own) if own else None, {sku.public_id: sku for sku in goods}
