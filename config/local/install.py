"""Fill the virtual environment from the lock files.

Runs before anything is installed, so it may use the standard library only. uv
does the work because it is several times faster than pip; it does not read
pip's configuration, so what the machine told pip (an index of its own, a
certificate, a folder of wheels) is handed over. Where uv fails for whatever
reason, pip itself installs the same locked files: slower, the same result.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
REQUIREMENTS = CHECKOUT / "requirements"

# pip's option -> the variable uv reads for the same thing.
HANDED_OVER = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "cache-dir": "UV_CACHE_DIR",
}
SPACE_SEPARATED = {"extra-index-url", "trusted-host"}
COMMA_SEPARATED = {"find-links"}


def parse_pip_configuration(listing: str) -> dict[str, str]:
    """Read `pip config list`; a variable of the environment wins over a file."""
    found: dict[str, str] = {}
    from_environment: dict[str, str] = {}
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        if not separator:
            continue
        section, _, option = key.strip().rpartition(".")
        target = from_environment if section.startswith(":env:") else found
        if section in {"global", "install", ":env:"}:
            target[option] = value.strip().strip("'\"").replace("\\n", " ")
    return {**found, **from_environment}


def existing_places(option: str, value: str) -> list[str]:
    """Leave out folders that are not there: pip warns about them, uv gives up."""
    places = []
    for place in value.split():
        folder = place.removeprefix("file://")
        is_local = place.startswith(("file://", "/"))
        if option in {"extra-index-url", "find-links"} and is_local and not Path(folder).exists():
            continue
        places.append(place)
    return places


def uv_environment(configuration: dict[str, str]) -> dict[str, str]:
    """Say to uv what the machine has said to pip."""
    environment = dict(os.environ)
    for option, variable in HANDED_OVER.items():
        if variable in os.environ or option not in configuration:
            continue
        value = " ".join(existing_places(option, configuration[option]))
        if option in COMMA_SEPARATED:
            value = ",".join(value.split())
        if value:
            environment[variable] = value
    # Hashes say which file is right, so it does not matter which index has it.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    environment.setdefault("UV_HTTP_TIMEOUT", configuration.get("default-timeout", "120"))
    return environment


def lock_files() -> list[Path]:
    """Everything for development; npm only where the machine brings none."""
    files = [REQUIREMENTS / "dev.txt"]
    if shutil.which("npm") is None:
        files.append(REQUIREMENTS / "node.txt")
    return files


def run(command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Run one step and say whether it worked."""
    return subprocess.run(command, env=environment, check=False).returncode == 0


def main() -> int:
    """Install and report; the caller stamps the environment when this returns 0."""
    python = sys.executable
    arguments = [part for file in lock_files() for part in ("-r", str(file))]
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locked = ["--require-hashes", *arguments]
    uv_came = run([*pip, "--require-hashes", "-r", str(REQUIREMENTS / "tools.txt")])
    if uv_came:
        listing = subprocess.run(
            [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        ).stdout
        # As pip does. Where Python may write no bytecode, each process would else translate each package for itself:
        # slower starts, and more memory in every process.
        uv = [python, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *locked]
        if run(uv, uv_environment(parse_pip_configuration(listing))):
            return 0
        print("uv could not install; trying pip, which takes a little longer.", flush=True)
    if run([*pip, *locked]):
        return 0
    print(
        "The packages could not be installed. Is there a network, and does"
        " 'python3 -m pip download six' work on this machine?",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
