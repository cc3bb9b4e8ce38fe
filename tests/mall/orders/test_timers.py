"""What time does to orders, once, whoever else is at work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from mall import clock
from mall.aftersales.services import reject_refund
from mall.catalogue.models import Sku
from mall.events.models import Event
from mall.orders import timers
from mall.orders.models import Order, OrderChange
from mall.orders.services import lock_order
from mall.orders.timers import Timed, run_timers
from mall.tasks import run_order_timers
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import ask_refund, make_sku, place, place_and_pay, receive, ship


def status(order: Order) -> str:
    with mall_scope(order.mall_id):
        return Order.objects.get(pk=order.pk).status


def stock(sku: Sku) -> int:
    with mall_scope(sku.mall_id):
        return Sku.objects.get(pk=sku.pk).stock


def test_an_unpaid_order_closes_when_its_time_is_over_and_not_before(mall, buyer):
    sku = make_sku(mall, stock=10)
    order, paid = place(mall, buyer, (sku, 3)), place_and_pay(mall, buyer, (sku, 1))
    clock.advance(minutes=mall.unpaid_close_minutes - 1)
    assert run_timers(mall.pk) == Timed(0, 0, 0)
    clock.advance(minutes=1)
    assert run_timers(mall.pk) == Timed(1, 0, 0)
    assert (status(order), status(paid), stock(sku)) == ("closed", "paid", 9)
    with mall_scope(mall.pk):
        last = OrderChange.objects.filter(order=order).latest("id")
        assert (last.before, last.after, last.actor) == ("awaiting_payment", "closed", "system")
        assert list(Event.objects.filter(kind="order.cancelled").values_list("subject_id", flat=True)) == [order.pk]
    assert run_timers(mall.pk) == Timed(0, 0, 0)
    assert stock(sku) == 9


def test_a_shipped_order_is_received_and_then_completed_by_itself(mall, buyer):
    order = ship(place_and_pay(mall, buyer))
    clock.advance(days=mall.auto_receive_days, seconds=-60)
    assert run_timers(mall.pk) == Timed(0, 0, 0)
    clock.advance(minutes=1)
    assert run_timers(mall.pk) == Timed(0, 1, 0)
    assert status(order) == "received"
    clock.advance(days=mall.after_sales_days, seconds=-60)
    assert run_timers(mall.pk) == Timed(0, 0, 0)
    clock.advance(minutes=1)
    assert run_timers(mall.pk) == Timed(0, 0, 1)
    with mall_scope(mall.pk):
        kinds = list(Event.objects.filter(subject_id=order.pk).order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["order.received", "order.completed"]


@pytest.mark.parametrize("received", [False, True])
def test_nothing_moves_by_itself_while_a_refund_is_open(mall, buyer, owner, received):
    order = ship(place_and_pay(mall, buyer))
    if received:
        order = receive(order)
    claim = ask_refund(order, 100)
    clock.advance(days=60)
    assert run_timers(mall.pk) == Timed(0, 0, 0)
    with mall_scope(mall.pk):
        reject_refund(refund=claim, reason="x", actor=owner)
    assert run_timers(mall.pk) == (Timed(0, 0, 1) if received else Timed(0, 1, 0))


def test_each_mall_has_its_own_times(mall, buyer):
    patient = make_mall(unpaid_close_minutes=90)
    waiting, due = place(patient, make_member(patient).buyer), place(mall, buyer)
    clock.advance(minutes=31)
    run_order_timers()
    assert (status(waiting), status(due)) == ("awaiting_payment", "closed")


def test_more_than_a_batch_is_done_in_one_run(mall, buyer, monkeypatch):
    monkeypatch.setattr(timers, "BATCH", 3)
    sku = make_sku(mall, stock=100)
    for _ in range(7):
        place(mall, buyer, (sku, 2))
    clock.advance(minutes=31)
    assert run_timers(mall.pk) == Timed(7, 0, 0)
    assert stock(sku) == 100


def test_a_batch_costs_a_constant_number_of_statements(mall, buyer, query_counts):
    skus = [make_sku(mall) for _ in range(5)]
    for sku in skus:
        place(mall, buyer, (sku, 1))
    clock.advance(minutes=31)
    with query_counts("orders.timers"):
        run_timers(mall.pk)


def test_a_run_that_dies_half_way_leaves_whole_orders(mall, buyer, monkeypatch):
    sku = make_sku(mall, stock=10)
    order = place(mall, buyer, (sku, 4))
    clock.advance(minutes=31)
    with monkeypatch.context() as broken:
        broken.setattr("mall.orders.stock.give_back", lambda _pieces: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_timers(mall.pk)
    assert (status(order), stock(sku)) == ("awaiting_payment", 6)
    assert run_timers(mall.pk) == Timed(1, 0, 0)
    assert (status(order), stock(sku)) == ("closed", 10)


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_time_share_the_work(monkeypatch):
    monkeypatch.setattr(timers, "BATCH", 2)
    mall = make_mall()
    buyer, sku = make_member(mall).buyer, make_sku(mall, stock=50)
    for _ in range(20):
        place(mall, buyer, (sku, 1))
    with mall_scope(mall.pk):
        Order.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    done = together([lambda: run_timers(mall.pk)] * 4)
    # A run that finds everything taken stops; whoever took it finishes.
    assert sum(timed.expired for timed in done) + run_timers(mall.pk).expired == 20
    assert stock(sku) == 50
    with mall_scope(mall.pk):
        assert OrderChange.objects.filter(after="closed").count() == 20


@pytest.mark.django_db(transaction=True)
def test_an_order_somebody_works_on_is_left_for_the_next_run():
    mall = make_mall()
    order = place(mall, make_member(mall).buyer)
    with mall_scope(mall.pk):
        Order.objects.update(expires_at=clock.now() - timedelta(minutes=1))

    def impatient_run() -> Timed:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return run_timers(mall.pk)

    with transaction.atomic(), mall_scope(mall.pk):
        lock_order(order)
        assert together([impatient_run]) == [Timed(0, 0, 0)]
    assert run_timers(mall.pk) == Timed(1, 0, 0)
