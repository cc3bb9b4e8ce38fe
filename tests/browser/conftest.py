"""A real server, a real worker and a real browser around the test database."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import worker_shutdown
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from config.celery import app

CHROMIUM = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
# No sandbox as root, no processor of graphics, and not one request to anywhere but the mall.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PICTURES = Path(__file__).resolve().parents[2] / ".local" / "artefacts"

# A headless browser says that it is one, and its clicks would rightly be a machine's.
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """The tests' output is no access log."""


class _Server(ThreadedWSGIServer):
    """Closing it hangs up on whoever is still connected and waits for every thread.

    A thread that lives on keeps its database connection, and the database could not be dropped.
    """

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Quiet)
        self._callers: list[socket.socket] = []

    def get_request(self) -> Any:
        caller, address = super().get_request()
        self._callers.append(caller)
        return caller, address

    def server_close(self) -> None:
        for caller in self._callers:
            with suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)
        super().server_close()


@pytest.fixture
def server(transactional_db: None, settings: Any) -> Iterator[str]:
    """Port of a server in this process, so on its database; share links point to it."""
    serving = _Server()
    serving.set_app(get_wsgi_application())
    settings.PUBLIC_PORT = serving.server_port
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield str(serving.server_port)
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker of this process, rung through the broker as in production."""

    def let_go(**_sender: object) -> None:
        # In the worker's own thread: what it held open would keep the database from being dropped.
        connections.close_all()

    # Bells of earlier tests, for malls that nobody looks at any more.
    app.control.purge()
    worker_shutdown.connect(let_go, weak=False)
    with start_worker(app, pool="solo", concurrency=1, perform_ping_check=False, loglevel="warning"):
        yield
    worker_shutdown.disconnect(let_go)


@pytest.fixture
def chromium() -> Iterator[Any]:
    """Debian's Chromium. Where none is installed: skipped, and in CI a failure."""
    if CHROMIUM is None:
        reason = "no Chromium on this machine; on Debian and Ubuntu: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
        # Beside Playwright's event loop Django keeps connections apart; nobody else can close these.
        connections.close_all()


@pytest.fixture
def picture() -> Any:
    """Keep what a page looks like, under a name, for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def keep(page: Any, name: str) -> None:
        page.screenshot(path=PICTURES / f"{name}.png")

    return keep
