"""WeChat Pay's API v3 as a merchant calls it. Every answer is verified before it is believed.

Two failures: Refused is WeChat's signed no; Silent is everything after which nobody knows what happened (a
timeout, a fault of theirs, an answer that is not theirs), so the same call with the same number comes again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from datetime import date
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mall import clock
from mall.payments.wechat import signing
from mall.payments.wechat.accounts import Account

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
# Answers are small; a bill may not fill the memory.
BILL_BYTES_MOST = 64 * 1024 * 1024
AGENT = "fenyong"


class Silent(Exception):
    """Nobody knows whether it happened: ask again, with the same number."""

    def __init__(self, why: str, code: str = "") -> None:
        super().__init__(why)
        self.code = code


class Refused(Exception):
    """WeChat says no, and has signed it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


def base_address(setting: str = "WECHAT_PAY_BASE_URL") -> str:
    """One of WeChat's addresses. Plain HTTP is for a fake on this machine, never for money or secrets."""
    address = getattr(settings, setting).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(parts.hostname or "")):
        raise ImproperlyConfigured(f"{setting} must begin with https://.")
    return address


class Client:
    """The calls of one merchant. Use it as a context: it keeps a connection."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.base = base_address()
        # A fake on this machine is not behind the proxy that leads outside.
        here = is_here(urlsplit(self.base).hostname or "")
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=not here, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_of: object) -> None:
        self._http.close()

    def prepay(self, kind: str, order: dict[str, Any]) -> dict[str, Any]:
        """Begin a payment; kind: jsapi, h5 or native. The same order again answers the same."""
        return self._call("POST", f"/v3/pay/transactions/{kind}", order)

    def query(self, number: str) -> dict[str, Any]:
        """What has become of a payment of ours."""
        return self._call("GET", f"/v3/pay/transactions/out-trade-no/{quote(number)}?mchid={self.account.mchid}")

    def close(self, number: str) -> None:
        """End a payment that nobody has paid, so that nobody can."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(number)}/close"
        self._call("POST", path, {"mchid": self.account.mchid})

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Send money back. The same number again is the same refund."""
        return self._call("POST", "/v3/refund/domestic/refunds", asked)

    def query_refund(self, number: str) -> dict[str, Any]:
        """What has become of a refund of ours."""
        return self._call("GET", f"/v3/refund/domestic/refunds/{quote(number)}")

    def trade_bill(self, day: date) -> bytes:
        """The bill of a day with all its payments and refunds: CSV, checked against the hash that came signed."""
        query = urlencode({"bill_date": day.isoformat(), "bill_type": "ALL", "tar_type": "GZIP"})
        told = self._call("GET", f"/v3/bill/tradebill?{query}")
        address = told.get("download_url", "")
        # Our Authorization goes to WeChat's own host and nowhere else.
        if not isinstance(address, str) or urlsplit(address)[:2] != urlsplit(self.base)[:2]:
            raise Silent("a bill at a foreign address")
        # The one answer without a signature: its hash is in the one before.
        raw = self._send("GET", address.removeprefix(self.base), b"").content
        file = raw if raw[:2] != b"\x1f\x8b" else _gunzip(raw)
        if hashlib.sha1(file, usedforsecurity=False).hexdigest() != str(told.get("hash_value", "")).lower():
            raise Silent("a bill with another hash")
        return file

    def _call(self, method: str, target: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._send(method, target, raw)
        told = _object(answer.content)
        code = str(told.get("code", ""))[:64]
        try:
            signing.verify(
                keys=self.account.platform_keys,
                headers=signing.signed_headers(answer.headers),
                body=answer.content,
                now=clock.now().timestamp(),
            )
        except signing.Forged as error:
            raise Silent(f"{answer.status_code} that WeChat has not signed: {error}", code) from error
        if answer.status_code in {200, 202, 204}:
            return told
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Silent(f"{answer.status_code} {code}", code)
        raise Refused(answer.status_code, code, str(told.get("message", ""))[:200])

    def _send(self, method: str, target: str, body: bytes) -> httpx.Response:
        account = self.account
        headers = {
            "Accept": "application/json",
            "User-Agent": AGENT,
            "Wechatpay-Serial": account.answering_serial,
            "Authorization": signing.authorization(
                account.private_key,
                mchid=account.mchid,
                serial=account.merchant_serial,
                method=method,
                target=target,
                timestamp=str(int(clock.now().timestamp())),
                nonce=secrets.token_hex(16).upper(),
                body=body,
            ),
        }
        if body:
            headers["Content-Type"] = "application/json"
        try:
            return self._http.request(method, self.base + target, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Silent(f"no answer: {type(error).__name__}") from error


def _object(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _gunzip(raw: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        file = unpacking.decompress(raw, BILL_BYTES_MOST)
    except zlib.error as error:
        raise Silent("a bill that does not unpack") from error
    if not unpacking.eof:
        raise Silent("a bill that is too large or cut off")
    return file


def is_pretended_for_phones() -> bool:
    """Whether the demo's fake meets phones nearby: their own WeChat is the real one, and knows nothing of it."""
    return bool(settings.LAN_ORIGIN) and urlsplit(settings.WECHAT_PAY_BASE_URL).scheme == "http"


def is_here(host: str) -> bool:
    """Whether a host is this machine: it is not behind the proxy that leads outside."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
