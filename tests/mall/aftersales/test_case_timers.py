"""Deadlines of cases: goods and complaints move by the clock, money never does."""

from __future__ import annotations

import pytest
from django.db import connection

from mall import clock
from mall.aftersales import case_timers
from mall.aftersales.case_models import Case, CaseStep
from mall.aftersales.case_timers import run_case_timers
from mall.events.models import Event
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.cases import approved, complain, sent_back, step
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import make_sku, place_and_pay, receive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order() -> Order:
    mall = make_mall()
    return receive(place_and_pay(mall, make_member(mall).buyer, (make_sku(mall, price_fen=1_000), 3)))


def now(case: Case) -> Case:
    with mall_scope(case.mall_id):
        return Case.objects.select_related("refund").get(pk=case.pk)


def due_malls() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_with_cases_due(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def run_after(order: Order, **time: float) -> int:
    clock.advance(**time)
    return run_case_timers(order.mall_id)


@pytest.mark.parametrize("kind", ["refund", "return", "exchange", "repair"])
def test_a_silent_merchant_is_called_once_and_pays_nothing(order, kind):
    case = complain(order, kind, 1_000)
    assert run_after(order, days=2, hours=23) == 0
    assert order.mall_id not in due_malls()
    clock.advance(hours=2)
    assert order.mall_id in due_malls()
    assert run_case_timers(order.mall_id) == 1
    assert (now(case).status, now(case).deadline_at) == ("requested", None)
    assert run_after(order, days=100) == 0
    with mall_scope(order.mall_id):
        assert Event.objects.filter(kind="case.overdue", subject_id=case.pk).count() == 1
        assert Order.objects.get().refunded_fen == 0
        assert CaseStep.objects.filter(case=case, actor="system").count() == 1
    step(case, "reject_case", reason="晚了")
    assert now(case).status == "rejected"


def test_goods_that_are_not_sent_back_in_seven_days_withdraw_the_case(order):
    case = approved(complain(order, "return", 1_000))
    assert run_after(order, days=6, hours=23) == 0
    assert run_after(order, hours=2) == 1
    found = now(case)
    assert (found.status, found.refund.status) == ("withdrawn", "rejected")
    assert complain(order, "return", 3_000, quantity=3).status == "requested", "what was claimed is free again"


def test_goods_on_their_way_to_the_merchant_are_not_refunded_by_the_clock(order):
    case = sent_back(complain(order, "return", 1_000))
    assert run_after(order, days=11) == 1
    assert (now(case).status, now(case).refund.status) == ("returning", "requested")
    step(case, "receive_goods")
    assert now(case).status == "done"


def test_what_was_sent_to_the_buyer_is_done_after_seven_days(order):
    case = sent_back(complain(order, "exchange", 0))
    step(case, "receive_goods")
    step(case, "resend")
    assert run_after(order, days=6, hours=23) == 0
    assert run_after(order, hours=2) == 1
    assert now(case).status == "done"
    assert order.mall_id not in due_malls()


def test_a_step_in_time_gives_the_next_deadline(order):
    case = complain(order, "exchange", 0)
    clock.advance(days=2)
    approved(case)
    assert run_after(order, days=2) == 0
    assert now(case).status == "awaiting_return"


def test_one_case_that_cannot_be_moved_holds_up_no_other(order, monkeypatch):
    first, second = complain(order, "exchange", 0), complain(order, "repair", 0)
    move = case_timers._move

    def stumble(mall_id: int, case_id: int) -> int:
        if case_id == first.pk:
            raise RuntimeError("stumbled")
        return move(mall_id, case_id)

    monkeypatch.setattr(case_timers, "_move", stumble)
    assert run_after(order, days=4) == 1
    assert (now(first).deadline_at is not None, now(second).deadline_at) == (True, None)
    monkeypatch.setattr(case_timers, "_move", move)
    assert run_case_timers(order.mall_id) == 1
    assert now(first).deadline_at is None
