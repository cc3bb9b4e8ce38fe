"""A bank's serial number as it counts: one transfer pays one order, however its number was typed."""

from __future__ import annotations

import unicodedata


def canonical(text: str) -> str:
    """Full-width letters as narrow ones, capitals, and nothing that cannot be seen."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "CZ")
