"""Commissions follow what a line really paid: after its special price and its share of every discount."""

from __future__ import annotations

import pytest

from commissions.ledger.audit import audit
from mall.catalogue.models import Sku
from mall.tenancy.context import mall_scope
from tests.factories.commissions import balance, paid, set_plan
from tests.factories.events import drain
from tests.factories.mall import make_mall
from tests.factories.members import make_chain
from tests.factories.offers import give_coupon, make_costed_sku, make_limited
from tests.factories.trade import make_sku, place, place_and_pay, receive, refund

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mall():
    mall = make_mall()
    set_plan(mall, registration_fen=0, click_fen=0)
    return mall


@pytest.fixture
def chain(mall):
    """Three members, each brought by the one before; the last one buys."""
    members = make_chain(mall, 3)
    drain(mall.pk)
    return members


def orders_paid(mall) -> list[tuple[int, int, int]]:
    return [row[1:4] for row in paid(mall) if row[0] == "order"]


def test_every_level_is_paid_on_what_the_lines_paid(mall, chain):
    second, first, buyer = chain
    tea, cup = make_costed_sku(mall, cost_fen=1_000), make_sku(mall, price_fen=4_000)
    make_limited(mall, tea, 8_000)
    coupon = give_coupon(mall, buyer.buyer, off_fen=1_001)
    place_and_pay(mall, buyer.buyer, (tea, 2), (cup, 1), coupon=coupon)
    drain(mall.pk)
    # The lines paid 15,199 and 3,800: 10 % and 5 % of each, rounded down.
    assert orders_paid(mall) == [(1, first.pk, 1_519 + 380), (2, second.pk, 759 + 190)]
    assert audit(mall.pk).balanced


def test_refunds_in_parts_take_it_back_to_nothing(mall, chain):
    _second, first, buyer = chain
    sku = make_sku(mall, price_fen=3_333)
    coupon = give_coupon(mall, buyer.buyer, off_fen=1_000)
    order = place_and_pay(mall, buyer.buyer, (sku, 3), coupon=coupon)
    receive(order)
    drain(mall.pk)
    # It paid 8,999.
    assert [row[2] for row in orders_paid(mall)] == [899, 449]
    for amount_fen in (1, 4_444, 4_554):
        refund(order, amount_fen)
        drain(mall.pk)
    assert sum(row[2] for row in orders_paid(mall)) == 0
    assert balance(first)["pending_fen"] == 0
    assert audit(mall.pk).balanced


def test_members_buy_at_the_members_price_by_the_real_wiring(mall, chain):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(member_price_fen=9_000)
    assert place(mall, chain[-1].buyer, (sku, 1)).total_fen == 9_000
