"""Compile the translations; msgfmt is not on every machine, so a library does it."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

from config.local import places


def stale(source: Path) -> bool:
    """Whether the compiled file is missing or older than its source."""
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def compile_all(house: Path = places.CHECKOUT) -> int:
    """Compile what changed; the answer is how many files that were."""
    sources = [source for source in house.glob("**/locale/*/LC_MESSAGES/*.po") if ".venv" not in source.parts]
    changed = [source for source in sources if stale(source)]
    for source in changed:
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
    return len(changed)


if __name__ == "__main__":
    print(f"{compile_all()} translation file(s) compiled")
    sys.exit(0)
