"""Refunds asked for and decided by several at once."""

from __future__ import annotations

import pytest

from mall.aftersales.errors import AlreadyDecided, MoreThanLeft
from mall.aftersales.models import Refund
from mall.aftersales.services import approve_refund, reject_refund, request_refund
from mall.catalogue.models import Sku
from mall.errors import Conflict
from mall.events.models import Event
from mall.malls.models import Mall
from mall.orders.models import Order, OrderLine
from mall.orders.services import ship_order
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import ask_refund, lines_of, make_sku, place_and_pay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order():
    mall = make_mall()
    return place_and_pay(mall, make_member(mall).buyer, (make_sku(mall, price_fen=1_000, stock=10), 3))


def test_twenty_claims_at_once_never_exceed_what_was_paid(order):
    line = lines_of(order)[0]

    def claim():
        with mall_scope(order.mall_id):
            return request_refund(order=order, lines=[{"line": line, "amount_fen": 400}], reason="x").amount_fen

    answers = together([claim] * 20, keep_errors=True)
    assert answers.count(400) == 7
    assert sum(isinstance(answer, MoreThanLeft) for answer in answers) == 13
    with mall_scope(order.mall_id):
        assert Refund.objects.count() == 7


def test_ten_approvals_at_once_pay_once(order):
    claim, owner = ask_refund(order), owner_of(Mall(pk=order.mall_id))

    def approve():
        with mall_scope(order.mall_id):
            return approve_refund(refund=claim, actor=owner).status

    answers = together([approve] * 10, keep_errors=True)
    assert answers.count("refunded") == 1
    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 9
    with mall_scope(order.mall_id):
        found = Order.objects.get()
        assert (found.status, found.refunded_fen, Sku.objects.get().stock) == ("closed", 3_000, 10)
        assert OrderLine.objects.get().refunded_quantity == 3
        assert Event.objects.filter(kind="order.refunded").count() == 1


@pytest.mark.parametrize("round_number", range(3))
def test_approving_and_rejecting_at_once_ends_in_one_of_the_two(order, round_number):
    claim, owner = ask_refund(order, 500), owner_of(Mall(pk=order.mall_id))

    def approve():
        with mall_scope(order.mall_id):
            approve_refund(refund=claim, actor=owner)

    def reject():
        with mall_scope(order.mall_id):
            reject_refund(refund=claim, reason="x", actor=owner)

    jobs = [approve, reject] if round_number % 2 else [reject, approve]
    errors = [error for error in together(jobs, keep_errors=True) if error is not None]
    assert [type(error) for error in errors] == [AlreadyDecided]
    with mall_scope(order.mall_id):
        assert (Refund.objects.get().status, Order.objects.get().refunded_fen) in [("refunded", 500), ("rejected", 0)]


@pytest.mark.parametrize("round_number", range(3))
def test_a_full_refund_and_the_shipping_at_once_agree_about_the_stock(order, round_number):
    claim, owner = ask_refund(order), owner_of(Mall(pk=order.mall_id))

    def approve():
        with mall_scope(order.mall_id):
            approve_refund(refund=claim, actor=owner)

    def ship():
        with mall_scope(order.mall_id):
            ship_order(order=order, company="顺丰", number="1", actor=owner)

    jobs = [approve, ship] if round_number % 2 else [ship, approve]
    errors = [error for error in together(jobs, keep_errors=True) if error is not None]
    assert all(isinstance(error, Conflict) for error in errors)
    with mall_scope(order.mall_id):
        found = Order.objects.get()
        assert (found.status, found.refunded_fen, Sku.objects.get().stock) in [
            ("closed", 3_000, 10), ("shipped", 3_000, 7),
        ]  # fmt: skip
