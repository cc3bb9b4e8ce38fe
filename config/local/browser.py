"""Find the browser for the tests that need one."""

from __future__ import annotations

import os
import shutil
import sys

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def program() -> str | None:
    """The browser's path: what CHROMIUM names, else what the machine has."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def main() -> int:
    """Say so before the tests run, not in the middle of their output."""
    if program() is None:
        print("No Chromium here: the browser tests will be skipped. On Debian: apt-get install chromium")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
