"""A form sent twice (a double tap, "back" and again) does its work once.

Pages send no Idempotency-Key, so each form shown carries an attempt of its own. Where it was sent to and
what stood in it, the attempt included, is claimed as such a key in the transaction of the effect, and the
second sending finds what the first one made. Who goes back and changes something asks for something else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from mall.orders.idempotency import claim, fingerprint, keep

Row = TypeVar("Row", bound=Model)

CREATED = 201
# Another one on every page shown, and another proof of who asks: where the first answer was lost, its code is used up.
_NOT_ASKED = frozenset({"csrfmiddlewaretoken", "code"})


def once(request: HttpRequest, *, make: Callable[[], Row], among: QuerySet[Row]) -> Row:
    """The row that this form made, now or before; `among` is where it is found again.

    Two sendings at once wait for each other. Raises what `make` raises; the caller's block must be
    rolled back then, so that the attempt is free again. Only for a form whose `attempt` is a UUID.
    """
    asked = {name: values for name, values in request.POST.lists() if name not in _NOT_ASKED}
    print_of_form = fingerprint("POST", request.path, asked)
    key = f"page:{print_of_form}"
    first = claim(principal=request.buyer, key=key, fingerprint=print_of_form)
    if first is not None:
        return among.get(public_id=first.body["id"])
    made = make()
    keep(principal=request.buyer, key=key, status=CREATED, body={"id": str(made.public_id)})
    return made
