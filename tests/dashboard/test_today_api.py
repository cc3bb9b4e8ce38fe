"""The day's figures by the merchant API are those of the first page."""

from __future__ import annotations

import pytest

from commissions.plans.services import change_plan
from mall import clock
from mall.tenancy.context import mall_scope
from tests.factories.events import drain
from tests.factories.http import api_as_staff
from tests.factories.mall import host_of, make_mall, make_staff, owner_of
from tests.factories.members import make_chain
from tests.factories.trade import ask_refund, make_sku, place, place_and_pay, refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    """A day: one order of ¥200 that pays 10 %, of which ¥50 went back; one unpaid; one refund asked for."""
    mall = make_mall()
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [1000]})
    _top, _middle, buyer = make_chain(mall, 3)
    sku = make_sku(mall, price_fen=10_000)
    order = place_and_pay(mall, buyer.buyer, (sku, 2))
    drain(mall.pk)
    refund(order, 5_000)
    ask_refund(order, 1_000)
    place(mall, buyer.buyer, (sku, 1))
    drain(mall.pk)
    return mall


def test_the_shops_day(mall):
    found = api_as_staff(owner_of(mall)).get("merchant/today").json()
    assert {name: found[name] for name in found if name not in ("since", "waiting")} == {
        "placed": 2, "paid": 1, "buyers": 1, "payments": 1, "paid_fen": 20_000, "refunds": 1, "refunded_fen": 5_000,
    }  # fmt: skip
    assert found["waiting"] == {"ship": 1, "payments": 0, "cases": 0, "refunds": 1, "events": 0}
    assert found["since"].endswith("00:00:00+08:00") or found["since"].endswith("16:00:00Z")


def test_the_commissions_and_the_referrals_of_the_day(mall):
    api = api_as_staff(owner_of(mall))
    found = api.get("merchant/today/commissions").json()
    assert (found["commissions"], found["promoters"], found["amount_fen"]) == (1, 1, 1_500)
    assert found["payouts"] == {"requested": 0, "approved": 0}
    brought = api.get("merchant/today/referrals").json()
    assert brought["joined"] == {"all": 3, "brought": 2}
    assert (brought["orders"], brought["clicks"]["all"]) == (2, 0)


def test_yesterday_is_not_today_and_next_door_is_not_here(mall):
    other = api_as_staff(owner_of(make_mall()))
    assert other.get("merchant/today").json()["placed"] == 0
    with clock.unmoved():
        clock.advance(days=1)
        tomorrow = api_as_staff(owner_of(mall))
        assert tomorrow.get("merchant/today").json()["placed"] == 0
        assert tomorrow.get("merchant/today/commissions").json()["commissions"] == 0


def test_what_waits_is_told_to_who_may_deal_with_it(mall):
    assert api_as_staff(make_staff(mall, "service")).get("merchant/today").json()["waiting"] == {"ship": 1}
    assert "ship" not in api_as_staff(make_staff(mall, "finance")).get("merchant/today").json()["waiting"]


def test_the_page_says_the_same(mall, client):
    client.force_login(owner_of(mall).user)
    context = client.get("/dashboard/", HTTP_HOST=host_of(mall)).context
    found = api_as_staff(owner_of(mall)).get("merchant/today").json()
    assert {name: found[name] for name in context["trade"]} == context["trade"]
    assert found["waiting"] == context["todo"]
