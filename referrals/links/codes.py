"""Share codes: ten characters that nobody confuses when reading them out, and nobody guesses."""

from __future__ import annotations

import re
import secrets

# No 0 and o, no 1, i and l; one case only, because people read codes out and type them in.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
# 31^10: a guesser who tries 1,000 codes a second meets one of a million links after nine days.
LENGTH = 10

_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new_code() -> str:
    """A random code; whether it is free, the unique key of the links says."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def readable_code(text: object) -> str | None:
    """The code as it is stored, or None for what cannot be one (then no statement needs to be asked)."""
    if not isinstance(text, str) or len(text) != LENGTH:
        return None
    lowered = text.lower()
    return lowered if _CODE.fullmatch(lowered) else None
