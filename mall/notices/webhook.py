"""The wire to a 企业微信 group's robot: its address, and one message to it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx
from django.conf import settings

PATH = "/cgi-bin/webhook/send"
TIMEOUT = httpx.Timeout(5.0, connect=3.0)
# What the robot takes at most, in bytes of UTF-8.
TEXT_MOST = 2_000
_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")
# The robot is gone, or its key was never one: trying again helps nobody.
GONE = frozenset({93000, 93008, 93017})


class NotTaken(Exception):
    """The robot did not take the message. is_final: trying again will not help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


def key_in(address: str) -> str | None:
    """The robot's key in an address as merchants copy it; None for whatever is not one.

    Only the key is kept: the host is the installation's setting, so no address leads anywhere else.
    """
    try:
        parts, base = urlsplit(address.strip()), urlsplit(settings.STAFF_WEBHOOK_BASE_URL)
    except ValueError:
        return None
    if (parts.scheme, parts.netloc, parts.path) != (base.scheme, base.netloc, PATH) or parts.fragment:
        return None
    name, _equals, key = parts.query.partition("=")
    return key if name == "key" and _KEY.fullmatch(key) else None


def send(*, key: str, text: str) -> None:
    """Say something in the group. Raises NotTaken; may take eight seconds, so hold no locks."""
    if not key:
        raise NotTaken("no key", is_final=True)
    address = f"{settings.STAFF_WEBHOOK_BASE_URL}{PATH}"
    body = {"msgtype": "text", "text": {"content": _cut(text)}}
    here = urlsplit(address).hostname in {"127.0.0.1", "localhost"}
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=not here, follow_redirects=False) as http:
            answer = http.post(address, params={"key": key}, json=body)
            told = answer.json()
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise NotTaken(type(error).__name__) from error
    code = told.get("errcode") if isinstance(told, dict) else None
    if answer.status_code != httpx.codes.OK or code != 0:
        raise NotTaken(f"HTTP {answer.status_code}, errcode {code}"[:80], is_final=code in GONE)


def _cut(text: str) -> str:
    encoded = text.encode()
    return text if len(encoded) <= TEXT_MOST else encoded[:TEXT_MOST].decode(errors="ignore") + "…"
