"""Make, locks, compose and install say what they must and nothing they must not."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from config.local import install, messages, places

HOUSE = places.CHECKOUT


def test_help_lists_every_target() -> None:
    """A target nobody can find is not there."""
    makefile = (HOUSE / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    done = subprocess.run(["make", "help"], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE)) == targets
    assert {"demo", "demo-reset", "test", "lint", "bench", "chaos", "help"} <= targets


@pytest.mark.parametrize("name", ["tools", "base", "embedded", "node", "dev"])
def test_locks_hold_hashes_and_no_addresses(name: str) -> None:
    """An address of one machine's index would be a dead end on another."""
    lock = (HOUSE / "requirements" / f"{name}.txt").read_text()
    packages = re.findall(r"^[a-z0-9][^ ]*==", lock, re.MULTILINE)
    assert packages
    assert lock.count("--hash=sha256:") >= len(packages)
    assert "://" not in lock
    assert not re.search(r"^-", lock, re.MULTILINE)


def test_the_front_end_lock_holds_no_addresses() -> None:
    lock = (HOUSE / "package-lock.json").read_text()
    assert '"integrity"' in lock
    assert "://" not in lock


def test_no_secret_in_compose_has_a_default() -> None:
    compose = (HOUSE / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)([^}]*)\}", compose)
    assert {name for name, _ in secrets} >= {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "POSTGRES_PASSWORD"}
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []


def test_what_pip_was_told_reaches_uv(monkeypatch, tmp_path) -> None:
    """Pip's own file means nothing to uv; a variable of the environment wins over a file, as with pip."""
    for variable in install.HANDED_OVER.values():
        monkeypatch.delenv(variable, raising=False)
    listing = (
        "global.index-url='https://one.example/simple'\n"
        f"global.extra-index-url='file:///not/there file://{tmp_path}'\n"
        ":env:.index-url='https://two.example/simple'\n"
        "freeze.timeout='10'\n"
    )
    found = install.uv_environment(install.parse_pip_configuration(listing))
    assert found["UV_DEFAULT_INDEX"] == "https://two.example/simple"
    assert found["UV_INDEX"] == f"file://{tmp_path}"


def test_npm_comes_along_only_where_there_is_none(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert [path.name for path in install.lock_files()] == ["dev.txt", "node.txt"]
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert [path.name for path in install.lock_files()] == ["dev.txt"]


def test_changed_translations_are_compiled(tmp_path) -> None:
    source = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "商城"\nmsgstr "Mall"\n')
    assert messages.compile_all(tmp_path) == 1
    assert messages.compile_all(tmp_path) == 0
    assert b"Mall" in source.with_suffix(".mo").read_bytes()
