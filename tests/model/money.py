"""The acts of a history that concern plans, prices and payouts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from commissions.errors import DebtOutstanding, InsufficientBalance, NotActive, PayoutNotInState, PlanRefused
from commissions.payouts.models import Payee, Payout
from commissions.payouts.services import (
    approve_payout,
    reject_payout,
    request_payout,
    settle_payout,
    write_off_debt,
)
from commissions.plans.services import change_plan
from mall import clock
from mall.catalogue.models import Sku
from mall.catalogue.services import set_skus
from mall.errors import DomainError
from tests.model.choices import PAYOUT, changes, one_of, overrides, pick
from tests.model.world import World


class MoneySteps(RuleBasedStateMachine):
    """Mixed into the loop, which brings the world and the reference."""

    world: World
    reference: Any
    payouts: dict[int, str]
    payees: dict[int, Payee]
    act: Any
    member: Any

    # --- Plan and prices ----------------------------------------------------

    @rule(changed=changes, replaced=st.none() | overrides)
    def plan(self, changed: dict[str, Any], replaced: list[tuple[int, str, list[int], list[int]]] | None) -> None:
        wanted = self.reference.plan | changed
        if replaced is not None:
            wanted["overrides"] = {
                one_of(self.world.targets, number): (unit, bps if unit == "bps" else flat)
                for number, unit, bps, flat in replaced
            }
            changed = changed | {"overrides": [self._as_input(*item) for item in wanted["overrides"].items()]}
        # Overrides that stay are looked at again only under a lower ceiling.
        is_kept = replaced is None and wanted["ceiling_bps"] >= self.reference.plan["ceiling_bps"]
        stands = self._stands(wanted, is_kept=is_kept)
        with self.act("plan changed" if stands else "plan refused"):
            if not stands:
                with pytest.raises(PlanRefused):
                    change_plan(author=None, changes=changed)
                return
            change_plan(author=None, changes=changed)
        self.reference.plan = wanted

    def _as_input(self, scope: tuple[str, int], rates: tuple[str, list[int]]) -> dict[str, Any]:
        return {"scope": scope[0], "id": str(self.world.targets[scope].public_id), f"order_levels_{rates[0]}": rates[1]}

    def _stands(self, plan: dict[str, Any], *, is_kept: bool) -> bool:
        """Whether a plan stays below its ceiling, flat amounts by the cheapest piece they hold for."""
        if (plan["click_fen"] or plan["registration_fen"]) and plan["budget_month_fen"] is None:
            return False
        if sum(plan["order_levels_bps"]) > plan["ceiling_bps"]:
            return False
        for scope, (unit, found) in ({} if is_kept else plan["overrides"]).items():
            prices = [sku.price_fen for sku in self.world.skus if scope in self.world.scopes[sku.pk]]
            most = plan["ceiling_bps"] if unit == "bps" else min(prices) * plan["ceiling_bps"] // 10_000
            if sum(found) > most:
                return False
        return True

    @rule(number=pick, price_fen=st.sampled_from([1, 7, 99, 333, 5_000, 9_999]))
    def price(self, number: int, price_fen: int) -> None:
        sku = self.world.skus[number % len(self.world.skus)]
        with self.act("price changed"):
            siblings = Sku.objects.filter(product=sku.product_id).order_by("position")
            rows = [
                {"id": str(s.public_id), "specs": s.specs, "stock": s.stock,
                 "price_fen": price_fen if s.pk == sku.pk else s.price_fen}
                for s in siblings
            ]  # fmt: skip
            set_skus(product=sku.product, skus=rows)
            for known in self.world.skus:
                known.refresh_from_db()

    # --- Payouts ------------------------------------------------------------

    def _request_payout(self, number: int, share: int, decide: str) -> None:
        if self.world.is_holding:
            return
        member = self._richest(number)
        balance, now = self.reference.balance(member.pk), clock.now()
        amount = max(1, -(-balance["available_fen"] * share // 100))
        refusal: type[DomainError] | None = None
        if not self.reference.people[member.pk].active(now):
            refusal = NotActive
        elif balance["debt_fen"]:
            refusal = DebtOutstanding
        elif amount > balance["available_fen"]:
            refusal = InsufficientBalance
        with self.act("payout refused" if refusal else "request payout"):
            member.refresh_from_db()
            if refusal is not None:
                with pytest.raises(refusal):
                    request_payout(member=member, amount_fen=amount, payee=self.payees[member.pk])
                return
            payout = request_payout(member=member, amount_fen=amount, payee=self.payees[member.pk])
        self.reference.held[payout.pk] = (member.pk, amount)
        self.payouts[payout.pk] = "requested"
        for step in {"A": "A", "S": "AS", "R": "R", "-": ""}[decide]:
            self._move_payout(payout.pk, step)

    request_payout = rule(**PAYOUT)(_request_payout)
    request_payout_more = rule(**PAYOUT)(_request_payout)

    def _richest(self, number: int) -> Any:
        """Mostly somebody who has something."""
        rich = [pk for pk in self.world.members if self.reference.balance(pk)["available_fen"]]
        return self.world.members[one_of(rich, number)] if rich else self.member(number)

    @precondition(lambda self: self.payouts and not self.world.is_holding)
    @rule(number=pick, step=st.sampled_from("ASR"))
    def move_payout(self, number: int, step: str) -> None:
        self._move_payout(one_of(self.payouts, number), step)

    def _move_payout(self, pk: int, step: str) -> None:
        status, staff = self.payouts[pk], self.world.staff
        allowed = {"A": ("requested",), "S": ("approved",), "R": ("requested", "approved")}[step]
        act = {
            "A": lambda payout: approve_payout(payout=payout, staff=staff),
            "S": lambda payout: settle_payout(payout=payout, staff=staff, evidence="回单 1"),
            "R": lambda payout: reject_payout(payout=payout, staff=staff, reason="户名不符"),
        }[step]
        with self.act(f"payout {step}" if status in allowed else "payout out of turn"):
            payout = Payout.objects.get(pk=pk)
            if status not in allowed:
                with pytest.raises(PayoutNotInState):
                    act(payout)
                return
            act(payout)
        self.payouts[pk] = {"A": "approved", "S": "settled", "R": "rejected"}[step]
        if step != "A":
            member, amount = self.reference.held.pop(pk)
            if step == "S":
                self.reference.paid_out[member] = self.reference.paid_out.get(member, 0) + amount

    @precondition(lambda self: not self.world.is_holding)
    @rule(number=pick, share=st.integers(1, 100))
    def write_off(self, number: int, share: int) -> None:
        debtors = [pk for pk in self.world.members if self.reference.balance(pk)["debt_fen"]]
        if not debtors:
            return
        pk = one_of(debtors, number)
        amount = -(-self.reference.balance(pk)["debt_fen"] * share // 100)
        with self.act("write off"):
            write_off_debt(member=self.world.members[pk], amount_fen=amount, staff=self.world.staff, reason="追不回")
        self.reference.written_off[pk] = self.reference.written_off.get(pk, 0) + amount
