"""A client that knows the contract (docs for front-ends) and nothing of the code behind it."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

PATIENCE_SECONDS = 5.0


class Mismatch(AssertionError):
    """The installation answered something else than the contract says."""


class Shop:
    """One mall, reached through its host name at one address."""

    def __init__(self, base: str, host: str) -> None:
        self.http = httpx.Client(base_url=base, headers={"Host": host}, timeout=20, follow_redirects=False)
        self.host = host

    def call(
        self, method: str, path: str, body: Any = None, *, token: str = "", expect: int = 200, key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:  # fmt: skip
        """One API call; raises Mismatch unless the status is the expected one."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        response = self.http.request(method, f"/api/v1{path}", json=body, headers=sent)
        if response.status_code != expect:
            raise Mismatch(f"{method} {path}: {response.status_code} instead of {expect}: {response.text[:400]}")
        return response.json() if response.content else None

    def register(self, *, ref: str | None = None, nickname: str = "") -> Person:
        """A new member with a random phone, by code."""
        phone = f"13{random.randrange(10**9):09d}"  # noqa: S311 - a phone, not a secret
        code = self.call("POST", "/phone-codes", {"phone": phone, "purpose": "register"}, expect=202)["demo_code"]
        body = {"phone": phone, "code": code, "nickname": nickname or f"访客{phone[-4:]}"}
        if ref is not None:
            body["ref"] = ref
        answer = self.call("POST", "/members", body, expect=201)
        return Person(self, phone, answer["token"], answer["member"])

    def staff_token(self, email: str, password: str) -> str:
        return self.call("POST", "/merchant/tokens", {"email": email, "password": password}, expect=201)["token"]


class Person:
    """A member with his token."""

    def __init__(self, shop: Shop, phone: str, token: str, member: str) -> None:
        self.shop, self.phone, self.token, self.member = shop, phone, token, member

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return self.shop.call(method, path, body, token=self.token, **options)

    def link(self, kind: str, channel: str = "wechat", product: str | None = None, expect: int = 201) -> dict[str, Any]:
        body = {"kind": kind, "channel": channel} | ({"product": product} if product else {})
        return self.call("POST", "/share-links", body, expect=expect)

    def order(self, sku: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
        body = {"lines": [{"sku": sku, "quantity": quantity}], "address": ADDRESS, **more}
        return self.call("POST", "/orders", body, expect=201, key=str(uuid.uuid4()))

    def pay(self, order: dict[str, Any]) -> dict[str, Any]:
        return self.call(
            "POST", f"/orders/{order['id']}/payments", {"provider": "sandbox"}, expect=201, key=str(uuid.uuid4())
        )

    def balance(self) -> dict[str, int]:
        return self.call("GET", "/balance")

    def commissions(self, **filters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.call("GET", f"/commissions?{query}&page_size=100")["results"]


ADDRESS = {
    "name": "王小明",
    "phone": "13800138000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "detail": "文三路 1 号",
}


def eventually(what: str, expected: Any, look: Callable[[], Any]) -> float:
    """Look until it is as expected; Mismatch after PATIENCE_SECONDS. Returns the seconds it took."""
    started = time.monotonic()
    while True:
        found = look()
        if found == expected:
            return time.monotonic() - started
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise Mismatch(f"{what}: {found!r} instead of {expected!r} after {PATIENCE_SECONDS} s")
        time.sleep(0.05)


def equal(what: str, found: Any, expected: Any) -> None:
    """Raises Mismatch unless both are the same."""
    if found != expected:
        raise Mismatch(f"{what}: {found!r} instead of {expected!r}")
