"""A sender of text messages that keeps them: plug in "tests.factories.sms.keep_sms"."""

from __future__ import annotations

sent: list[tuple[str, str, str]] = []


def keep_sms(phone: str, purpose: str, code: str) -> None:
    sent.append((phone, purpose, code))
