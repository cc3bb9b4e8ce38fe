"""Buyers who place one order after the other, over HTTP: a process of its own, for either shop.

echo '{"shop": "fenyong", "port": 8000, …, "buyers": 4, "seconds": 5}' | python -m benchmarks.buyers
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
import uuid
from typing import Any

ADDRESS = {
    "name": "王小明", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "detail": "文三路 1 号",
}  # fmt: skip
OSCAR_ADDRESS = {
    "first_name": "小明", "last_name": "王", "line1": "文三路 1 号", "line2": "", "line3": "", "line4": "杭州",
    "postcode": "310000", "phone_number": "", "title": "Mr", "notes": "", "state": "",
}  # fmt: skip


class Buyer:
    """One connection to a shop."""

    def __init__(self, asked: dict[str, Any], number: int) -> None:
        self.asked, self.number = asked, number
        self.connection = http.client.HTTPConnection("127.0.0.1", asked["port"], timeout=20)

    def call(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, list[str]]:
        """One POST: status, answer, cookies."""
        common = {"Host": self.asked["host"], "Content-Type": "application/json"}
        self.connection.request("POST", path, json.dumps(body), common | headers)
        answer = self.connection.getresponse()
        content = answer.read()
        cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return answer.status, json.loads(content), cookies

    def fenyong(self) -> bool:
        """An order of one piece: stock, threshold discount, coupon, freight, idempotency and events."""
        lines = [{"sku": random.choice(self.asked["goods"]), "quantity": 1}]
        token = self.asked["tokens"][self.number % len(self.asked["tokens"])]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
        coupons = self.asked["coupons"][self.number % len(self.asked["coupons"])]
        body = {"lines": lines, "address": ADDRESS, "coupon": coupons.pop()}
        status, _order, _cookies = self.call("/api/v1/orders", body, headers)
        return status == http.HTTPStatus.CREATED

    def oscar(self) -> bool:
        """A basket of one piece, and its checkout."""
        base = f"http://{self.asked['host']}/api"
        product = {"url": f"{base}/products/{random.choice(self.asked['goods'])}/", "quantity": 1}
        status, basket, cookies = self.call("/api/basket/add-product/", product, {})
        if status != http.HTTPStatus.OK:
            return False
        body = {
            "basket": basket["url"], "guest_email": "buyer@example.com", "total": basket["total_incl_tax"],
            "shipping_address": OSCAR_ADDRESS | {"country": f"{base}/countries/CN/"},
        }  # fmt: skip
        return self.call("/api/checkout/", body, {"Cookie": "; ".join(cookies)})[0] == http.HTTPStatus.OK


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
