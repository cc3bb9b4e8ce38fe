"""Who took a step, as it is written down: an id, never a name."""

from __future__ import annotations

from mall.buyers.models import Buyer
from mall.staff.models import StaffMember

Actor = Buyer | StaffMember | None
BUYER_PREFIX = "buyer:"


def actor_key(actor: Actor) -> str:
    """buyer:<id>, staff:<id of the membership> or system (None)."""
    if isinstance(actor, Buyer):
        return f"{BUYER_PREFIX}{actor.pk}"
    if isinstance(actor, StaffMember):
        return f"staff:{actor.pk}"
    if actor is None:
        return "system"
    raise TypeError(f"{type(actor).__name__} is no actor: a Buyer, a StaffMember or None is")
