"""Many buyers at once: nothing is sold twice, and nobody waits for each other for ever."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from mall.catalogue.models import Sku
from mall.coupons.models import Coupon
from mall.errors import Conflict
from mall.orders.errors import OutOfStock
from mall.orders.models import Order
from mall.orders.services import cancel_order, place_order
from mall.orders.timers import run_timers
from mall.payments.models import Payment
from mall.payments.services import start_payment
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.offers import give_coupon
from tests.factories.trade import an_address, make_sku, place

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 20


def test_a_hundred_buyers_want_the_last_ten_pieces():
    mall = make_mall()
    sku, other = make_sku(mall, stock=10), make_sku(mall, stock=1_000)
    buyers = [make_member(mall).buyer for _ in range(5)]

    def buy(number: int):
        with mall_scope(mall.pk):
            # Half of them name the two in the opposite order.
            lines = [(sku, 1), (other, 1)] if number % 2 else [(other, 1), (sku, 1)]
            return place_order(buyer=buyers[number % 5], lines=lines, address=an_address()).pk

    answers = []
    for start in range(0, 100, WORKERS):
        jobs = [lambda n=n: buy(n) for n in range(start, start + WORKERS)]
        answers += together(jobs, keep_errors=True)
    sold = [answer for answer in answers if isinstance(answer, int)]
    refused = [answer for answer in answers if isinstance(answer, OutOfStock)]
    assert (len(sold), len(refused)) == (10, 90)
    with mall_scope(mall.pk):
        assert Order.objects.count() == 10
        assert dict(Sku.objects.values_list("pk", "stock")) == {sku.pk: 0, other.pk: 990}


@pytest.mark.parametrize("round_number", range(5))
def test_paying_and_cancelling_at_once_ends_in_one_of_the_two(round_number):
    mall = make_mall()
    sku = make_sku(mall, stock=10)
    order = place(mall, make_member(mall).buyer, (sku, 1))

    def pay():
        with mall_scope(mall.pk):
            start_payment(order=order, provider="sandbox")

    def cancel():
        with mall_scope(mall.pk):
            cancel_order(order=order, actor=None)

    jobs = [pay, cancel] if round_number % 2 else [cancel, pay]
    errors = [error for error in together(jobs, keep_errors=True) if error is not None]
    assert [isinstance(error, Conflict) for error in errors] == [True]
    with mall_scope(mall.pk):
        status = Order.objects.get().status
        paid = Payment.objects.filter(status="succeeded").count()
        assert (status, paid, Sku.objects.get().stock) in [("paid", 1, 9), ("cancelled", 0, 10)]


def test_ten_payments_at_once_pay_once():
    mall = make_mall()
    order = place(mall, make_member(mall).buyer)

    def pay():
        with mall_scope(mall.pk):
            return start_payment(order=order, provider="sandbox").status

    answers = together([pay] * 10, keep_errors=True)
    assert answers.count("succeeded") == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 9
    with mall_scope(mall.pk):
        assert Payment.objects.count() == 1


def test_paying_cancelling_and_the_timer_at_once_give_the_goods_back_once():
    mall = make_mall(unpaid_close_minutes=0)
    sku = make_sku(mall, stock=10)
    orders = [place(mall, make_member(mall).buyer, (sku, 1)) for _ in range(6)]

    def cancel(order):
        with mall_scope(mall.pk):
            cancel_order(order=order, actor=None)

    jobs = [lambda order=order: cancel(order) for order in orders] + [lambda: run_timers(mall.pk)] * 2
    together(jobs, keep_errors=True)
    run_timers(mall.pk)
    with mall_scope(mall.pk):
        assert Sku.objects.get().stock == 10
        assert set(Order.objects.values_list("status", flat=True)) <= {"cancelled", "closed"}


def test_an_order_waits_for_its_coupon_before_it_takes_a_sku():
    """The other way round, two buyers who hold one each would wait for each other for ever."""
    mall = make_mall()
    member, sku = make_member(mall), make_sku(mall, price_fen=5_000, stock=10)
    coupon = give_coupon(mall, member.buyer)
    held, tried = threading.Event(), threading.Event()

    def hold() -> str:
        with mall_scope(mall.pk):
            Coupon.objects.select_for_update(no_key=True).get(pk=coupon.pk)
            held.set()
            assert tried.wait(30)
            # Nobody who waits for the coupon has it: this would raise at once.
            return str(Sku.objects.select_for_update(no_key=True, nowait=True).get(pk=sku.pk).public_id)

    def buy() -> int:
        assert held.wait(30)
        with mall_scope(mall.pk):
            connection.ensure_connection()
            waiting.append(connection.server_process)
            return place_order(buyer=member.buyer, lines=[(sku, 1)], address=an_address(), coupon=coupon).total_fen

    def look() -> None:
        while not (waiting and _waits_for_a_lock(waiting[0])):
            time.sleep(0.01)
        tried.set()

    waiting: list[int] = []
    assert together([hold, buy, look]) == [str(sku.public_id), 4_000, None]


def _waits_for_a_lock(process: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [process])
        return cursor.fetchone() == ("Lock",)
