"""Commissions and a member's account by the merchant API, to the fen."""

from __future__ import annotations

import pytest

from commissions.plans.services import change_plan
from mall.tenancy.context import mall_scope
from tests.factories.events import drain
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_chain
from tests.factories.trade import make_sku, place_and_pay, refund
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def mall():
    mall = make_mall()
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [1000, 500]})
    return mall


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


@pytest.fixture
def trade(mall):
    """Top and middle earn from an order of ¥200 of which ¥50 went back."""
    top, middle, buyer = make_chain(mall, 3)
    order = place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=10_000), 2))
    drain(mall.pk)
    refund(order, 5_000)
    drain(mall.pk)
    return top, middle, buyer


def test_commissions_are_listed_and_narrowed(desk, trade):
    top, middle, buyer = trade
    found = desk.get("merchant/commissions").json()["results"]
    assert {(one["member"], one["level"], one["accrued_fen"], one["amount_fen"]) for one in found} == {
        (str(middle.public_id), 1, 2_000, 1_500),
        (str(top.public_id), 2, 1_000, 750),
    }
    assert {one["from_member"] for one in found} == {buyer.buyer.nickname}
    only = desk.get(f"merchant/commissions?member={top.public_id}&kind=order&state=pending").json()["results"]
    assert [one["amount_fen"] for one in only] == [750]
    assert desk.get("merchant/commissions?state=available").json()["results"] == []


def test_what_cannot_be_asked_is_refused(desk, trade):
    assert desk.get(f"merchant/commissions?member={NOBODY}").status_code == 404
    assert errors_of(desk.get("merchant/commissions?kind=gift")) == [("invalid_choice", "kind")]
    assert errors_of(desk.get("merchant/commissions?state=gone")) == [("invalid_choice", "state")]


def test_each_is_explained_with_figures_that_add_up(desk, trade):
    for one in desk.get("merchant/commissions").json()["results"]:
        why = desk.get(f"merchant/commissions/{one['id']}/explanation").json()
        assert sum(move["amount_fen"] for move in why["movements"]) == one["amount_fen"]
    assert desk.get(f"merchant/commissions/{NOBODY}/explanation").status_code == 404


def test_a_members_balance_is_the_ledgers_and_there_is_no_debt_to_give_up(mall, desk, trade):
    at = f"merchant/members/{trade[1].public_id}"
    balance = desk.get(f"{at}/balance").json()
    assert (balance["pending_fen"], balance["available_fen"], balance["debt_fen"]) == (1_500, 0, 0)
    body = {"amount_fen": 1, "reason": "无法追回"}
    refused = desk.post(f"{at}/write-off", body, HTTP_IDEMPOTENCY_KEY="w")
    assert (refused.status_code, errors_of(refused)[0][0]) == (409, "insufficient_balance")
    assert desk.post(f"{at}/write-off", body).status_code == 400
    manager = api_as_staff(make_staff(mall))
    assert manager.post(f"{at}/write-off", body, HTTP_IDEMPOTENCY_KEY="w").status_code == 403
    assert desk.get(f"{at}/balance").json() == balance


def test_another_mall_sees_none_of_it(trade):
    other = api_as_staff(owner_of(make_mall()))
    assert other.get("merchant/commissions").json()["results"] == []
    assert other.get(f"merchant/members/{trade[0].public_id}/balance").status_code == 404


def test_the_list_costs_the_same_however_long(mall, desk, query_counts):  # noqa: F811 - the fixture
    for _ in range(2):
        _top, _middle, buyer = make_chain(mall, 3)
        place_and_pay(mall, buyer.buyer)
        drain(mall.pk)
        with query_counts("merchant.commissions"):
            desk.get("merchant/commissions")
