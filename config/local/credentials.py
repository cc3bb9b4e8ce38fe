"""Passwords and keys of this checkout, made once and kept in .local/secrets.json."""

from __future__ import annotations

import base64
import secrets

from config.local import places

FILE = places.LOCAL / "secrets.json"


def _password() -> str:
    return secrets.token_hex(24)


def _encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


MAKERS = {
    "postgres_superuser": _password,
    "postgres_owner": _password,
    "postgres_app": _password,
    "postgres_backup": _password,
    "valkey": _password,
    "secret_key": lambda: secrets.token_urlsafe(48),
    "field_encryption_key": _encryption_key,
}


def load() -> dict[str, str]:
    """Read the secrets; make those that are missing, so that a newer checkout adds its own."""
    kept = places.read_record(FILE)
    if MAKERS.keys() <= kept.keys():
        return kept
    with places.lock("secrets"):
        kept = places.read_record(FILE)
        for name, make in MAKERS.items():
            kept.setdefault(name, make())
        places.write_record(FILE, kept)
    return kept
