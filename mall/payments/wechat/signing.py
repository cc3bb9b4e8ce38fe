"""What WeChat Pay v3 signs, and how its notifications are sealed: pure functions, no settings, no database.

Requests and answers carry SHA256 with RSA (PKCS#1 v1.5) over lines that each end with a line feed. The verifier
always works on the bytes that arrived: decoding and encoding again may change them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
ALGORITHM = "AEAD_AES_256_GCM"
# As far as a message's clock may be from ours, both ways.
FRESH_SECONDS = 300
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
# RSA of 2048 and 4096 bits in base64, and no more: the rest is nobody's signature.
SIGNATURE_CHARACTERS_MOST = 1024


class Forged(ValueError):
    """It does not come from WeChat, was changed on the way, or is an old one sent again."""


class Unreadable(ValueError):
    """A key or a sealed resource that cannot be opened with what is there."""


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The headers that carry a signature of WeChat's."""

    timestamp: str
    nonce: str
    signature: str
    serial: str
    kind: str = SCHEMA


def private_key(pem: str, *, is_checked: bool = False) -> RSAPrivateKey:
    """A merchant's private key. is_checked: its numbers were before, which takes long. Raises Unreadable."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=is_checked)
    except (ValueError, TypeError) as error:
        raise Unreadable("no private key in PEM") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise Unreadable("no RSA key of 2048 bits or more")
    return key


def public_key(pem: str) -> RSAPublicKey:
    """A key of WeChat's, given as a public key or as a certificate. Raises Unreadable."""
    try:
        if "BEGIN CERTIFICATE" in pem:
            key = x509.load_pem_x509_certificate(pem.encode()).public_key()
        else:
            key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError) as error:
        raise Unreadable("no public key and no certificate in PEM") from error
    if not isinstance(key, RSAPublicKey):
        raise Unreadable("no RSA key")
    return key


def sign(key: RSAPrivateKey, *lines: str) -> str:
    """The signature over these lines in base64."""
    return base64.b64encode(key.sign(_joined(*lines).encode(), PKCS1v15(), hashes.SHA256())).decode()


def authorization(
    key: RSAPrivateKey, *, mchid: str, serial: str, method: str, target: str, timestamp: str, nonce: str, body: bytes
) -> str:
    """The Authorization header of a request. target: the path with its query; body: the bytes that are sent."""
    signature = sign(key, method, target, timestamp, nonce, body.decode())
    return (
        f'{SCHEMA} mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{serial}"'
    )


def pay_sign(key: RSAPrivateKey, *, appid: str, timestamp: str, nonce: str, package: str) -> str:
    """The paySign with which a page or a mini-program calls WeChat's cashier."""
    return sign(key, appid, timestamp, nonce, package)


def signed_headers(headers: Mapping[str, str]) -> SignedHeaders:
    """Read the headers of an answer or a notification; missing ones are empty and will not verify."""
    return SignedHeaders(
        timestamp=headers.get("Wechatpay-Timestamp", ""),
        nonce=headers.get("Wechatpay-Nonce", ""),
        signature=headers.get("Wechatpay-Signature", ""),
        serial=headers.get("Wechatpay-Serial", ""),
        kind=headers.get("Wechatpay-Signature-Type", SCHEMA),
    )


def verify(*, keys: Mapping[str, RSAPublicKey], headers: SignedHeaders, body: bytes, now: float) -> None:
    """Raise Forged unless one of these keys, named by its serial, signed this body within the last minutes.

    keys: the merchant's own, by serial; another merchant's are forgeries here. now: seconds since 1970.
    """
    if headers.kind != SCHEMA:
        raise Forged("another kind of signature")
    key = keys.get(headers.serial)
    if key is None:
        raise Forged("unknown serial")
    if not headers.timestamp.isascii() or not headers.timestamp.isdigit() or len(headers.timestamp) > 12:
        raise Forged("no timestamp")
    if abs(now - int(headers.timestamp)) >= FRESH_SECONDS:
        raise Forged("too old or from the future")
    if not headers.nonce or len(headers.signature) > SIGNATURE_CHARACTERS_MOST:
        raise Forged("no nonce or no signature")
    signed = f"{headers.timestamp}\n{headers.nonce}\n".encode() + body + b"\n"
    try:
        key.verify(base64.b64decode(headers.signature, validate=True), signed, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise Forged("the signature does not fit") from error


def open_resource(api_v3_key: str, resource: Any) -> dict[str, Any]:
    """The JSON object that a notification's `resource` holds. Raises Unreadable."""
    if not isinstance(resource, dict) or resource.get("algorithm") != ALGORITHM:
        raise Unreadable("another algorithm")
    parts = [resource.get(name) for name in ("nonce", "associated_data", "ciphertext")]
    nonce, associated, cipher = ("" if part is None else part for part in parts)
    if not all(isinstance(part, str) for part in (nonce, associated, cipher)):
        raise Unreadable("no nonce, associated data or ciphertext")
    try:
        plain = json.loads(decrypt(api_v3_key, nonce=nonce, associated=associated, cipher=cipher))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("no JSON inside") from error
    if not isinstance(plain, dict):
        raise Unreadable("no object inside")
    return plain


def decrypt(api_v3_key: str, *, nonce: str, associated: str, cipher: str) -> bytes:
    """AES-256-GCM with the APIv3 key of exactly 32 bytes; cipher: base64 with the tag behind. Raises Unreadable."""
    key = api_v3_key.encode()
    if len(key) != KEY_BYTES:
        raise Unreadable("an APIv3 key has 32 bytes")
    try:
        raw = base64.b64decode(cipher, validate=True)
        iv = nonce.encode()
        if len(iv) != NONCE_BYTES or len(raw) < TAG_BYTES:
            raise Unreadable("a nonce of another length, or no tag")
        return AESGCM(key).decrypt(iv, raw, associated.encode())
    except (InvalidTag, binascii.Error, UnicodeEncodeError) as error:
        raise Unreadable("the key does not open it") from error
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _joined(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
