"""After-sales cases and commissions: nothing is released while one is open, and refunds end at the same fen."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commissions.ledger.audit import audit
from commissions.settlement.releases import release_due
from mall import clock
from mall.aftersales.case_services import open_case
from mall.aftersales.services import approve_refund, reject_refund
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from tests.factories.cases import complain, sent_back, step
from tests.factories.commissions import balance, paid, set_plan
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_chain
from tests.factories.trade import ask_refund, lines_of, make_sku, place_and_pay, receive, ship

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mall():
    mall = make_mall()
    set_plan(mall, registration_fen=0, click_fen=0, hold_days=0)
    return mall


@pytest.fixture
def chain(mall):
    members = make_chain(mall, 4)
    drain(mall.pk)
    return members


def amounts(mall) -> list[int]:
    return [fen for kind, _level, _who, fen, _state in paid(mall) if kind == "order"]


@pytest.mark.parametrize("kind", ["exchange", "repair"])
def test_an_exchange_or_a_repair_holds_the_commission_and_does_not_change_it(mall, chain, kind):
    first, buyer = chain[2:]
    order = place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=9_999), 1))
    case = complain(ship(order), kind, 0)
    with mall_scope(mall.pk):
        order.refresh_from_db()
    receive(order)
    drain(mall.pk)
    release_due(mall.pk)
    assert (balance(first)["available_fen"], balance(first)["pending_fen"]) == (0, 999)
    assert {state for *_rest, state in paid(mall)} == {"held"}
    sent_back(case)
    step(case, "receive_goods")
    step(case, "resend")
    drain(mall.pk)
    clock.advance(days=1)
    release_due(mall.pk)
    assert balance(first)["available_fen"] == 0, "on its way to the buyer is not settled"
    step(case, "confirm_case")
    drain(mall.pk)
    release_due(mall.pk)
    assert (balance(first)["available_fen"], amounts(mall)) == (999, [999, 499])
    assert audit(mall.pk).balanced


@pytest.mark.parametrize("end", ["reject_case", "withdraw_case"])
def test_a_case_that_came_to_nothing_lets_the_commission_go(mall, chain, end):
    first, buyer = chain[2:]
    order = place_and_pay(mall, buyer.buyer)
    case = complain(order, "refund", 5_000)
    receive(order)
    drain(mall.pk)
    release_due(mall.pk)
    assert balance(first)["available_fen"] == 0
    step(case, end, **({"reason": "不符"} if end == "reject_case" else {}))
    drain(mall.pk)
    release_due(mall.pk)
    assert (balance(first)["available_fen"], amounts(mall)) == (1_000, [1_000, 500])


def test_of_two_open_cases_the_second_still_holds(mall, chain):
    first, buyer = chain[2:]
    order = receive(place_and_pay(mall, buyer.buyer, (make_sku(mall), 2)))
    one, other = complain(order, "exchange", 0), complain(order, "refund", 1_000)
    drain(mall.pk)
    step(other, "approve_case")
    drain(mall.pk)
    release_due(mall.pk)
    assert balance(first)["available_fen"] == 0
    step(one, "withdraw_case")
    drain(mall.pk)
    release_due(mall.pk)
    assert balance(first)["available_fen"] == 1_900


PARTS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(1, 6_000),
        st.sampled_from(["refund", "return", "beside"]),
        st.sampled_from(["yes", "yes", "no", "withdrawn"]),
    ),
    min_size=1,
    max_size=6,
)


@given(parts=PARTS, in_the_end_all=st.booleans())
@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_any_partition_of_refunds_through_cases_reverses_exactly_the_commission(parts, in_the_end_all):
    """Every level ends at what its rate gives on what is still paid, line by line, and a full refund at nothing."""
    mall = make_mall()
    set_plan(mall, order_levels_bps=[1_234, 567], registration_fen=0, click_fen=0, hold_days=0)
    buyer = make_chain(mall, 4)[-1].buyer
    order = receive(
        place_and_pay(mall, buyer, (make_sku(mall, price_fen=1_999), 3), (make_sku(mall, price_fen=3_333), 1))
    )
    drain(mall.pk)
    for position, wanted, way, answer in parts:
        line = lines_of(order)[position]
        amount = min(wanted, line.paid_fen - line.refunded_fen)
        if amount:
            _claim(order, position, amount, way, answer)
            drain(mall.pk)
    if in_the_end_all:
        for position, line in enumerate(lines_of(order)):
            if line.paid_fen > line.refunded_fen:
                _claim(order, position, line.paid_fen - line.refunded_fen, "refund", "yes")
        drain(mall.pk)
    still = [line.paid_fen - line.refunded_fen for line in lines_of(order)]
    expected = [sum(fen * bps // 10_000 for fen in still) for bps in (1_234, 567)]
    assert amounts(mall) == expected
    assert not in_the_end_all or expected == [0, 0]
    assert audit(mall.pk).balanced


def _claim(order, position: int, amount: int, way: str, answer: str) -> None:
    only = [0] * position + [amount]
    if way == "beside":
        with_lines = ask_refund(order, *only, quantity=0)
        if answer == "yes":
            with mall_scope(order.mall_id):
                approve_refund(refund=with_lines, actor=owner_of(Mall(pk=order.mall_id)))
        else:
            with mall_scope(order.mall_id):
                reject_refund(refund=with_lines, reason="不符", actor=owner_of(Mall(pk=order.mall_id)))
        return
    line = lines_of(order)[position]
    if way == "return" and line.quantity == line.refunded_quantity:
        way = "refund"
    asked = {"line": line, "amount_fen": amount, "quantity": 1 if way == "return" else 0}
    with mall_scope(order.mall_id):
        case = open_case(order=order, kind=way, lines=[asked], reason="x", actor=order.buyer)
    if answer == "no":
        step(case, "reject_case", reason="不符")
    elif answer == "withdrawn":
        step(case, "withdraw_case")
    elif way == "refund":
        step(case, "approve_case")
    else:
        sent_back(case)
        step(case, "receive_goods")
