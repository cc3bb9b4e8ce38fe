"""Encryption at rest for what only its owner's mall may read: payees, providers' credentials.

AES-256-GCM, a fresh nonce each time, and the mall with the purpose as associated data, so that a
sealed text moved into another mall's row (or another column) does not open.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from mall.tenancy.context import require_mall_id

NONCE_BYTES = 12


class SealBroken(RuntimeError):
    """No configured key opens it: a key was lost, or the text belongs elsewhere."""


def seal(value: dict[str, Any], purpose: str) -> str:
    """Encrypt a JSON object for the mall in force with the first of FIELD_ENCRYPTION_KEYS."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = json.dumps(value, ensure_ascii=False).encode()
    cipher = AESGCM(_keys()[0]).encrypt(nonce, plain, _context(purpose))
    return base64.b64encode(nonce + cipher).decode()


def unseal(text: str, purpose: str) -> dict[str, Any]:
    """Decrypt with whichever key fits. Raises SealBroken when none does."""
    raw = base64.b64decode(text)
    for key in _keys():
        try:
            return json.loads(AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _context(purpose)))
        except InvalidTag:
            continue
    raise SealBroken(f"no key opens this {purpose}; is a former key missing from FIELD_ENCRYPTION_KEYS?")


def _keys() -> list[bytes]:
    return [base64.urlsafe_b64decode(key) for key in settings.FIELD_ENCRYPTION_KEYS]


def _context(purpose: str) -> bytes:
    return f"mall:{require_mall_id('A sealed text')}:{purpose}".encode()
