"""What must be settled before a member leaves."""

from __future__ import annotations

from mall.ports import port


def _nothing_to_settle(member_id: int, confirmed_forfeit_fen: int | None = None) -> None:
    """Settle what stands between the mall and a member who leaves, or raise a DomainError that says what.

    confirmed_forfeit_fen: the exact sum he agrees to give up, if he leaves any behind.
    """


before_closing = port("members.closing.ports.before_closing", _nothing_to_settle)
