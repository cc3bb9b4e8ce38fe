"""How much of a person others may see."""

from __future__ import annotations


def masked_nickname(nickname: str) -> str:
    """First character and stars: enough to recognise whom one knows, not enough to look him up."""
    return f"{nickname[0]}**" if nickname else "**"
