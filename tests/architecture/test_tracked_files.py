"""What is committed is ours, for everybody to see: no secret, no machine's own path, nobody else's code."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import HOUSE, told, tracked

BYTES_MOST = 400_000
BINARY = {".png", ".jpg", ".ico", ".woff2", ".ttf", ".gz", ".mo"}

SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\\nr\"']*[A-Za-z0-9+/]{40}"),
    "a cloud key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of a forge": re.compile(r"\b(?:ghp|gho|glpat|github_pat)[_-][A-Za-z0-9_]{20,}\b"),
}
# Folders of one machine, written apart so that this file does not name them.
PATHS = re.compile(
    "|".join(re.escape("/" + folder) + r"/[a-z0-9_.-]+/" for folder in ("home", "root", "Users", "work", "mnt"))
)
ADDRESSES = re.compile(r"https?://[^\s\"'<>)]*(?:index|simple|registry|mirror|proxy)[^\s\"'<>)]*")
LOCKS = ("requirements/base.txt", "requirements/dev.txt", "requirements/embedded.txt", "requirements/node.txt",
         "requirements/tools.txt", "package-lock.json")  # fmt: skip


def texts() -> list[tuple[str, str]]:
    """(name, text) of every tracked file that is text."""
    return [(told(path), path.read_text(encoding="utf-8")) for path in tracked() if path.suffix.lower() not in BINARY]


@pytest.mark.parametrize("what", SECRETS)
def test_no_file_holds(what):
    found = [
        name
        for name, text in texts()
        if SECRETS[what].search(text) and name != told(HOUSE / "tests/architecture/test_tracked_files.py")
    ]
    assert found == []


def test_no_file_names_a_folder_of_one_machine():
    found = {name: match.group() for name, text in texts() if (match := PATHS.search(text))}
    assert found == {}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_has_hashes_and_no_addresses(name):
    text = (HOUSE / name).read_text(encoding="utf-8")
    assert "://" not in re.sub(r'"(?:url|homepage|funding)": "[^"]*"', "", text)
    assert "--index-url" not in text
    assert "sha256:" in text or '"integrity": "sha512-' in text


def test_no_file_names_a_registry():
    allowed = ("docs/", "tests/", ".github/")
    found = {
        name: match.group()
        for name, text in texts()
        if (match := ADDRESSES.search(text)) and not name.startswith(allowed)
    }
    assert found == {}


def test_no_file_is_somebody_elses_library():
    """Styles and charts come by npm from a lock file; nothing minified is kept."""
    found = [
        name
        for name, text in texts()
        if name.endswith((".js", ".css")) and any(len(line) > 1_000 for line in text.splitlines())
    ]
    assert found == []
    assert [told(path) for path in tracked() if "node_modules" in path.parts or ".venv" in path.parts] == []


def test_no_file_is_huge():
    assert [told(path) for path in tracked() if path.stat().st_size > BYTES_MOST] == []


def test_every_text_is_utf8_with_a_last_newline_and_no_direction_marks():
    """A direction mark can make code read otherwise than it runs."""
    marks = re.compile("[\u202a-\u202e\u2066-\u2069]")
    for path in tracked():
        if path.suffix.lower() in BINARY or not path.stat().st_size:
            continue
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n"), told(path)
        assert "\r" not in text, told(path)
        assert not marks.search(text), told(path)


def test_nothing_secret_has_a_default_in_production():
    production = (HOUSE / "config/settings/production.py").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASES", "REDIS_URL"):
        assert re.search(rf"^{name} = .*(?:\n.*)*?environment\.required", production, re.MULTILINE), name
    compose = (HOUSE / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.findall(r"\$\{[A-Z_]*(?:PASSWORD|SECRET|KEY)[A-Z_]*:-[^}]+\}", compose) == []
