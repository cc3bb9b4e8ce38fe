"""The same acts done to the product, through its services, and to the reference; then both are compared."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import connection

from commissions.ledger.audit import audit
from commissions.payouts.selectors import balance_of
from commissions.plans.services import change_plan
from commissions.settlement.models import Commission
from commissions.settlement.releases import release_due
from mall import clock
from mall.aftersales.case_models import Case
from mall.aftersales.case_timers import run_case_timers
from mall.catalogue.models import Sku
from mall.catalogue.services import create_category, create_product
from mall.events import delivery
from mall.events.models import Delivery
from mall.freight.services import save_freight_template
from mall.malls.models import Mall
from mall.orders.models import Order, OrderLine
from mall.orders.timers import run_timers
from mall.tenancy.context import mall_scope
from members.models import Member
from referrals.clicks.services import judge_clicks
from tests.factories.mall import make_mall, owner_of
from tests.model.reckoning import Line, Reckoning

FAR = timedelta(days=3650)
PLAN: dict[str, Any] = {
    "order_levels_bps": [1000, 500], "ceiling_bps": 3000, "click_fen": 5, "registration_fen": 33,
    "budget_month_fen": 150, "click_cap_day_fen": 12, "registration_cap_day_fen": None, "hold_days": 0,
    "attribution": "last_click", "attribution_window_days": 15, "click_pays": "new", "self_purchase_earns": False,
    "count_staff_visits": False, "include_freight": True,
}  # fmt: skip
FAR_AWAY = {"province": "海南省", "city": "海口市", "district": "美兰区"}
FREIGHT = {"first_units": 2, "first_fen": 700, "extra_units": 1, "extra_fen": 101}
PRICES = {"tea": [9_999, 58_01], "cup": [333], "book": [1_00], "pin": [7]}


class World:
    """One mall, and what the reference makes of it."""

    def __init__(self) -> None:
        self.mall: Mall = make_mall(phone_proof_required=False, payout_min_fen=1)
        self.staff = owner_of(self.mall)
        self.reference = Reckoning({**PLAN, "overrides": {}})
        self.members: dict[int, Member] = {}
        self.scopes: dict[int, list[tuple[str, int]]] = {}
        self.is_holding = False
        self.late: set[tuple[str, int]] = set()
        self.compared = Counter[str]()
        with mall_scope(self.mall.pk):
            root = create_category(name="茶")
            child = create_category(name="红茶", parent=root)
            freight = save_freight_template(
                name="快递",
                rules=[{"regions": []}, {"regions": [FAR_AWAY["province"]], **FREIGHT}],
                actor=self.staff,
            )
            homes = {"tea": child, "cup": root, "book": None, "pin": None}
            self.targets: dict[tuple[str, int], Any] = {("category", c.pk): c for c in (root, child)}
            for name, prices in PRICES.items():
                skus = [{"specs": {"款": str(n)}, "price_fen": fen, "stock": 100_000} for n, fen in enumerate(prices)]
                product = create_product(
                    name=name, category=homes[name], skus=skus, free_freight=False, freight_template=freight
                )
                above = {"tea": [child.pk, root.pk], "cup": [root.pk]}.get(name, [])
                self.targets["product", product.pk] = product
                for sku in Sku.objects.filter(product=product).order_by("position"):
                    self.targets["sku", sku.pk] = sku
                    keys = [("sku", sku.pk), ("product", product.pk), *(("category", pk) for pk in above)]
                    self.scopes[sku.pk] = keys
            change_plan(author=None, changes=PLAN)
        self.skus = [self.targets["sku", pk] for pk in self.scopes]

    # --- What both sides do by themselves -----------------------------------

    def catch_up(self, chance: random.Random) -> None:
        """Judge, deliver, release; in batches of a size that chance picks."""
        now = clock.now()
        if self.is_holding:
            with mall_scope(self.mall.pk):
                Delivery.objects.filter(done_at=None, event__kind__startswith="order.").update(due_at=now + FAR)
        former, delivery.BATCH = delivery.BATCH, chance.choice([1, 2, 1000])
        try:
            judge_clicks(self.mall.pk)
            self.deliver()
            if not self.is_holding:
                release_due(self.mall.pk)
        finally:
            delivery.BATCH = former
        self.reference.judge(now)
        self.reference.settle_heads(now, releasing=not self.is_holding)
        if not self.is_holding:
            self.reference.settle_orders(now)

    def deliver(self) -> None:
        """Everything due; a handler that failed fails the test."""
        delivery.deliver(self.mall.pk)
        with mall_scope(self.mall.pk):
            failed = list(
                Delivery.objects.filter(done_at=None).exclude(last_error="").values_list("last_error", flat=True)
            )
        assert not failed, failed

    def deliver_again(self, chance: random.Random, share: float) -> None:
        """Deliver again a share of all that was delivered, in any order."""
        with mall_scope(self.mall.pk):
            done = list(Delivery.objects.filter(done_at__isnull=False).values_list("pk", flat=True))
            chosen = [pk for pk in done if chance.random() < share]
            self._make_due(chance, chosen)
        self.compared["delivered again"] += len(chosen)

    def let_go(self, chance: random.Random) -> None:
        """What was held back comes late, and in any order."""
        self.is_holding = False
        self.late |= {("order", pk) for pk in self.reference.orders}
        with mall_scope(self.mall.pk):
            late = list(Delivery.objects.filter(done_at=None).values_list("pk", flat=True))
            self._make_due(chance, late)
        self.compared["came late"] += len(late)

    def _make_due(self, chance: random.Random, deliveries: list[int]) -> None:
        for pk in deliveries:
            due_at = clock.now() - timedelta(seconds=chance.randrange(1, 10**6))
            Delivery.objects.filter(pk=pk).update(done_at=None, due_at=due_at)

    def pass_time(self, **by: float) -> None:
        """Move the clock, then let cases end and orders expire, be received and be completed."""
        clock.advance(**by)
        run_case_timers(self.mall.pk)
        run_timers(self.mall.pk)
        minutes = timedelta(minutes=self.mall.unpaid_close_minutes)
        days = {"receive_days": self.mall.auto_receive_days, "after_days": self.mall.after_sales_days}
        self.reference.pass_time(clock.now(), unpaid=minutes, **days)

    # --- Facts --------------------------------------------------------------

    def order(self, pk: int) -> Order:
        """As it stands. Needs mall_scope."""
        return Order.objects.select_related("buyer").get(pk=pk)

    def lines_of(self, order: Order) -> list[OrderLine]:
        """In their order. Needs mall_scope."""
        return list(OrderLine.objects.filter(order=order).order_by("position"))

    def reference_lines(self, order: Order) -> list[Line]:
        """The order's lines as the reference takes them. Needs mall_scope."""
        return [
            Line(self.scopes[line.sku_id], line.quantity, line.paid_fen, line.freight_fen)
            for line in self.lines_of(order)
        ]

    def check_freight(self, order: Order, *, far: bool) -> None:
        """A new order costs to send what the mall's template says, all of it on its lines. Needs mall_scope."""
        lines = self.lines_of(order)
        more = max(0, sum(line.quantity for line in lines) - FREIGHT["first_units"])
        expected = FREIGHT["first_fen"] + more * FREIGHT["extra_fen"] if far else 0
        assert (order.freight_fen, sum(line.freight_fen for line in lines)) == (expected, expected)
        self.compared["freights"] += far

    # --- Comparing ----------------------------------------------------------

    def compare(self) -> None:
        """Everything there is; while order events are held back only what must hold at any moment."""
        result = audit(self.mall.pk)
        findings = [found for found in result.findings if not (self.is_holding and "nobody" in found[0])]
        assert result.sum_fen == 0, result
        assert not findings, findings
        if self.is_holding:
            return
        with mall_scope(self.mall.pk):
            same("orders", self._statuses(), {pk: order.status for pk, order in self.reference.orders.items()})
            cases = self.reference.cases
            same("cases", self._cases(), {pk: (case.status, case.until) for pk, case in cases.items()})
            same("pieces", self._pieces(), self.reference.pieces())
            commissions, late = self._commissions(), self.late
            theirs = self.reference.commissions()
            for key in late & set(commissions):
                # Who was late may have missed an accrual that a refund had undone already.
                commissions[key] = [row for row in commissions[key] if row[2]]
                theirs[key] = [row for row in theirs.get(key, []) if row[2]]
            same("commissions", _filled(commissions), _filled(theirs))
            same("reasons", self._reasons(), self.reference.reasons())
            for member in self.members:
                balance = {kind: fen for kind, fen in balance_of(member).items() if kind != "currency"}
                same(f"balance of {member}", balance, self.reference.balance(member))
        self.compared["commissions"] += sum(map(len, commissions.values()))
        self.compared["cases"] += len(self.reference.cases)
        self.compared["balances"] += len(self.members)

    def _statuses(self) -> dict[int, str]:
        return dict(Order.objects.values_list("pk", "status"))

    def _cases(self) -> dict[int, tuple[str, Any]]:
        """A date that is the reference's but for the time a statement takes is the reference's."""
        found = {}
        for pk, status, until in Case.objects.values_list("pk", "status", "deadline_at"):
            known = self.reference.cases[pk].until
            is_same = until is not None and known is not None and abs(until - known) < timedelta(minutes=1)
            found[pk] = (status, known if is_same else until)
        return found

    def _pieces(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        lines = OrderLine.objects.order_by("position").values_list("order_id", "refunded_fen", "refunded_quantity")
        for order, fen, pieces in lines:
            found.setdefault(order, []).append((fen, pieces))
        return found

    def _commissions(self) -> dict[tuple[str, int], list[tuple[int, int, int, str]]]:
        found: dict[tuple[str, int], list[tuple[int, int, int, str]]] = {}
        for row in Commission.objects.select_related("conversion").order_by("conversion_id", "level"):
            conversion = row.conversion
            subject = conversion.click_id or conversion.member_id or conversion.order_id
            found.setdefault((row.kind, subject), []).append((row.level, row.beneficiary_id, row.amount_fen, row.state))
        return found

    def _reasons(self) -> dict[tuple[str, int], str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.kind, coalesce(c.click_id, c.member_id, c.order_id), coalesce(s.reason, c.reason), "
                "k.ended_reason FROM referrals_conversion c "
                "LEFT JOIN commissions_settlement s ON s.mall_id = c.mall_id "
                "AND s.conversion_id = c.id LEFT JOIN commissions_commission k ON k.mall_id = c.mall_id "
                "AND k.conversion_id = c.id AND k.level = 1 WHERE c.mall_id = %s",
                [self.mall.pk],
            )
            return {(kind, subject): ended or reason for kind, subject, reason, ended in cursor.fetchall()}


def same(what: str, found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """Fails with what differs, and only that."""
    keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
    differences = [f"{key}: {found.get(key)!r} instead of {expected.get(key)!r}" for key in keys]
    assert not differences, f"{what}: {'; '.join(differences)}"


def _filled(rows: dict[Any, list[Any]]) -> dict[Any, list[Any]]:
    return {key: value for key, value in rows.items() if value}
