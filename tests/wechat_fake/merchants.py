"""Merchants of the fake: the keys on both sides, and the messages WeChat would sign and seal for each."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

SCHEMA = "WECHATPAY2-SHA256-RSA2048"


def new_key() -> rsa.RSAPrivateKey:
    """A key pair, made anew each time: none is kept in a file."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(key: rsa.RSAPrivateKey) -> str:
    """The private half as merchants hold it."""
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def public_pem_of(key: rsa.RSAPrivateKey) -> str:
    """The public half, as 微信支付公钥 is handed out."""
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


def certificate_of(key: rsa.RSAPrivateKey) -> tuple[str, str]:
    """(serial in capitals, PEM) of a self-signed certificate, as platform certificates look."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fake platform")])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1800))
        .sign(key, hashes.SHA256())
    )
    return f"{certificate.serial_number:X}", certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Merchant:
    """One merchant: what he holds, and what WeChat holds for him."""

    mchid: str
    appid: str
    mini_appid: str
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    serial: str = field(default_factory=lambda: secrets.token_hex(20).upper())
    api_v3_key: str = field(default_factory=lambda: secrets.token_hex(16))
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    mini_app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    public_id: str = field(default_factory=lambda: f"PUB_KEY_ID_0{secrets.randbelow(10**31):031d}")
    platform: rsa.RSAPrivateKey = field(default_factory=new_key)
    old_platform: rsa.RSAPrivateKey = field(default_factory=new_key)

    old_serial: str = ""
    old_certificate: str = ""

    def __post_init__(self) -> None:
        """The certificate of the years before public keys: both hold during the change."""
        if not self.old_serial:
            self.old_serial, self.old_certificate = certificate_of(self.old_platform)

    def papers(self) -> dict[str, Any]:
        """What the merchant types into his shop."""
        return {
            "appid": self.appid,
            "mini_appid": self.mini_appid,
            "mchid": self.mchid,
            "merchant_serial": self.serial,
            "private_key": pem_of(self.key),
            "api_v3_key": self.api_v3_key,
            "app_secret": self.app_secret,
            "mini_app_secret": self.mini_app_secret,
            "platform_keys": {
                self.public_id: public_pem_of(self.platform),
                self.old_serial: self.old_certificate,
            },
        }

    def signed(
        self, body: bytes, *, at: float, serial: str = "", key: rsa.RSAPrivateKey | None = None
    ) -> dict[str, str]:
        """The headers of an answer or a notification with this body."""
        serial = serial or self.public_id
        key = key or (self.old_platform if serial == self.old_serial else self.platform)
        timestamp, nonce = str(int(at)), secrets.token_hex(16)
        signed = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n"
        signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature-Type": SCHEMA,
            "Request-ID": secrets.token_hex(8),
        }

    def notification(self, event: str, plain: dict[str, Any], *, notify_id: str = "", api_v3_key: str = "") -> bytes:
        """The body of a notification with this inside."""
        nonce, associated = secrets.token_hex(6), event.partition(".")[0].lower()
        key = (api_v3_key or self.api_v3_key).encode()
        sealed = AESGCM(key).encrypt(
            nonce.encode(), json.dumps(plain, ensure_ascii=False).encode(), associated.encode()
        )
        told = {
            "id": notify_id or secrets.token_hex(16),
            "create_time": datetime.now(UTC).isoformat(timespec="seconds"),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功" if event.startswith("TRANSACTION") else "退款",
            "resource": {
                "original_type": associated,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": associated,
                "nonce": nonce,
            },
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    def verifies(self, signature: str, message: bytes) -> bool:
        """Whether the merchant has signed this."""
        try:
            self.key.public_key().verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not his
            return False
        return True


KEYS = ("key", "platform", "old_platform")
WORDS = (
    "mchid", "appid", "mini_appid", "serial", "api_v3_key", "app_secret", "mini_app_secret", "public_id",
    "old_serial", "old_certificate",
)  # fmt: skip


def kept_merchant(file: Path) -> Merchant:
    """The merchant of a file, both sides' keys included; a new one is made and written where there is none."""
    if file.exists():
        held = json.loads(file.read_text())["held"]
        keys = {name: serialization.load_pem_private_key(held[name].encode(), None) for name in KEYS}
        return Merchant(**{name: held[name] for name in WORDS}, **keys)
    merchant = Merchant(
        mchid=f"19{secrets.randbelow(10**8):08d}",
        appid=f"wx{secrets.token_hex(8)}",
        mini_appid=f"wx{secrets.token_hex(8)}",
    )
    held = {name: getattr(merchant, name) for name in WORDS} | {name: pem_of(getattr(merchant, name)) for name in KEYS}
    made = file.with_suffix(".new")
    made.touch(mode=0o600)
    made.write_text(json.dumps({"papers": merchant.papers(), "held": held}))
    # Whoever waits for the file finds all of it.
    made.replace(file)
    return merchant
