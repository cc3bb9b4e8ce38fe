"""Reading the environment: every variable has a kind, and a sentence when it is wrong."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
ENCRYPTION_KEY_BYTES = 32


def text(name: str, default: str = "") -> str:
    """A variable as it stands."""
    return os.environ.get(name, default).strip()


def required(name: str, meaning: str) -> str:
    """A variable that has no default."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Set it to {meaning}.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Yes or no; a word that is neither is refused, not guessed."""
    value = os.environ.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Write 1 or 0.")


def integer(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number within its bounds."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number.") from None
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name} is {number}. It must lie between {least} and {most}.")
    return number


def listing(name: str, default: str = "") -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str = "") -> list[str]:
    """Addresses and networks, checked here so that a typing error stops the start."""
    found = listing(name, default)
    for network in found:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} holds {network!r}, which is no network: {error}. Write 10.0.0.0/8, say."
            ) from None
    return found


def encryption_keys(keys: list[str], name: str = "FIELD_ENCRYPTION_KEYS") -> list[str]:
    """Check keys of 32 bytes in URL-safe base64; the first encrypts, all decrypt."""
    for key in keys:
        try:
            length = len(base64.urlsafe_b64decode(key))
        except (binascii.Error, ValueError):
            length = 0
        if length != ENCRYPTION_KEY_BYTES:
            raise ImproperlyConfigured(
                f"{name} holds a key that is not 32 bytes in URL-safe base64. Make one with:"
                " python3 -c 'import base64,os;"
                "print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
            )
    return keys


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Read postgresql://user:password@host:port/database?option=value."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with postgresql:// (PostgreSQL is the only database).")
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def redis_database(url: str, number: int) -> str:
    """The same Redis server, another of its numbered databases."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis:// or rediss://.")
    return urlunsplit(parts._replace(path=f"/{number}"))
