"""How often Python looks for garbage that counting does not find."""

from __future__ import annotations

import gc


def collect_seldom(every: int) -> None:
    """Leave what is loaded by now alone, and look at the rest after so many new objects, not after 700."""
    gc.freeze()
    gc.set_threshold(every, 20, 100)
