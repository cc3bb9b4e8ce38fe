"""The peers' own virtual environment, made once."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from config.local import install

HERE = Path(__file__).parent
LOCK = HERE / "peers.txt"


def python(folder: Path) -> Path:
    """Its interpreter; installs what the lock file says when that has changed."""
    program, stamp = folder / "bin/python", folder / "installed.txt"
    if stamp.exists() and stamp.read_text() == LOCK.read_text():
        return program
    print("Installing the peers ...", flush=True)
    venv.create(folder, clear=True)
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    subprocess.run(
        [
            sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(program), "--require-hashes",
            "-r", str(LOCK),
        ],
        env=install.uv_environment(install.parse_pip_configuration(listing)),
        check=True,
    )  # fmt: skip
    stamp.write_text(LOCK.read_text())
    return program


def run(program: Path, script: str, **arguments: Any) -> dict[str, Any]:
    """Run one of the scripts beside this file in the peers' environment; its last line is its answer."""
    done = subprocess.run(
        [str(program), str(HERE / script), json.dumps(arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{script}: {done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
