"""`python -m benchmarks [section ...]`: measure, print both sides and the ratio."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks import house
from benchmarks.databases import Databases
from tests.installation import HOUSE, Installation

SECTIONS = ("settlement", "growth", "pipeline", "members", "clicks", "shop", "pricing")


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    folder: Path
    runs: int
    full: bool
    quick: bool

    def size(self, count: int) -> int:
        """A count of this measure; a tenth of it where only the machinery is tried."""
        return max(1, count // 10) if self.quick else count


def main() -> int:
    """Parse, measure, tidy up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", choices=[*SECTIONS, []], help=f"of {', '.join(SECTIONS)}; all when empty"
    )
    parser.add_argument("--runs", type=int, default=3, help="each measure so often; the median is printed")
    parser.add_argument("--full", action="store_true", help="ledgers to 10^7 entries, malls to 10^6 members: an hour")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, to try the machinery")
    chosen = parser.parse_args()
    options = Options(HOUSE / ".local/bench", chosen.runs, chosen.full, chosen.quick)
    installation = Installation(options.folder)
    installation.up()
    databases = Databases(installation)
    try:
        house.open_house(installation)
        for section in chosen.sections or SECTIONS:
            import_module(f"benchmarks.{section}").run(installation, databases, options)
    finally:
        installation.stop()
        databases.drop_all()
        installation.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
