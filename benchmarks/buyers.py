"""Buyers who place one order after the other, over HTTP: a process of its own, for either shop.

echo '{"shop": "fenyong", "port": 8000, …, "buyers": 4, "seconds": 5}' | python -m benchmarks.buyers
"""

from __future__ import annotations

import http
import json
import random
import socket
import sys
import threading
import time
import uuid
from typing import Any

import orjson

ADDRESS = {
    "name": "王小明", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "detail": "文三路 1 号",
}  # fmt: skip
OSCAR_ADDRESS = {
    "first_name": "小明", "last_name": "王", "line1": "文三路 1 号", "line2": "", "line3": "", "line4": "杭州",
    "postcode": "310000", "phone_number": "", "title": "Mr", "notes": "", "state": "",
}  # fmt: skip


class Buyer:
    """One connection to a shop, with as little work on this side as can be: it shares the shop's cores."""

    def __init__(self, asked: dict[str, Any], number: int) -> None:
        self.asked, self.number = asked, number
        self.socket = socket.create_connection(("127.0.0.1", asked["port"]), timeout=20)
        self.reader = self.socket.makefile("rb")

    def call(self, path: str, body: Any, headers: str = "") -> tuple[int, bytes, list[str]]:
        """One POST: status, answer, cookies."""
        content = orjson.dumps(body)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.asked['host']}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n{headers}\r\n"
        )
        self.socket.sendall(head.encode() + content)
        status, length, cookies = int(self.reader.readline().split()[1]), 0, []
        while line := self.reader.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"set-cookie":
                cookies.append(value.decode().split(";")[0].strip())
        return status, self.reader.read(length), cookies

    def fenyong(self) -> bool:
        """An order of one piece: stock, threshold discount, coupon, freight, idempotency and events."""
        lines = [{"sku": random.choice(self.asked["goods"]), "quantity": 1}]
        token = self.asked["tokens"][self.number % len(self.asked["tokens"])]
        coupons = self.asked["coupons"][self.number % len(self.asked["coupons"])]
        body = {"lines": lines, "address": ADDRESS, "coupon": coupons.pop()}
        headers = f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid.uuid4()}\r\n"
        return self.call("/api/v1/orders", body, headers)[0] == http.HTTPStatus.CREATED

    def oscar(self) -> bool:
        """A basket of one piece, and its checkout."""
        base = f"http://{self.asked['host']}/api"
        product = {"url": f"{base}/products/{random.choice(self.asked['goods'])}/", "quantity": 1}
        status, answer, cookies = self.call("/api/basket/add-product/", product)
        if status != http.HTTPStatus.OK:
            return False
        basket = orjson.loads(answer)
        body = {
            "basket": basket["url"], "guest_email": "buyer@example.com", "total": basket["total_incl_tax"],
            "shipping_address": OSCAR_ADDRESS | {"country": f"{base}/countries/CN/"},
        }  # fmt: skip
        return self.call("/api/checkout/", body, f"Cookie: {'; '.join(cookies)}\r\n")[0] == http.HTTPStatus.OK


def main(asked: dict[str, Any]) -> dict[str, float]:
    """Orders per second, orders in all, and how many were refused."""
    until = time.perf_counter() + asked["seconds"]
    done: list[bool] = []

    def trade(number: int) -> None:
        buyer = Buyer(asked, number)
        order = getattr(buyer, asked["shop"])
        while time.perf_counter() < until:
            done.append(order())

    threads = [threading.Thread(target=trade, args=(number,)) for number in range(asked["buyers"])]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"per_second": sum(done) / (time.perf_counter() - begun), "orders": sum(done), "refused": done.count(False)}


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
