"""Everybody at once: one mall, one ancestor, one balance, one key."""

from __future__ import annotations

import http
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.chaos.conftest import times
from tests.chaos.oracle import verify, wait_for_quiet
from tests.chaos.trade import ADDRESS, Client, Crowd, Log, Unanswered
from tests.installation import Installation, wait_until

pytestmark = pytest.mark.chaos

PAYEE = {"method": "bank", "name": "张三", "account": "6222020200112233", "bank": "工商银行"}


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all of them from threads that start together; their answers, in order."""
    answers: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int) -> None:
        start.wait()
        try:
            answers[number] = acts[number]()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            answers[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers


class Mall:
    """One mall of an installation, as its clients see it."""

    def __init__(self, installation: Installation, told: dict[str, Any]) -> None:
        self.installation, self.told, self.log = installation, told, Log()

    def call(
        self, person: dict[str, Any] | str, method: str, path: str, body: Any = None, *, key: str = ""
    ) -> tuple[int, Any]:
        """One call on a connection of its own, repeated while something is down."""
        client = Client(self.installation, self.told["host"], self.log)
        token = person if isinstance(person, str) else person["token"]
        try:
            return client.insist(method, path, body, token=token, key=key)
        finally:
            client.close()

    def bought(
        self, buyer: dict[str, Any], sku: int = 0, quantity: int = 1, *, received: bool = True
    ) -> dict[str, Any]:
        """An order that has been paid, and received where asked for."""
        lines = [{"sku": self.told["skus"][sku], "quantity": quantity}]
        _, order = self.call(buyer, "POST", "/orders", {"lines": lines, "address": ADDRESS}, key=str(uuid.uuid4()))
        self.call(buyer, "POST", f"/orders/{order['id']}/payments", {"provider": "sandbox"}, key=str(uuid.uuid4()))
        if received:
            parcel = {"company": "顺丰速运", "number": "SF1"}
            self.call(self.told["staff_token"], "POST", f"/merchant/orders/{order['id']}/ship", parcel)
            status, answer = self.call(buyer, "POST", f"/orders/{order['id']}/receipt")
            if status != http.HTTPStatus.OK:
                raise Unanswered(f"receipt: {status} {answer}")
        return order

    def balance(self, person: dict[str, Any]) -> dict[str, int]:
        """As the API tells it."""
        return self.call(person, "GET", "/balance")[1]

    def available(self, person: dict[str, Any], fen: int) -> None:
        """Wait until so much is available."""
        wait_until(f"{fen} fen available", lambda: self.balance(person)["available_fen"] == fen, 30)

    def payee(self, person: dict[str, Any]) -> str:
        """Where he wants his money."""
        return self.call(person, "POST", "/payees", PAYEE)[1]["id"]

    def ask_payout(self, person: dict[str, Any], payee: str, fen: int, key: str = "") -> tuple[int, Any]:
        """One request for a payout, under a key of its own."""
        body = {"amount_fen": fen, "payee": payee}
        return self.call(person, "POST", "/payouts", body, key=key or str(uuid.uuid4()))


def test_many_orders_below_one_ancestor_add_up_to_the_fen(serving, make_mall, figures):
    """Each order pays the one ancestor: his accounts are the busiest rows there can be."""
    mall, log, threads = make_mall(buyers=20, promoters=5), Log(), 10
    crowd = Crowd(serving, mall, log, threads=threads)
    crowd.start(orders_each=max(1, times(100) // threads))
    crowd.finish()
    seconds = wait_for_quiet(serving, mall["mall"])
    verdict = verify(serving, mall, log)
    told = Mall(serving, mall)
    due = {order: sum(line["paid_fen"] * 500 // 10_000 for line in log.placed[order]["lines"]) for order in log.paid}
    found = told.balance(mall["top"])
    assert found["pending_fen"] + found["available_fen"] == sum(due.values())
    assert found["available_fen"] == sum(due[order] for order in log.received)
    assert set(log.answers) == {"200", "201"}, log.answers
    figures(f"quiet {seconds:.1f} s after the last order, {sum(due.values())} fen for the ancestor; {verdict}")


@pytest.mark.parametrize(("share", "expected"), [(1, 1), (7, 7)])
def test_of_many_payouts_of_one_balance_exactly_so_many_get_through(serving, make_mall, figures, share, expected):
    mall = Mall(serving, make_mall(buyers=1, promoters=1))
    promoter, rounds = mall.told["promoters"][0], times(1)
    payee, accepted = mall.payee(promoter), Counter[int]()
    for _ in range(rounds):
        mall.bought(mall.told["buyers"][0], quantity=7)
        # 10 % of 7 × ¥99.99, to the fen.
        available = 9_999 * 7 // 10
        mall.available(promoter, available)
        amount = available // share
        rest = available - amount * share
        asked = [partial(mall.ask_payout, promoter, payee, amount)] * 100
        answers = Counter(status for status, _ in at_once(asked))
        assert answers == {201: expected, 409: 100 - expected}
        accepted += answers
        balance = mall.balance(promoter)
        assert (balance["available_fen"], balance["debt_fen"]) == (rest, 0)
        if rest:
            assert mall.ask_payout(promoter, payee, rest)[0] == http.HTTPStatus.CREATED
    lowest = serving.rows(
        "SELECT min(sum) FROM (SELECT sum(e.amount_fen) OVER (PARTITION BY e.account_id ORDER BY e.id) AS sum "
        "FROM commissions_entry e JOIN commissions_account a ON a.id = e.account_id "
        "WHERE e.mall_id = %s AND a.kind IN ('available', 'in_transit')) s",
        [mall.told["mall"]],
    )[0][0]
    assert lowest >= 0
    figures(
        f"{rounds} × 100 requests at once for 1/{share} of a balance: {dict(accepted)}, lowest balance ever {lowest}"
    )


def test_refund_release_and_payout_at_once_keep_every_fen(serving, make_mall, figures):
    """Three who change one balance at the same moment; whoever comes first, the sums are the same."""
    mall = Mall(serving, make_mall(buyers=4, promoters=1))
    promoter, rounds = mall.told["promoters"][0], times(6)
    payee, paid_out, outcomes = mall.payee(promoter), 0, Counter[str]()
    still = 0
    for number in range(rounds):
        buyer = mall.told["buyers"][number % 4]
        refunded, kept = mall.bought(buyer), mall.bought(buyer, received=False)
        parcel = {"company": "顺丰速运", "number": "SF1"}
        mall.call(mall.told["staff_token"], "POST", f"/merchant/orders/{kept['id']}/ship", parcel)
        wait_for_quiet(serving, mall.told["mall"])
        line, part = refunded["lines"][0], 3_333 + number
        body = {"lines": [{"line": line["id"], "amount_fen": part}], "reason": "有瑕疵"}
        _, case = mall.call(buyer, "POST", f"/orders/{refunded['id']}/refunds", body, key=str(uuid.uuid4()))
        amount = max(1, mall.balance(promoter)["available_fen"])
        refund, receipt, payout = at_once(
            [
                lambda case=case: mall.call(
                    mall.told["staff_token"], "POST", f"/merchant/refunds/{case['id']}/approve", {}
                ),
                lambda buyer=buyer, kept=kept: mall.call(buyer, "POST", f"/orders/{kept['id']}/receipt"),
                lambda amount=amount: mall.ask_payout(promoter, payee, amount),
            ]
        )
        assert (refund[0], receipt[0]) == (200, 200)
        assert payout[0] in (201, 409), payout
        outcomes[f"payout {payout[0]}"] += 1
        paid_out += amount if payout[0] == http.HTTPStatus.CREATED else 0
        still += (9_999 - part) // 10 + 999
        wait_for_quiet(serving, mall.told["mall"])
        balance = mall.balance(promoter)
        sums = balance["pending_fen"] + balance["available_fen"] + balance["in_transit_fen"] - balance["debt_fen"]
        assert sums == still, (balance, still)
        assert balance["in_transit_fen"] == paid_out
        assert min(balance["available_fen"], balance["debt_fen"]) == 0
        if balance["debt_fen"]:
            outcomes["left a debt"] += 1
    figures(f"{rounds} races of refund, receipt and payout: {dict(outcomes)}; every fen accounted for")


def test_one_key_sent_many_times_at_once_is_one_order_and_one_answer(serving, make_mall, figures):
    mall, rounds = Mall(serving, make_mall(buyers=1, promoters=1)), times(1)
    buyer, payments = mall.told["buyers"][0], Counter[int]()
    for _ in range(rounds):
        key = str(uuid.uuid4())
        body = {"lines": [{"sku": mall.told["skus"][0], "quantity": 1}], "address": ADDRESS}
        answers = at_once([lambda key=key, body=body: mall.call(buyer, "POST", "/orders", body, key=key)] * 50)
        assert {status for status, _ in answers} == {201}
        assert len({order["id"] for _, order in answers}) == 1
        other = {**body, "note": "另一个请求"}
        assert mall.call(buyer, "POST", "/orders", other, key=key)[0] == 422
        path, pay_key = f"/orders/{answers[0][1]['id']}/payments", str(uuid.uuid4())
        paid = at_once(
            [lambda path=path, key=pay_key: mall.call(buyer, "POST", path, {"provider": "sandbox"}, key=key)] * 50
        )
        assert len({payment["id"] for _, payment in paid}) == 1
        payments.update(status for status, _ in paid)
    assert payments == {201: 50 * rounds}
    counts = serving.rows(
        "SELECT (SELECT count(*) FROM mall_order WHERE mall_id = %(m)s), "
        "(SELECT count(*) FROM mall_payment WHERE mall_id = %(m)s)",
        {"m": mall.told["mall"]},
    )
    assert counts == [(rounds, rounds)]
    figures(f"{rounds} × 50 identical POSTs for an order and 50 for its payment: {rounds} orders, {rounds} payments")
