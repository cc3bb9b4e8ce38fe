"""Every state of an order against everything that can be done to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mall.aftersales.services import approve_refund, request_refund
from mall.catalogue.models import Product, Sku
from mall.errors import Conflict
from mall.events.models import Event
from mall.orders.errors import BadOrder, WrongState
from mall.orders.models import Order, OrderChange, OrderLine
from mall.orders.services import cancel_order, complete_order, confirm_receipt, ship_order
from mall.orders.transitions import STEPS, advance, advance_many
from mall.payments.services import start_payment
from mall.tenancy.context import mall_scope
from tests.factories.trade import make_sku, pay, place, place_and_pay, receive, refund, ship

STATES = ("awaiting_payment", "paid", "shipped", "received", "completed", "cancelled", "closed", "closed_refunded")


@pytest.fixture
def sku(mall) -> Sku:
    return make_sku(mall, price_fen=1_000, stock=10)


def order_in(state: str, mall, buyer, sku) -> Order:
    """An order of two pieces in this state, brought there by the services."""
    order = place(mall, buyer, (sku, 2))
    if state == "awaiting_payment":
        return order
    with mall_scope(mall.pk):
        if state == "cancelled":
            return cancel_order(order=order, actor=buyer)
        if state == "closed":
            return advance(order, "expire", actor=None)
    order = pay(order)
    if state == "closed_refunded":
        refund(order)
    elif state in ("shipped", "received", "completed"):
        order = ship(order)
        if state != "shipped":
            order = receive(order)
    with mall_scope(mall.pk):
        if state == "completed":
            order = complete_order(order=order)
        return Order.objects.get(pk=order.pk)


def ask(order: Order) -> None:
    request_refund(order=order, lines=[{"line": OrderLine.objects.get(order=order), "amount_fen": 1}], reason="x")


ACTIONS: dict[str, Callable] = {
    "pay": lambda order, _buyer, _owner: start_payment(order=order, provider="sandbox"),
    "cancel": lambda order, buyer, _owner: cancel_order(order=order, actor=buyer),
    "ship": lambda order, _buyer, owner: ship_order(order=order, company="顺丰", number="1", actor=owner),
    "receive": lambda order, buyer, _owner: confirm_receipt(order=order, actor=buyer),
    "complete": lambda order, _buyer, _owner: complete_order(order=order),
    "ask_refund": lambda order, _buyer, _owner: ask(order),
}

# State → what may be done in it, and the status it leads to. Everything else is refused with 409.
ALLOWED = {
    "awaiting_payment": {"pay": "paid", "cancel": "cancelled"},
    "paid": {"ship": "shipped", "ask_refund": "paid"},
    "shipped": {"receive": "received", "ask_refund": "shipped"},
    "received": {"complete": "completed", "ask_refund": "received"},
    "completed": {},
    "cancelled": {},
    "closed": {},
    "closed_refunded": {},
}


def facts(order: Order) -> tuple:
    """Everything an action might have changed."""
    return (
        Order.objects.filter(pk=order.pk).values().get(),
        list(OrderChange.objects.filter(order=order).values_list("after", flat=True)),
        list(Event.objects.filter(subject_id=order.pk, kind__startswith="order").values_list("kind", flat=True)),
        list(Sku.objects.values_list("stock", flat=True)),
        list(Product.objects.values_list("sold_count", flat=True)),
    )


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", STATES)
def test_what_may_be_done_to_an_order_in_each_state(mall, buyer, owner, sku, state, action):
    order = order_in(state, mall, buyer, sku)
    expected = ALLOWED[state].get(action)
    with mall_scope(mall.pk):
        before = facts(order)
        if expected is None:
            with pytest.raises(Conflict):
                ACTIONS[action](order, buyer, owner)
            assert facts(order) == before
        else:
            ACTIONS[action](order, buyer, owner)
            assert Order.objects.get(pk=order.pk).status == expected


def test_a_stale_order_in_the_hand_changes_nothing(mall, buyer, sku):
    stale = place(mall, buyer, (sku, 2))
    pay(stale)
    assert stale.status == "awaiting_payment"
    with mall_scope(mall.pk), pytest.raises(WrongState):
        cancel_order(order=stale, actor=buyer)
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=sku.pk).stock == 8


def test_a_whole_life_is_written_down_and_told(mall, buyer, owner, sku):
    order = receive(ship(place_and_pay(mall, buyer, (sku, 2)), owner))
    with mall_scope(mall.pk):
        order = complete_order(order=order)
        assert list(OrderChange.objects.order_by("id").values_list("before", "after", "actor")) == [
            ("", "awaiting_payment", f"buyer:{buyer.pk}"),
            ("awaiting_payment", "paid", "system"),
            ("paid", "shipped", f"staff:{owner.pk}"),
            ("shipped", "received", f"buyer:{buyer.pk}"),
            ("received", "completed", "system"),
        ]
        told = Event.objects.filter(subject_id=order.pk, kind__startswith="order.").order_by("id")
        assert list(told.values_list("kind", flat=True)) == [
            "order.placed", "order.paid", "order.shipped", "order.received", "order.completed",
        ]  # fmt: skip
    times = [order.placed_at, order.paid_at, order.shipped_at, order.received_at, order.completed_at]
    assert times == sorted(times)
    assert (order.ended_at, order.carrier, order.tracking_number) == (None, "顺丰速运", "SF1234567890")


def test_cancelling_gives_the_goods_back(mall, buyer, sku):
    order = place(mall, buyer, (sku, 3))
    with mall_scope(mall.pk):
        cancelled = cancel_order(order=order, actor=buyer)
        assert (cancelled.status, cancelled.ended_at is not None) == ("cancelled", True)
        assert Sku.objects.get(pk=sku.pk).stock == 10
        assert Event.objects.filter(kind="order.cancelled", subject_id=order.pk).count() == 1


def test_what_was_paid_for_counts_as_sold(mall, buyer, sku):
    place(mall, buyer, (sku, 1))
    place_and_pay(mall, buyer, (sku, 2))
    with mall_scope(mall.pk):
        assert Product.objects.get(pk=sku.product_id).sold_count == 2


@pytest.mark.parametrize(
    ("company", "number", "field"),
    [
        ("", "1", "company"),
        ("顺丰", "", "number"),
        ("x" * 41, "1", "company"),
        ("顺丰", "a\nb", "number"),
        (5, "1", "company"),
    ],
)
def test_a_shipment_has_a_carrier_and_a_number(mall, buyer, owner, sku, company, number, field):
    order = place_and_pay(mall, buyer, (sku, 1))
    with mall_scope(mall.pk):
        with pytest.raises(BadOrder) as refused:
            ship_order(order=order, company=company, number=number, actor=owner)
        assert refused.value.field == field
        assert Order.objects.get(pk=order.pk).status == "paid"


def test_an_order_closed_by_its_refund_is_never_opened_again(mall, buyer, sku):
    order = order_in("closed_refunded", mall, buyer, sku)
    with mall_scope(mall.pk), pytest.raises(WrongState):
        advance(order, "reopen", actor=None, ended_at=None)


def test_many_orders_take_a_step_in_a_constant_number_of_statements(mall, buyer, sku, query_counts):
    orders = [place(mall, buyer, (sku, 1)) for _ in range(3)]
    stuck = place_and_pay(mall, buyer, (sku, 1))
    with mall_scope(mall.pk), query_counts("orders.advance_many"):
        moved = advance_many([order.pk for order in orders] + [stuck.pk], "expire", actor=None)
    assert moved == [order.pk for order in orders]
    with mall_scope(mall.pk):
        assert OrderChange.objects.filter(after="closed").count() == 3
        assert Order.objects.get(pk=stuck.pk).status == "paid"


def test_the_table_has_no_step_out_of_an_ending(mall):
    assert {step.before for step in STEPS.values()} == {"awaiting_payment", "closed", "paid", "shipped", "received"}
    assert [name for name, step in STEPS.items() if step.before == "closed"] == ["reopen"]


def test_refunding_is_the_only_way_out_of_paid_besides_shipping(mall, buyer, owner, sku):
    order = place_and_pay(mall, buyer, (sku, 2))
    with mall_scope(mall.pk):
        line = OrderLine.objects.get(order=order)
        claim = request_refund(order=order, lines=[{"line": line, "amount_fen": 2_000}], reason="x")
        approve_refund(refund=claim, actor=owner)
        assert Order.objects.get(pk=order.pk).status == "closed"
        assert Sku.objects.get(pk=sku.pk).stock == 10
