"""The acts of a history that concern refunds and cases."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from mall import clock
from mall.aftersales import case_services
from mall.aftersales.case_models import Case
from mall.aftersales.errors import MoreThanLeft, NotRefundable, NotSentYet, WrongCaseState
from mall.aftersales.models import Refund
from mall.aftersales.services import approve_refund, reject_refund, request_refund
from mall.errors import DomainError
from tests.model.choices import CASE, REFUND, one_of, pick
from tests.model.complaints import GOODS, OVER, STEPS, Complaint, Part
from tests.model.world import World

PAID = ("paid", "shipped", "received", "completed")
NAMES = {"approve": "approve_case", "reject": "reject_case", "withdraw": "withdraw_case", "send_back": "send_back",
         "receive": "receive_goods", "resend": "resend", "confirm": "confirm_case"}  # fmt: skip
LETTERS = {
    "A": "approve",
    "R": "reject",
    "W": "withdraw",
    "S": "send_back",
    "G": "receive",
    "N": "resend",
    "C": "confirm",
}
PARCEL = {"carrier": "顺丰", "number": "SF1"}


class CaseSteps(RuleBasedStateMachine):
    """Mixed into the loop, which brings the world and the reference."""

    world: World
    reference: Any
    act: Any
    orders: Any

    # --- Refunds ------------------------------------------------------------

    def _ask_refund(self, number: int, shares: list[int], decide: str) -> None:
        if self.orders(*PAID):
            self._ask(one_of(self.orders(*PAID), number), shares, decide)

    ask_refund = rule(**REFUND)(_ask_refund)
    ask_refund_more = rule(**REFUND)(_ask_refund)

    def _ask(self, pk: int, shares: list[int], decide: str) -> None:
        left = self.reference.left(pk)
        # All the money that is left, without a word about pieces, means all the pieces.
        wanted = {
            n: Part(fen, part.pieces if fen == part.fen else 0) for n, part, fen in self._shared(left, shares) if fen
        }
        if not wanted:
            return
        refusal: type[DomainError] | None = None
        if self.reference.orders[pk].status == "completed":
            refusal = NotRefundable
        elif not self.reference.fits(pk, wanted, goods=False):
            refusal = MoreThanLeft
        with self.act("refund refused" if refusal else "ask refund"):
            order = self.world.order(pk)
            lines = self.world.lines_of(order)
            asked = [{"line": lines[n], "amount_fen": part.fen} for n, part in wanted.items()]
            if refusal is not None:
                with pytest.raises(refusal):
                    request_refund(order=order, lines=asked, reason="不合适")
                return
            refund = request_refund(order=order, lines=asked, reason="不合适")
        self.reference.orders[pk].refunds[refund.pk] = wanted
        if decide != "-":
            self._decide(pk, refund.pk, approved=decide == "A")

    @precondition(lambda self: any(order.refunds for order in self.reference.orders.values()))
    @rule(number=pick, approved=st.booleans())
    def decide_refund(self, number: int, approved: bool) -> None:
        """Of those that belong to a case too: staff may decide beside it."""
        open_ones = [(refund, pk) for pk, order in self.reference.orders.items() for refund in order.refunds]
        refund, pk = one_of(open_ones, number)
        self._decide(pk, refund, approved=approved)

    def _decide(self, order: int, refund: int, *, approved: bool) -> None:
        with self.act("approve refund" if approved else "reject refund"):
            found = Refund.objects.get(pk=refund)
            if approved:
                approve_refund(refund=found, actor=self.world.staff)
            else:
                reject_refund(refund=found, reason="已使用", actor=self.world.staff)
        self.reference.decide(order, refund, approved=approved)

    def _shared(self, left: list[Part], shares: list[int]) -> list[tuple[int, Part, int]]:
        """(line, what is left of it, this share of its money in whole fen)."""
        return [
            (n, part, -(-part.fen * share // 100)) for n, (part, share) in enumerate(zip(left, shares, strict=False))
        ]

    # --- Cases --------------------------------------------------------------

    def _open_case(self, number: int, case: dict[str, Any]) -> None:
        if self.orders(*PAID):
            self._complain(one_of(self.orders(*PAID), number), **case)

    open_case = rule(number=pick, case=st.fixed_dictionaries(CASE))(_open_case)
    open_case_more = rule(number=pick, case=st.fixed_dictionaries(CASE))(_open_case)

    @precondition(lambda self: any(case.status not in OVER for case in self.reference.cases.values()))
    @rule(number=pick, shares=REFUND["shares"], case=st.none() | st.fixed_dictionaries(CASE))
    def want_twice(self, number: int, shares: list[int], case: dict[str, Any] | None) -> None:
        """Of an order that is contested already."""
        pk = one_of({case.order for case in self.reference.cases.values() if case.status not in OVER}, number)
        if case is None:
            self._ask(pk, shares, "-")
        else:
            self._complain(pk, **case)

    def _complain(self, pk: int, kind: str, shares: list[int], pieces: list[int], path: str) -> None:
        """Somebody complains, and the case goes some steps at once."""
        parts = self._parts(pk, kind, shares, pieces)
        if not parts:
            return
        refusal, status = None, self.reference.orders[pk].status
        if status == "completed":
            refusal = NotRefundable
        elif status == "paid" and kind != "refund":
            refusal = NotSentYet
        elif not self.reference.fits(pk, parts, goods=kind in GOODS):
            refusal = MoreThanLeft
        now = clock.now()
        with self.act(f"{kind} refused" if refusal else f"open {kind}"):
            order = self.world.order(pk)
            lines = self.world.lines_of(order)
            asked = [{"line": lines[n], "quantity": part.pieces} | ({"amount_fen": part.fen} if part.fen else {})
                     for n, part in parts.items()]  # fmt: skip
            given: dict[str, Any] = {"order": order, "kind": kind, "lines": asked, "reason": "坏了"}
            if refusal is not None:
                with pytest.raises(refusal):
                    case_services.open_case(**given, actor=order.buyer)
                return
            case = case_services.open_case(**given, actor=order.buyer)
        self.reference.complain(case.pk, Complaint(pk, kind, parts, case.refund_id), now)
        for letter in path:
            self._move_case(case.pk, LETTERS[letter])

    def _parts(self, order: int, kind: str, shares: list[int], pieces: list[int]) -> dict[int, Part]:
        found = {}
        for n, left, fen in self._shared(self.reference.left(order), shares):
            if kind in GOODS:
                if pieces[n]:
                    found[n] = Part(0, pieces[n])
            elif fen:
                found[n] = Part(fen, min(pieces[n], left.pieces) if kind == "refund" else max(1, pieces[n]))
        return found

    @precondition(lambda self: any(case.status not in OVER for case in self.reference.cases.values()))
    @rule(number=pick, forward=st.booleans(), step=st.sampled_from(sorted(STEPS)))
    def move_case(self, number: int, forward: bool, step: str) -> None:
        """Mostly a step that can be taken."""
        open_ones = [pk for pk, case in self.reference.cases.items() if case.status not in OVER]
        pk = one_of(open_ones, number)
        possible = [name for name in STEPS if self.reference.may(pk, name)]
        self._move_case(pk, one_of(possible, number) if forward and possible else step)

    def _move_case(self, pk: int, step: str) -> None:
        by_staff = step in {"approve", "reject", "receive", "resend"}
        given = PARCEL if step in {"send_back", "resend"} else {"reason": "已使用"} if step == "reject" else {}
        if step == "approve":
            given = {"return_to": "深圳市南山区 1 号"}
        may, now = self.reference.may(pk, step), clock.now()
        context: AbstractContextManager[Any] = self.act(f"case {step}" if may else "case out of turn")
        with context:
            case = Case.objects.select_related("order__buyer").get(pk=pk)
            actor = self.world.staff if by_staff else case.order.buyer
            do = getattr(case_services, NAMES[step])
            if not may:
                with pytest.raises(WrongCaseState):
                    do(case=case, actor=actor, **given)
                return
            do(case=case, actor=actor, **given)
        self.reference.go(pk, step, now)
