"""A form sent twice (a double tap, "back" and again) does its work once.

Pages send no Idempotency-Key, so each form shown carries an attempt of its own; it is claimed as such
a key in the transaction of the effect, and the second sending finds what the first one made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from mall.buyers.models import Buyer
from mall.orders.idempotency import claim, keep

Row = TypeVar("Row", bound=Model)

CREATED = 201


def once(*, buyer: Buyer, attempt: UUID, make: Callable[[], Row], among: QuerySet[Row]) -> Row:
    """The row that this attempt made, now or before; `among` is where it is found again.

    Two sendings at once wait for each other. Raises what `make` raises; the caller's block must be
    rolled back then, so that the attempt is free again.
    """
    key = f"page:{attempt}"
    first = claim(principal=buyer, key=key, fingerprint="page")
    if first is not None:
        return among.get(public_id=first.body["id"])
    made = make()
    keep(principal=buyer, key=key, status=CREATED, body={"id": str(made.public_id)})
    return made
