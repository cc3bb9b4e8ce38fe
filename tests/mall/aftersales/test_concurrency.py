"""Refunds asked for and decided by several at once."""

from __future__ import annotations

import pytest

from mall.aftersales import case_services
from mall.aftersales.case_models import Case, CaseStep
from mall.aftersales.errors import AlreadyDecided, MoreThanLeft, WrongCaseState
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
from tests.factories.cases import complain, sent_back
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import ask_refund, lines_of, make_sku, place_and_pay, receive

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


@pytest.mark.parametrize("kind", ["refund", "return"])
def test_ten_of_the_staff_deciding_one_case_at_once_pay_once(order, kind):
    case = sent_back(complain(receive(order), kind, 1_000)) if kind == "return" else complain(order, kind, 1_000)
    owner, name = owner_of(Mall(pk=order.mall_id)), "receive_goods" if kind == "return" else "approve_case"

    def decide():
        with mall_scope(order.mall_id):
            return getattr(case_services, name)(case=case, actor=owner).status

    answers = together([decide] * 10, keep_errors=True)
    assert answers.count("done") == 1
    assert sum(isinstance(answer, WrongCaseState | AlreadyDecided) for answer in answers) == 9
    with mall_scope(order.mall_id):
        assert (Order.objects.get().refunded_fen, Case.objects.get().status) == (1_000, "done")
        assert CaseStep.objects.filter(case=case, after="done").count() == 1


def test_a_case_and_its_refund_decided_at_once_agree(order):
    case, owner = complain(order, "refund", 1_000), owner_of(Mall(pk=order.mall_id))

    def through_the_case():
        with mall_scope(order.mall_id):
            case_services.reject_case(case=case, reason="x", actor=owner)

    def beside_it():
        with mall_scope(order.mall_id):
            approve_refund(refund=case.refund, actor=owner)

    def withdraw():
        with mall_scope(order.mall_id):
            case_services.withdraw_case(case=case, actor=order.buyer)

    answers = together([through_the_case, beside_it, withdraw], keep_errors=True)
    assert answers.count(None) == 1
    assert all(isinstance(answer, Conflict) for answer in answers if answer is not None)
    with mall_scope(order.mall_id):
        found = Case.objects.select_related("refund").get()
        assert (found.status, found.refund.status, Order.objects.get().refunded_fen) in [
            ("rejected", "rejected", 0), ("done", "refunded", 1_000), ("withdrawn", "rejected", 0),
        ]  # fmt: skip


def test_twenty_cases_at_once_never_claim_more_than_was_paid_nor_more_pieces_than_there_are(order):
    sent, line = receive(order), lines_of(order)[0]

    def claim(kind: str):
        def ask():
            asked = {"line": line, "quantity": 1, **({"amount_fen": 900} if kind == "return" else {})}
            with mall_scope(order.mall_id):
                return case_services.open_case(order=sent, kind=kind, lines=[asked], reason="x", actor=order.buyer).kind

        return ask

    answers = together([claim("return"), claim("exchange")] * 10, keep_errors=True)
    taken = [answer for answer in answers if isinstance(answer, str)]
    assert len(taken) == 3
    assert all(isinstance(answer, MoreThanLeft) for answer in answers if not isinstance(answer, str))
    with mall_scope(order.mall_id):
        assert Case.objects.count() == 3
