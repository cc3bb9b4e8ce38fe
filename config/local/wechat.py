"""A pretended WeChat beside the demo, so that paying by WeChat can be walked.

It listens on this machine only; with LAN=1 its pages for people are also there for phones nearby.
"""

from __future__ import annotations

import os
import socket
import sys
import time

from config.local import lan, places
from config.local.children import Child

PAPERS = places.LOCAL / "wechat_fake.json"
ADDRESSES = ("WECHAT_PAY_BASE_URL", "WECHAT_API_BASE_URL", "WECHAT_OPEN_BASE_URL")
PAPERS_SECONDS = 20.0


def begin(*, on_lan: bool = False) -> Child | None:
    """Start it and tell everything started afterwards where it is; None where the real one is configured, or it fails.

    Its merchant's keys are made once and kept; until they are there the first start waits.
    """
    if any(os.environ.get(name) for name in ADDRESSES):
        return None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "tests.wechat_fake", "--port", str(port), "--cashier", "--merchant", str(PAPERS),
    ]  # fmt: skip
    if on_lan:
        command += ["--neighbours", lan.own_address()]
    fake = Child("wechat", command, dict(os.environ))
    fake.start()
    deadline = time.monotonic() + PAPERS_SECONDS
    while not PAPERS.exists() and fake.alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    if not PAPERS.exists() or not fake.alive():
        return fake
    os.environ.update(dict.fromkeys(ADDRESSES, f"http://127.0.0.1:{port}"))
    return fake


def address() -> str:
    """Where it answers; "" where it does not run."""
    found = os.environ.get(ADDRESSES[0], "")
    return found if found.startswith("http://127.0.0.1:") and PAPERS.exists() else ""
