"""Buyers who insist: every request is repeated under its key until it is answered, and every answer is noted."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.installation import Installation

# What may go wrong while something is down, and is worth another try.
TRANSIENT = (OSError, http.client.HTTPException)
PATIENCE_SECONDS = 60.0
ECHO = "409 to a repetition"

ADDRESS = {
    "name": "王小明", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "detail": "文三路 1 号",
}  # fmt: skip


class Unanswered(RuntimeError):
    """Nothing answered in PATIENCE_SECONDS, or something answered what it must never."""


@dataclass
class Log:
    """What clients were told, as an outsider could swear to it."""

    placed: dict[str, dict[str, Any]] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    received: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str) -> None:
        with self.lock:
            self.answers[what] += 1


class Client:
    """One connection at a time to one mall."""

    def __init__(self, installation: Installation, host: str, log: Log) -> None:
        self.port, self.host, self.log = installation.port, host, log
        self.connection: http.client.HTTPConnection | None = None

    def once(self, method: str, path: str, body: Any = None, *, token: str, key: str = "") -> tuple[int, Any]:
        """One try. Raises one of TRANSIENT when the connection breaks."""
        headers = {"Host": self.host, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            self.connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
            response = self.connection.getresponse()
            content = response.read()
        except TRANSIENT:
            self.close()
            raise
        return response.status, json.loads(content) if content else None

    def close(self) -> None:
        """End the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def insist(self, method: str, path: str, body: Any = None, *, token: str, key: str = "") -> tuple[int, Any]:
        """Repeat until something answers that is no 503. Any other 5xx fails the test."""
        end = time.monotonic() + PATIENCE_SECONDS
        is_repetition = False
        while time.monotonic() < end:
            try:
                status, answer = self.once(method, path, body, token=token, key=key)
            except TRANSIENT as error:
                self.log.note(f"broken off ({type(error).__name__})")
            else:
                # What was done before its answer was lost is refused the second time, where no key tells it apart.
                is_echo = status == http.HTTPStatus.CONFLICT and is_repetition
                self.log.note(ECHO if is_echo else str(status))
                if status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
                        raise Unanswered(f"{method} {path}: {status} {answer}")
                    return status, answer
            is_repetition = True
            time.sleep(0.05)
        raise Unanswered(f"{method} {path}: nothing for {PATIENCE_SECONDS:g} s")


class Crowd:
    """Buyers that order and pay until they are told to stop, or so many times each."""

    def __init__(self, installation: Installation, mall: dict[str, Any], log: Log, *, threads: int = 6) -> None:
        self.installation, self.mall, self.log = installation, mall, log
        self.stop = threading.Event()
        self.failures: list[BaseException] = []
        self.threads = [threading.Thread(target=self._trade, args=(number, threads)) for number in range(threads)]
        self.orders_each: int | None = None

    def start(self, orders_each: int | None = None) -> None:
        """Begin; each thread places so many orders, or trades on until finish()."""
        self.orders_each = orders_each
        for thread in self.threads:
            thread.start()

    def finish(self) -> None:
        """Let everybody finish what he has begun. Raises the first failure."""
        if self.orders_each is None:
            self.stop.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _trade(self, number: int, threads: int) -> None:
        client = Client(self.installation, self.mall["host"], self.log)
        chance = random.Random(number)  # noqa: S311 - no secret
        buyers = self.mall["buyers"][number::threads] or self.mall["buyers"]
        done = 0
        try:
            while not self.stop.is_set() and (self.orders_each is None or done < self.orders_each):
                self.order(client, chance, buyers[done % len(buyers)]["token"])
                done += 1
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            self.failures.append(error)
            self.stop.set()
        finally:
            client.close()

    def order(self, client: Client, chance: random.Random, token: str) -> None:
        """Place and pay one order; nine of ten are paid."""
        skus = chance.sample(self.mall["skus"], chance.randint(1, len(self.mall["skus"])))
        lines = [{"sku": sku, "quantity": chance.randint(1, 3)} for sku in skus]
        status, placed = client.insist(
            "POST", "/orders", {"lines": lines, "address": ADDRESS}, token=token, key=str(uuid.uuid4())
        )
        if status != http.HTTPStatus.CREATED:
            raise Unanswered(f"order: {status} {placed}")
        with self.log.lock:
            self.log.placed[placed["id"]] = placed
        if chance.random() < 0.1:
            return
        path, key = f"/orders/{placed['id']}/payments", str(uuid.uuid4())
        status, payment = client.insist("POST", path, {"provider": "sandbox"}, token=token, key=key)
        if status != http.HTTPStatus.CREATED or payment["status"] != "succeeded":
            raise Unanswered(f"payment: {status} {payment}")
        with self.log.lock:
            self.log.paid.add(placed["id"])
        if chance.random() < 0.3:
            self._receive(client, placed["id"], token)

    def _receive(self, client: Client, order: str, token: str) -> None:
        """The mall ships, the buyer receives; said twice, the second time is refused."""
        parcel = {"company": "顺丰速运", "number": "SF1"}
        client.insist("POST", f"/merchant/orders/{order}/ship", parcel, token=self.mall["staff_token"])
        client.insist("POST", f"/orders/{order}/receipt", token=token)
        with self.log.lock:
            self.log.received.add(order)
