"""The whole loop against the reference: any acts in any order, events twice, late and shuffled, the same fen."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commissions.payouts.models import Payee
from commissions.payouts.services import (
    add_payee,
)
from mall import clock
from mall.orders.errors import WrongState
from mall.orders.services import cancel_order, confirm_receipt, place_order, ship_order
from mall.payments.services import start_payment
from mall.tenancy.context import mall_scope
from members.joining.services import join
from members.standing.services import reinstate, suspend
from referrals.clicks.models import Click
from referrals.clicks.services import ConfirmedTooLate, confirm_click
from referrals.clicks.visitors import new_key, remember
from referrals.links.errors import NoPromoter
from referrals.links.models import ShareLink
from referrals.links.services import take_link
from tests.factories.members import new_phone
from tests.factories.referrals import make_click
from tests.factories.trade import an_address
from tests.model.cases import CaseSteps
from tests.model.choices import (
    CASE,
    COMPARED,
    FIRED,
    MEMBERS_MAX,
    ORDER,
    chances,
    one_of,
    pick,
)
from tests.model.money import MoneySteps
from tests.model.reckoning import Click as ReferenceClick
from tests.model.world import FAR_AWAY, World

TIMES = float(os.environ.get("FENYONG_CHAOS_N", "0"))
EXAMPLES, STEPS = (max(1, int(60 * TIMES)), 50) if TIMES else (14, 25)

SHRINKS = bool(os.environ.get("FENYONG_SHRINK"))

STEPS_OF_ORDERS: dict[str, tuple[str, str, Any]] = {
    "awaiting_payment": ("pay", "paid", lambda order: start_payment(order=order, provider="sandbox")),
    "paid": ("ship", "shipped", lambda order: ship_order(order=order, company="顺丰", number="1", actor=None)),
    "shipped": ("receive", "received", lambda order: confirm_receipt(order=order, actor=order.buyer)),
}


class Loop(MoneySteps, CaseSteps):
    """One mall and everything that people do in it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = clock.unmoved()
        self.clock.__enter__()
        self.world = World()
        self.reference = self.world.reference
        self.visitors: list[str] = ["", new_key(), new_key()]
        self.links: dict[int, ShareLink] = {}
        self.payouts: dict[int, str] = {}
        self.payees: dict[int, Payee] = {}

    def teardown(self) -> None:
        self.clock.__exit__(None, None, None)
        COMPARED.update(self.world.compared)

    def act(self, name: str):
        """In the mall, and counted."""
        FIRED[name] += 1
        return mall_scope(self.world.mall.pk)

    def member(self, number: int) -> Any:
        return self.world.members[one_of(self.world.members, number)]

    def orders(self, *statuses: str) -> list[int]:
        return [pk for pk, order in self.reference.orders.items() if order.status in statuses]

    # --- Members ------------------------------------------------------------

    @initialize(tall=st.booleans(), first=st.fixed_dictionaries(CASE), second=st.fixed_dictionaries(CASE))
    def begin(self, tall: bool, first: dict[str, Any], second: dict[str, Any]) -> None:
        """A chain of three, or a referrer of two; the last has an order to complain of twice."""
        for number in range(4):
            self.join(named=number > 0, number=number - 1 if tall else 0, visitor=0)
        self._order(buyer=3, visitor=0, lines=[(0, 3), (2, 2)], far=tall, steps=3, case=first)
        self._complain(max(self.reference.orders), **second)

    @precondition(lambda self: len(self.world.members) < MEMBERS_MAX)
    @rule(named=st.booleans(), number=pick, visitor=pick)
    def join(self, named: bool, number: int, visitor: int) -> None:
        owner = self.member(number) if self.world.members and named else None
        key = self.visitors[visitor % len(self.visitors)]
        now = clock.now()
        with self.act("join named" if owner else "join by visitor" if key else "join alone"):
            code = self.links[owner.pk].code if owner else None
            member = join(phone=new_phone(), password="Long-enough-77", ref=code, visitor_key=key)
            self.links[member.pk] = take_link(owner=member, kind="mall", channel_slug="wechat")[0]
            if key:
                remember(key, buyer_id=member.buyer_id)
            self.payees[member.pk] = add_payee(
                member=member, method="bank", name="张三", account="62220202", bank="工行"
            )
        self.world.members[member.pk] = member
        self.reference.join(member.pk, now, owner=owner.pk if owner else None, visitor=key)

    @rule(number=pick, active=st.booleans())
    def stand(self, number: int, active: bool) -> None:
        member, now = self.member(number), clock.now()
        with self.act("reinstate" if active else "suspend"):
            change = reinstate if active else suspend
            change(member=member, reason="查实", actor=self.world.staff)
        if self.reference.people[member.pk].active(now) != active:
            self.reference.people[member.pk].standings.append((now, active))
        with mall_scope(self.world.mall.pk):
            if active:
                take_link(owner=member, kind="registration", channel_slug="qq")
            else:
                with pytest.raises(NoPromoter):
                    take_link(owner=member, kind="registration", channel_slug="qq")

    # --- Clicks -------------------------------------------------------------

    @rule(owner=pick, visitor=pick, own=st.none() | pick, confirmed=st.booleans())
    def click(self, owner: int, visitor: int, own: int | None, confirmed: bool) -> None:
        person = self.member(owner)
        himself = self.member(own) if own is not None and own % 3 == 0 else None
        if visitor % 3 == 0:
            self.visitors.append(new_key())
        key = self.visitors[1 + visitor % (len(self.visitors) - 1)]
        now = clock.now()
        with self.act("click"):
            click = make_click(self.links[person.pk], key, member=himself, is_confirmed=False)
        own_id = himself.pk if himself else None
        self.reference.clicks[click.pk] = ReferenceClick(key, person.pk, now, self.reference.plan, own_id)
        if confirmed:
            self._confirm(click.pk)

    @precondition(lambda self: any(click.reason is None for click in self.reference.clicks.values()))
    @rule(number=pick, seconds=st.sampled_from([0, 0, 59, 61]))
    def confirm(self, number: int, seconds: int) -> None:
        waiting = [pk for pk, click in self.reference.clicks.items() if click.reason is None]
        self.world.pass_time(seconds=seconds)
        self._confirm(one_of(waiting, number))

    def _confirm(self, pk: int) -> None:
        taken = self.reference.confirm(pk)
        with self.act("confirm"):
            click = Click.objects.get(pk=pk)
            if taken:
                confirm_click(click=click)
            else:
                with pytest.raises(ConfirmedTooLate):
                    confirm_click(click=click)

    # --- Orders -------------------------------------------------------------

    def _order(
        self,
        buyer: int,
        visitor: int,
        lines: list[tuple[int, int]],
        far: bool,
        steps: int,
        case: dict[str, Any] | None = None,
    ) -> None:
        """Somebody orders, the order goes some steps at once, and he may complain of it."""
        member, key, now = self.member(buyer), self.visitors[visitor % len(self.visitors)], clock.now()
        address = an_address(**FAR_AWAY) if far else an_address()
        with self.act("order"):
            chosen = [(self.world.skus[number % len(self.world.skus)], quantity) for number, quantity in lines]
            placed = place_order(buyer=member.buyer, lines=chosen, address=address, visitor_key=key)
            self.world.check_freight(placed, far=far)
            self.reference.place(placed.pk, member.pk, key, self.world.reference_lines(placed), now)
        for _ in range(steps):
            self._go_on(placed.pk)
        if case is not None and steps:
            self._complain(placed.pk, **case)

    # Trading is what people do most.
    order = rule(**ORDER)(_order)
    order_more = rule(**ORDER)(_order)
    order_again = rule(**ORDER)(_order)

    @precondition(lambda self: self.orders(*STEPS_OF_ORDERS))
    @rule(number=pick)
    def go_on(self, number: int) -> None:
        self._go_on(one_of(self.orders(*STEPS_OF_ORDERS), number))

    def _go_on(self, pk: int) -> None:
        name, status, step = STEPS_OF_ORDERS[self.reference.orders[pk].status]
        self._step(name, pk, status, step)

    @precondition(lambda self: self.orders("awaiting_payment"))
    @rule(number=pick)
    def cancel(self, number: int) -> None:
        pk = one_of(self.orders("awaiting_payment"), number)
        self._step("cancel", pk, "cancelled", lambda order: cancel_order(order=order, actor=order.buyer))

    def _step(self, name: str, pk: int, status: str, step) -> None:
        now = clock.now()
        with self.act(name):
            step(self.world.order(pk))
        self.reference.move(pk, status, now)

    @precondition(lambda self: self.reference.orders)
    @rule(number=pick)
    def step_out_of_turn(self, number: int) -> None:
        pk = one_of(self.reference.orders, number)
        if self.reference.orders[pk].status == "shipped":
            return
        with self.act("receipt out of turn"), pytest.raises(WrongState):
            confirm_receipt(order=self.world.order(pk), actor=None)

    # --- Time and events ----------------------------------------------------

    @rule(by=st.sampled_from([("days", 2), ("days", 8), ("seconds", 30), ("minutes", 61), ("hours", 30), ("days", 31)]))
    def pass_time(self, by: tuple[str, int]) -> None:
        FIRED[f"{by[1]} {by[0]} pass"] += 1
        self.world.pass_time(**{by[0]: by[1]})

    @precondition(lambda self: self.reference.orders)
    @rule(how=st.sampled_from(["again", "again", "late"]), chance=chances, share=st.floats(0.05, 1))
    def events(self, how: str, chance: random.Random, share: float) -> None:
        """Some come again; or those of orders are held back for a while, and then come shuffled."""
        if how == "again":
            FIRED["deliver again"] += 1
            self.world.deliver_again(chance, share)
        elif self.world.is_holding:
            FIRED["let go"] += 1
            self.world.let_go(chance)
        else:
            FIRED["hold back"] += 1
            self.world.is_holding = True

    @invariant()
    def both_agree(self) -> None:
        if not self.world.members:
            return
        self.world.catch_up(random.Random(FIRED.total()))  # noqa: S311 - sizes of batches
        self.world.compare()


@pytest.mark.django_db(transaction=True)
def test_any_history_pays_what_the_reference_pays(record_property: Any) -> None:
    FIRED.clear()
    COMPARED.clear()
    run_state_machine_as_test(
        Loop,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            # The same histories every day in the tests; other ones each time in make chaos.
            derandomize=not TIMES,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            # A history of 25 acts is read more quickly than shrunk.
            phases=(Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,),
        ),
    )
    record_property("figures", f"reference model: {EXAMPLES} histories of up to {STEPS} acts; 0 differences")
    record_property("figures", "acts: " + ", ".join(f"{name} {count}" for name, count in FIRED.most_common()))
    record_property("figures", "compared: " + ", ".join(f"{count} {name}" for name, count in COMPARED.most_common()))
