"""Commissions as promoters' pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commissions.settlement import words
from commissions.settlement.models import Commission
from members.naming import masked_nickname


def rows(commissions: Iterable[Commission]) -> list[dict[str, Any]]:
    """Commissions as rows of a list; asks the database nothing beyond what selectors joined."""
    return [row(commission) for commission in commissions]


def row(commission: Commission) -> dict[str, Any]:
    """One commission: what for, how much, how far, and of whom as much as his level may see."""
    state = commission.state
    return {
        "id": commission.public_id,
        "kind": commission.kind,
        "kind_name": words.KIND_NAMES[commission.kind],
        "sign": words.KIND_SIGNS[commission.kind],
        "level": commission.level,
        "level_name": words.LEVEL_NAMES[commission.level],
        "amount_fen": commission.amount_fen,
        "accrued_fen": commission.accrued_fen,
        "reversed_fen": commission.reversed_fen,
        "base_fen": commission.base_fen,
        "rate_bps": commission.rate_bps,
        "state": state,
        "state_name": words.STATE_NAMES[state],
        "tone": words.STATE_TONES[state],
        "from_member": from_member(commission),
        "occurred_at": commission.occurred_at,
        "releases_at": commission.releases_at,
        "released_at": commission.released_at,
    }


def from_member(commission: Commission) -> str:
    """Only the level that brought him sees who it was, and only a masked name."""
    customer = commission.conversion.customer
    if commission.level != 1 or customer is None:
        return ""
    return masked_nickname(customer.buyer.nickname)
