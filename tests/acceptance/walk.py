"""Walk the main job in every mall of a running demo, by the published contract alone, and check every amount.

python -m tests.acceptance.walk [--demo .local/demo.json]
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from pathlib import Path
from typing import Any

from tests.acceptance.client import Mismatch, Person, Shop, equal, eventually

PLAN = {
    "order_levels_bps": [1000, 500], "click_fen": 5, "registration_fen": 100, "budget_month_fen": 10_000_000,
    "click_cap_day_fen": 500, "registration_cap_day_fen": 500, "ceiling_bps": 3000, "hold_days": 0,
    "attribution": "last_click", "attribution_window_days": 15, "click_pays": "new", "self_purchase_earns": False,
    "count_staff_visits": False, "include_freight": False, "overrides": [],
}  # fmt: skip

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN"
)


class Walk:
    """The loop in one mall."""

    def __init__(self, shop: Shop, mall: dict[str, Any]) -> None:
        self.shop, self.mall = shop, mall
        self.staff = shop.staff_token(**mall["staff"])
        self.product, self.sku = mall["product"], mall["sku"]
        self.checked = 0
        self.slowest = 0.0

    def equal(self, what: str, found: Any, expected: Any) -> None:
        equal(what, found, expected)
        self.checked += 1

    def soon(self, what: str, expected: Any, look) -> None:
        self.slowest = max(self.slowest, eventually(what, expected, look))
        self.checked += 1

    def merchant(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return self.shop.call(method, f"/merchant{path}", body, token=self.staff, **options)

    def run(self) -> None:
        """All of it, one step upon the other."""
        self.plan()
        top = self.shop.register(nickname="一级")
        promoter = self.shop.register(ref=top.link("registration")["code"], nickname="推广者")
        self.links(promoter)
        self.clicks(promoter)
        buyer = self.registration(promoter)
        order = self.buying(top, promoter, buyer)
        self.releasing(top, promoter, buyer, order)
        self.refunding(top, promoter, buyer, order)
        self.paying_out(promoter, buyer, order)
        self.explaining(promoter)
        self.last_click_wins(promoter)
        audit = self.merchant("GET", "/ledger/audit")
        self.equal("audit", (audit["balanced"], audit["sum_fen"]), (True, 0))

    def plan(self) -> None:
        before = self.merchant("GET", "/plan")["version"]
        answer = self.merchant("PUT", "/plan", PLAN)
        self.equal("plan version", answer["version"], before + 1)
        self.equal("plan levels", answer["order_levels_bps"], [1000, 500])
        self.merchant("PUT", "/plan", {"order_levels_bps": [100, 100, 100]}, expect=400)
        self.merchant("PUT", "/plan", {"order_levels_bps": [2900, 200]}, expect=400)
        self.merchant("PUT", "/plan", {"click_fen": 5, "budget_month_fen": None}, expect=400)
        self.equal("refused plans change nothing", self.merchant("GET", "/plan")["version"], before + 1)

    def links(self, promoter: Person) -> None:
        first = promoter.link("product", product=self.product)
        again = promoter.link("product", product=self.product, expect=200)
        self.equal("the same link again", again["id"], first["id"])
        self.equal(
            "another channel is another link", promoter.link("product", "qq", self.product)["id"] == first["id"], False
        )
        promoter.call(
            "POST", "/share-links", {"kind": "registration", "channel": "wechat", "product": self.product}, expect=400
        )
        promoter.call("POST", "/share-links", {"kind": "mall", "channel": "nowhere"}, expect=400)
        self.link = first

    def clicks(self, promoter: Person) -> None:
        click = self.shop.call(
            "POST", "/clicks", {"code": self.link["code"]}, expect=201, headers={"User-Agent": PHONE}
        )
        self.shop.call("POST", f"/clicks/{click['id']}/confirm", expect=204, headers={"User-Agent": PHONE})
        self.soon("click commission", [(5, 1)], lambda: [
            (row["amount_fen"], row["level"]) for row in promoter.commissions(kind="click")
        ])  # fmt: skip
        self.soon("a click without hold days is available", 5, lambda: promoter.balance()["available_fen"])
        again = {"code": self.link["code"], "visitor": click["visitor"]}
        repeated = self.shop.call("POST", "/clicks", again, expect=201, headers={"User-Agent": PHONE})
        self.shop.call("POST", f"/clicks/{repeated['id']}/confirm", expect=204, headers={"User-Agent": PHONE})
        self.soon("the second click of a visitor is a duplicate", ["duplicate"], lambda: [
            row["reason"] for row in promoter.call("GET", "/conversions")["results"] if row.get("reason")
        ])  # fmt: skip
        answer = self.shop.http.get(f"/s/{self.link['code']}", headers={"User-Agent": PHONE})
        self.equal("share link answers", answer.status_code, 302)
        self.equal("the landing page keeps the code", f"ref={self.link['code']}" in answer.headers["location"], True)
        self.equal("unknown codes go home", self.shop.http.get("/s/zzzzzzzzzz").status_code, 302)

    def registration(self, promoter: Person) -> Person:
        buyer = self.shop.register(ref=promoter.link("registration")["code"], nickname="买家")
        self.equal("bound when it answers", buyer.call("GET", "/me")["referrer"]["id"], promoter.member)
        self.soon("registration commission", [(100, 1, "pending")], lambda: [
            (row["amount_fen"], row["level"], row["state"]) for row in promoter.commissions(kind="registration")
        ])  # fmt: skip
        return buyer

    def buying(self, top: Person, promoter: Person, buyer: Person) -> dict[str, Any]:
        body = {"lines": [{"sku": self.sku, "quantity": 1}], "address": _address()}
        key = str(uuid.uuid4())
        order = buyer.call("POST", "/orders", body, expect=201, key=key)
        self.equal("a replayed key answers the same", buyer.call("POST", "/orders", body, expect=201, key=key), order)
        other = body | {"note": "另一个请求"}
        buyer.call("POST", "/orders", other, expect=422, key=key)
        buyer.call("POST", "/orders", body, expect=400)
        self.total = order["total_fen"]
        self.equal("amounts add up", order["goods_fen"] - order["discount_fen"] + order["freight_fen"], self.total)
        buyer.pay(order)
        buyer.call(
            "POST", f"/orders/{order['id']}/payments", {"provider": "sandbox"}, expect=409, key=str(uuid.uuid4())
        )
        level_1, level_2 = self.total // 10, self.total // 20
        self.soon("level 1", [(level_1, 1, "pending", 1000)], lambda: [
            (row["amount_fen"], row["level"], row["state"], row["rate_bps"])
            for row in promoter.commissions(kind="order")
        ])  # fmt: skip
        self.soon("level 2", [(level_2, 2, "pending", None)], lambda: [
            (row["amount_fen"], row["level"], row["state"], row["from_member"]) for row in top.commissions(kind="order")
        ])  # fmt: skip
        return order

    def releasing(self, top: Person, promoter: Person, buyer: Person, order: dict[str, Any]) -> None:
        self.merchant("POST", f"/orders/{order['id']}/ship", {"company": "顺丰速运", "number": "SF1234567890"})
        received = buyer.call("POST", f"/orders/{order['id']}/receipt")
        self.equal("received", received["status"], "received")
        self.soon("level 1 released, with click and registration", self.total // 10 + 5 + 100,
                  lambda: promoter.balance()["available_fen"])  # fmt: skip
        # The top member brought one registration himself: the promoter, who has not received anything.
        self.soon("level 2 released", self.total // 20, lambda: top.balance()["available_fen"])

    def refunding(self, top: Person, promoter: Person, buyer: Person, order: dict[str, Any]) -> None:
        line = order["lines"][0]
        part = line["paid_fen"] * 3 // 10
        body = {"lines": [{"line": line["id"], "amount_fen": part}], "reason": "有瑕疵"}
        refund = buyer.call("POST", f"/orders/{order['id']}/refunds", body, expect=201, key=str(uuid.uuid4()))
        more = {"lines": [{"line": line["id"], "amount_fen": line["paid_fen"]}], "reason": "太多"}
        buyer.call("POST", f"/orders/{order['id']}/refunds", more, expect=409, key=str(uuid.uuid4()))
        self.merchant("POST", f"/refunds/{refund['id']}/approve", {})
        self.still = line["paid_fen"] - part
        self.soon("level 1 follows the refund", [self.still // 10],
                  lambda: [row["amount_fen"] for row in promoter.commissions(kind="order")])  # fmt: skip
        self.soon("so does level 2", self.still // 20, lambda: top.balance()["available_fen"])

    def paying_out(self, promoter: Person, buyer: Person, order: dict[str, Any]) -> None:
        available = self.still // 10 + 105
        self.soon("available after the refund", available, lambda: promoter.balance()["available_fen"])
        payee = promoter.call(
            "POST",
            "/payees",
            {"method": "bank", "name": "张三", "account": "6222020200112233", "bank": "工商银行"},
            expect=201,
        )
        self.equal("the account is masked", "6222020200112233" in json.dumps(payee), False)
        too_much = {"amount_fen": available + 1, "payee": payee["id"]}
        promoter.call("POST", "/payouts", too_much, expect=409, key=str(uuid.uuid4()))
        body = {"amount_fen": available, "payee": payee["id"]}
        payout = promoter.call("POST", "/payouts", body, expect=201, key=str(uuid.uuid4()))
        self.equal("held", (promoter.balance()["available_fen"], promoter.balance()["in_transit_fen"]), (0, available))
        self.merchant("POST", f"/payouts/{payout['id']}/approve", {})
        self.merchant("POST", f"/payouts/{payout['id']}/settle", {"evidence": "网银回单 20261122"})
        self.merchant("POST", f"/payouts/{payout['id']}/settle", {"evidence": "第二次"}, expect=409)
        self.equal(
            "paid out", (promoter.balance()["in_transit_fen"], promoter.balance()["paid_out_fen"]), (0, available)
        )
        line = order["lines"][0]
        rest = {"lines": [{"line": line["id"], "amount_fen": self.still}], "reason": "全部退回"}
        refund = buyer.call("POST", f"/orders/{order['id']}/refunds", rest, expect=201, key=str(uuid.uuid4()))
        self.merchant("POST", f"/refunds/{refund['id']}/approve", {})
        self.soon("a refund after the payout is debt", self.still // 10, lambda: promoter.balance()["debt_fen"])
        self.equal("nothing below zero", promoter.balance()["available_fen"], 0)
        promoter.call("POST", "/payouts", {"amount_fen": 1, "payee": payee["id"]}, expect=409, key=str(uuid.uuid4()))

    def explaining(self, promoter: Person) -> None:
        for row in promoter.commissions():
            told = promoter.call("GET", f"/commissions/{row['id']}/explanation")
            posted = sum(move["amount_fen"] for move in told["movements"] if move["type"] in {"accrue", "reverse"})
            self.equal(f"explanation of {row['kind']}", posted, row["amount_fen"])
            if row["kind"] == "order":
                self.equal("lines add up", sum(line["amount_fen"] for line in told["lines"]), row["amount_fen"])

    def last_click_wins(self, promoter: Person) -> None:
        """Somebody bound to nobody orders through a click: the click's owner and his referrer are paid."""
        loner = self.shop.register(nickname="独行者")
        visitor = self.shop.call(
            "POST", "/clicks", {"code": self.link["code"]}, expect=201, headers={"User-Agent": PHONE}
        )["visitor"]
        debt = promoter.balance()["debt_fen"]
        order = loner.order(self.sku, 2, visitor=visitor)
        loner.pay(order)
        expected = sorted([0, order["goods_fen"] // 10])
        self.soon(
            "last click", expected, lambda: sorted(row["amount_fen"] for row in promoter.commissions(kind="order"))
        )
        self.equal("pending does not touch the debt", promoter.balance()["debt_fen"], debt)


def _address() -> dict[str, str]:
    from tests.acceptance.client import ADDRESS

    return dict(ADDRESS)


def strangers(shops: list[Shop], walks: list[Walk]) -> int:
    """No token and no id of one mall means anything in the other."""
    one, two = shops
    person = one.register()
    two.call("GET", "/me", token=person.token, expect=401)
    order = person.order(walks[0].sku)
    other = two.register()
    foreign = two.http.get(f"/api/v1/orders/{order['id']}", headers={"Authorization": f"Bearer {other.token}"})
    nowhere = two.http.get(f"/api/v1/orders/{uuid.uuid4()}", headers={"Authorization": f"Bearer {other.token}"})
    equal("another mall's order", (foreign.status_code, foreign.content), (404, nowhere.content))
    two.call("GET", "/merchant/plan", token=walks[0].staff, expect=401)
    one.call("GET", "/merchant/plan", token=person.token, expect=403)
    return 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=Path(".local/demo.json"))
    demo = json.loads(parser.parse_args().demo.read_text())
    shops = [Shop(demo["base"], mall["host"]) for mall in demo["malls"]]
    walks = []
    for shop, mall in zip(shops, demo["malls"], strict=True):
        walk = Walk(shop, mall)
        walk.run()
        walks.append(walk)
        _tell(
            f"{mall['slug']}: {walk.checked} checks hold; the slowest commission was visible after {walk.slowest:.2f} s"
        )
    _tell(f"between the malls: {strangers(shops, walks)} checks hold")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    try:
        main()
    except Mismatch as mismatch:
        sys.exit(f"MISMATCH {mismatch}")
