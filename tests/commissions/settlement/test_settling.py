"""Orders become commissions, level by level, and follow what happens to the order, to the fen."""

from __future__ import annotations

import pytest

from commissions.ledger.audit import audit
from commissions.ledger.models import Journal
from commissions.settlement.releases import release_due
from commissions.settlement.services import settle
from mall import clock
from mall.aftersales.services import reject_refund
from mall.catalogue.services import create_category, update_product
from mall.events.models import Delivery
from mall.tenancy.context import mall_scope
from members.models import Member
from members.standing.services import suspend
from referrals.conversions.models import Conversion
from tests.factories.commissions import balance, nothing_changes, paid, reasons, set_plan
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_chain, make_member
from tests.factories.trade import ask_refund, make_sku, place, place_and_pay, receive, refund, ship

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mall():
    mall = make_mall()
    set_plan(mall, registration_fen=0, click_fen=0)
    return mall


@pytest.fixture
def chain(mall) -> list[Member]:
    """Four members, each brought by the one before; the last one buys."""
    members = make_chain(mall, 4)
    drain(mall.pk)
    return members


def orders_paid(mall) -> list[tuple[int, int, int, str]]:
    return [row[1:] for row in paid(mall) if row[0] == "order"]


def test_a_paid_order_pays_its_levels_and_nobody_above(mall, chain):
    _top, second, first, buyer = chain
    place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=9_999), 1))
    drain(mall.pk)
    assert orders_paid(mall) == [(1, first.pk, 999, "pending"), (2, second.pk, 499, "pending")]
    assert balance(chain[0])["pending_fen"] == 0
    with mall_scope(mall.pk):
        journal = Journal.objects.get()
        assert (journal.event_type, journal.entry_count) == ("accrue", 3)
    assert audit(mall.pk).balanced


def test_an_unpaid_order_pays_nobody(mall, chain):
    place(mall, chain[-1].buyer)
    drain(mall.pk)
    assert orders_paid(mall) == []
    with mall_scope(mall.pk):
        assert Conversion.objects.filter(kind="order").count() == 1


def test_events_that_come_twice_and_in_any_order_pay_once(mall, chain):
    order = place_and_pay(mall, chain[-1].buyer)
    drain(mall.pk)
    with nothing_changes(mall, lambda: balance(chain[2])):
        for order_by in ("-pk", "pk"):
            with mall_scope(mall.pk):
                for delivery in Delivery.objects.order_by(order_by):
                    Delivery.objects.filter(pk=delivery.pk).update(done_at=None, due_at=clock.now())
            drain(mall.pk)
    refund(order, 3_000)
    with mall_scope(mall.pk):
        # The refund is heard of before everything else is heard of again.
        Delivery.objects.update(done_at=None, due_at=clock.now())
    drain(mall.pk)
    assert [row[2] for row in orders_paid(mall)] == [700, 350]
    assert audit(mall.pk).balanced


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"order_levels_bps": []}, []),
        ({"order_levels_bps": [0, 0]}, []),
        ({"order_levels_bps": [1000]}, [(1, 1000)]),
        ({"order_levels_bps": [0, 500]}, [(2, 500)]),
        ({"order_levels_bps": [2000, 1000]}, [(1, 2000), (2, 1000)]),
    ],
)
def test_what_each_plan_pays_on_a_hundred_yuan(mall, chain, plan, expected):
    set_plan(mall, **plan)
    place_and_pay(mall, chain[-1].buyer)
    drain(mall.pk)
    assert [(level, fen) for level, _, fen, _ in orders_paid(mall)] == expected
    if not expected:
        assert "rate_zero" in reasons(mall)


def test_a_suspended_promoter_earns_nothing_and_nobody_moves_up(mall, chain):
    _top, second, first, buyer = chain
    with mall_scope(mall.pk):
        suspend(member=first, reason="刷单", actor=owner_of(mall))
    place_and_pay(mall, buyer.buyer)
    drain(mall.pk)
    assert orders_paid(mall) == [(2, second.pk, 500, "pending")]


def test_who_is_suspended_after_the_order_keeps_what_it_earned(mall, chain):
    first, buyer = chain[2:]
    order = place(mall, buyer.buyer)
    with mall_scope(mall.pk):
        suspend(member=first, reason="刷单", actor=owner_of(mall))
        from mall.payments.services import start_payment

        start_payment(order=order, provider="sandbox")
    drain(mall.pk)
    assert orders_paid(mall)[0] == (1, first.pk, 1000, "pending")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([3_000], [700, 350]),
        ([1, 1, 1], [999, 499]),
        ([9_999], [0, 0]),
        ([5_000, 5_000], []),
        ([3_333, 3_333, 3_334], []),
    ],
)
def test_any_partition_of_refunds_ends_at_what_is_still_paid(mall, chain, parts, expected):
    order = place_and_pay(mall, chain[-1].buyer)
    drain(mall.pk)
    for part in parts:
        refund(order, part)
        drain(mall.pk)
    assert [fen for _, _, fen, _ in orders_paid(mall)] == (expected or [0, 0])
    assert audit(mall.pk).balanced


def test_an_order_is_released_after_receipt_and_the_days_of_hold(mall, chain):
    first, buyer = chain[2:]
    order = place_and_pay(mall, buyer.buyer)
    drain(mall.pk)
    clock.advance(days=30)
    release_due(mall.pk)
    assert balance(first)["available_fen"] == 0, "nothing is released before receipt"
    receive(order)
    drain(mall.pk)
    clock.advance(days=6, hours=23)
    release_due(mall.pk)
    assert balance(first)["available_fen"] == 0
    clock.advance(hours=2)
    assert release_due(mall.pk) == 1
    assert (balance(first)["available_fen"], balance(first)["pending_fen"]) == (1000, 0)
    assert release_due(mall.pk) == 0


def test_nothing_is_released_while_a_case_is_open(mall, chain):
    set_plan(mall, hold_days=0, registration_fen=0, click_fen=0)
    first, buyer = chain[2:]
    order = ship(place_and_pay(mall, buyer.buyer))
    asked = ask_refund(order, 1_000)
    receive(order)
    drain(mall.pk)
    release_due(mall.pk)
    assert orders_paid(mall)[0] == (1, first.pk, 1000, "held")
    assert balance(first)["available_fen"] == 0
    with mall_scope(mall.pk):
        reject_refund(refund=asked, reason="已超期", actor=owner_of(mall))
    drain(mall.pk)
    assert orders_paid(mall)[0] == (1, first.pk, 1000, "available")


def test_a_refund_after_release_takes_what_is_available_and_the_rest_is_debt_repaid_first(mall, chain):
    set_plan(mall, hold_days=0, registration_fen=0, click_fen=0)
    first, buyer = chain[2:]
    order = receive(place_and_pay(mall, buyer.buyer))
    drain(mall.pk)
    from commissions.payouts.services import add_payee, request_payout

    with mall_scope(mall.pk):
        payee = add_payee(member=first, method="bank", name="张三", account="62220202", bank="工行")
        request_payout(member=first, amount_fen=800, payee=payee)
    refund(order)
    drain(mall.pk)
    assert balance(first) == {
        "pending_fen": 0,
        "available_fen": 0,
        "in_transit_fen": 800,
        "paid_out_fen": 0,
        "debt_fen": 800,
        "currency": "CNY",
    }
    receive(place_and_pay(mall, buyer.buyer))
    drain(mall.pk)
    assert (balance(first)["debt_fen"], balance(first)["available_fen"]) == (0, 200)
    assert audit(mall.pk).balanced


def test_an_order_keeps_the_plan_it_was_placed_under(mall, chain):
    order = place(mall, chain[-1].buyer)
    set_plan(mall, order_levels_bps=[100], registration_fen=0, click_fen=0)
    from tests.factories.trade import pay

    pay(order)
    drain(mall.pk)
    assert [fen for _, _, fen, _ in orders_paid(mall)] == [1000, 500]


def test_the_rates_of_a_category_are_frozen_with_the_order(mall, chain):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        category = create_category(name="新品")
        update_product(product=sku.product, changes={"category": category})
        public_id = str(category.public_id)
    overrides = [{"scope": "category", "id": public_id, "order_levels_bps": [2000, 0]}]
    set_plan(mall, overrides=overrides, registration_fen=0, click_fen=0)
    order = place_and_pay(mall, chain[-1].buyer, (sku, 1))
    drain(mall.pk)
    with mall_scope(mall.pk):
        update_product(product=sku.product, changes={"category": None})
    refund(order, 5_000)
    drain(mall.pk)
    assert [(level, fen) for level, _, fen, _ in orders_paid(mall)] == [(1, 1000)]


def test_two_workers_settling_the_same_conversion_post_once(mall, chain):
    from tests.concurrency import together

    place_and_pay(mall, chain[-1].buyer)
    with mall_scope(mall.pk):
        from referrals.conversions.services import ensure_order_conversions

        conversions = list(ensure_order_conversions([place_and_pay(mall, chain[-1].buyer).pk]).values())

    def work() -> int:
        with mall_scope(mall.pk):
            return settle(conversions)

    assert sorted(together([work] * 8)) == [0] * 7 + [1]
    drain(mall.pk)
    assert [fen for _, _, fen, _ in orders_paid(mall)] == [1000, 500] * 2
    assert audit(mall.pk).balanced


def test_a_stranger_without_a_referrer_pays_nobody(mall):
    place_and_pay(mall, make_member(mall).buyer)
    drain(mall.pk)
    assert orders_paid(mall) == []
    with mall_scope(mall.pk):
        assert Conversion.objects.get(kind="order").reason == "no_referrer"
