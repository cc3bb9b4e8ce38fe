"""What the environment says is understood, or refused with a sentence that helps."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings import environment


@pytest.mark.parametrize(("word", "meaning"), [("1", True), ("Yes", True), ("off", False), ("", False), ("0", False)])
def test_flags_are_read(monkeypatch, word: str, meaning: bool) -> None:
    monkeypatch.setenv("SANDBOX_ALLOWED", word)
    assert environment.flag("SANDBOX_ALLOWED", default=not meaning) is meaning


def test_a_word_that_is_no_flag_is_refused(monkeypatch) -> None:
    """'flase' must not switch pretended payments on."""
    monkeypatch.setenv("SANDBOX_ALLOWED", "flase")
    with pytest.raises(ImproperlyConfigured, match="Write 1 or 0"):
        environment.flag("SANDBOX_ALLOWED")


@pytest.mark.parametrize("levels", ["0", "4", "two"])
def test_levels_outside_the_law_are_refused(monkeypatch, levels: str) -> None:
    monkeypatch.setenv("REFERRAL_MAX_LEVELS", levels)
    with pytest.raises(ImproperlyConfigured, match="REFERRAL_MAX_LEVELS"):
        environment.integer("REFERRAL_MAX_LEVELS", 2, least=1, most=3)


def test_a_missing_secret_says_what_it_is_and_how_to_make_it(monkeypatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set\. Set it to 50 characters"):
        environment.required("SECRET_KEY", "50 characters")


def test_networks_are_checked(monkeypatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8, ::1/128")
    assert environment.networks("TRUSTED_PROXIES") == ["10.0.0.0/8", "::1/128"]
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1/8")
    with pytest.raises(ImproperlyConfigured, match="no network"):
        environment.networks("TRUSTED_PROXIES")


def test_a_short_encryption_key_is_refused() -> None:
    good = base64.urlsafe_b64encode(bytes(32)).decode()
    assert environment.encryption_keys([good]) == [good]
    with pytest.raises(ImproperlyConfigured, match="32 bytes"):
        environment.encryption_keys([good, base64.urlsafe_b64encode(bytes(16)).decode()])


def test_a_database_address_may_name_a_socket_and_options() -> None:
    found = environment.database("postgresql://app:p%40ss@/mall?host=%2Ftmp%2Fx&sslmode=require")
    assert found["HOST"] == "/tmp/x"  # noqa: S108 - an address, not a file
    assert found["PASSWORD"] == "p@ss"
    assert found["NAME"] == "mall"
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_another_database_than_postgresql_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="only database"):
        environment.database("sqlite:///mall.db")


def test_redis_databases_are_numbered() -> None:
    assert environment.redis_database("redis://:secret@host:6379/0", 15) == "redis://:secret@host:6379/15"
