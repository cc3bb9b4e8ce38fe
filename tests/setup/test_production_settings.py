"""Production starts with everything it needs, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.local import places

COMPLETE = {
    "SECRET_KEY": "a-word-for-tests-that-is-long-enough-to-pass-0123456789",
    "FIELD_ENCRYPTION_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "DATABASE_URL": "postgresql://fenyong_app:x@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://:x@127.0.0.1:1/0",
    "INSTALLATION_HOSTS": "operator.example.com",
    "MALL_BASE_DOMAIN": "example.com",
}


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python with these variables and none of ours."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=places.CHECKOUT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "config.settings.production", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_no_secret_and_no_address_has_a_default(missing: str) -> None:
    environment = {name: value for name, value in COMPLETE.items() if name != missing}
    done = run(["-c", "import config.settings.production"], environment)
    assert done.returncode != 0
    assert f"{missing} is not set. Set it to " in done.stderr


def test_the_deployment_check_finds_nothing() -> None:
    done = run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], COMPLETE)
    assert done.returncode == 0, done.stderr


def test_the_sandbox_cannot_be_switched_on() -> None:
    """A pretended payment in production gives goods away."""
    code = "from config.settings import production as p; print(p.SANDBOX_ALLOWED, p.DEBUG, sorted(p.DATABASES))"
    done = run(["-c", code], {**COMPLETE, "SANDBOX_ALLOWED": "1", "DEBUG": "1"})
    assert done.stdout.strip() == "False False ['default']", done.stderr
