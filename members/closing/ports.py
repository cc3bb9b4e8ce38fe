"""What must be settled before a member leaves."""

from __future__ import annotations

from mall.ports import port


def _nothing_to_settle(member_id: int, confirmed_forfeit_fen: int | None = None) -> None:
    """Settle what stands between the mall and a member who leaves, or raise a DomainError that says what.

    confirmed_forfeit_fen: the exact sum he agrees to give up, if he leaves any behind.
    """


def _nothing(member_id: int) -> int:
    """What a member would give up by leaving now, in fen: the sum close_account asks him to confirm."""
    return 0


before_closing = port("members.closing.ports.before_closing", _nothing_to_settle)
left_behind = port("members.closing.ports.left_behind", _nothing)
