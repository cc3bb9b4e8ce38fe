"""What a promoter sees: what each link brought, and why something paid or did not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from commissions.plans.services import change_plan
from mall import clock
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.models import Member
from referrals.clicks.services import judge_clicks
from referrals.clicks.visitors import new_key
from tests.factories.events import drain
from tests.factories.mall import host_of, make_mall, owner_of
from tests.factories.members import bearer, make_member
from tests.factories.referrals import BAIDU_SPIDER, join_through, make_click, make_link
from tests.factories.trade import make_sku, place, place_and_pay

COUNTS = ("clicks", "valid_clicks", "registrations", "orders", "paid_fen", "commission_fen")


def mall_that_pays(**changes: Any) -> Mall:
    mall = make_mall()
    plan = {"click_fen": 5, "registration_fen": 100, "budget_month_fen": 100_000, "order_levels_bps": [1000, 500]}
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes=plan | changes)
    clock.advance(seconds=1)
    return mall


def get(mall: Mall, path: str, member: Member, status: int = 200) -> Any:
    answer = Client(headers={"host": host_of(mall)}).get(f"/api/v1/{path}", **bearer(member))
    assert answer.status_code == status, answer.content
    return answer.json()


def settle(mall: Mall) -> None:
    judge_clicks(mall.pk)
    drain(mall.pk)


@pytest.mark.django_db(transaction=True)
def test_a_link_counts_what_it_brought_to_the_fen() -> None:
    mall = mall_that_pays()
    owner = make_member(mall)
    link, idle = make_link(owner), make_link(owner, channel="qq")
    key = new_key()
    make_click(link, key)
    make_click(link, key)
    make_click(link, user_agent=BAIDU_SPIDER, is_confirmed=False)
    clock.advance(seconds=1)
    buyer = join_through(link, visitor_key=key, nickname="李雷")
    clock.advance(seconds=1)
    paid = place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=12_345), 2), visitor_key=key)
    place(mall, buyer.buyer, visitor_key=key)
    settle(mall)
    shown = {row["code"]: row for row in get(mall, "share-links", owner)["results"]}
    assert {name: shown[link.code][name] for name in COUNTS} == {
        "clicks": 3,
        "valid_clicks": 1,
        "registrations": 1,
        "orders": 1,
        "paid_fen": paid.total_fen,
        "commission_fen": 5 + 100 + 2469,
    }
    assert paid.total_fen == 24_690
    assert {shown[idle.code][name] for name in COUNTS} == {0}


@pytest.mark.django_db(transaction=True)
def test_everything_his_links_brought_has_its_commission_or_its_reason() -> None:
    mall = mall_that_pays()
    owner = make_member(mall)
    link = make_link(owner)
    key = new_key()
    make_click(link, key)
    make_click(link, key)
    make_click(link, user_agent=BAIDU_SPIDER, is_confirmed=False)
    make_click(link, member=owner)
    buyer = join_through(link, visitor_key=key, nickname="李雷")
    clock.advance(seconds=1)
    place_and_pay(mall, buyer.buyer, (make_sku(mall), 1), visitor_key=key)
    place(mall, buyer.buyer, visitor_key=key)
    settle(mall)
    rows = get(mall, "conversions", owner)["results"]
    told = sorted((row["kind"], (row["commission"] or {}).get("amount_fen", 0), row["reason"] or "") for row in rows)
    assert told == [
        ("click", 0, "bot"),
        ("click", 0, "duplicate"),
        ("click", 0, "own_click"),
        ("click", 5, ""),
        ("order", 0, ""),
        ("order", 1000, ""),
        ("registration", 100, ""),
    ]
    order = next(row for row in rows if row["kind"] == "order" and row["commission"])
    assert (order["rule"], order["link"]["code"], order["link"]["channel"]) == ("last_click", link.code, "wechat")
    assert order["from_member"] not in {None, "李雷"}
    assert order["from_member"].startswith("李")
    bot = next(row for row in rows if row["reason"] == "bot")
    assert (bot["reason_text"], bot["from_member"], bot["commission"]) == ("机器访问", None, None)
    assert get(mall, "conversions", buyer)["results"] == []


@pytest.mark.django_db(transaction=True)
def test_what_the_plan_pays_nothing_for_says_so() -> None:
    mall = mall_that_pays(click_fen=0)
    owner = make_member(mall)
    make_click(make_link(owner))
    settle(mall)
    (row,) = get(mall, "conversions", owner)["results"]
    assert (row["commission"], row["reason"]) == (None, "rate_zero")


@pytest.mark.django_db(transaction=True)
def test_his_own_purchase_through_his_link_is_in_his_list_with_the_reason() -> None:
    mall = mall_that_pays()
    owner = make_member(mall, make_member(mall))
    make_click(make_link(owner), key := new_key())
    clock.advance(seconds=1)
    place_and_pay(mall, owner.buyer, (make_sku(mall), 1), visitor_key=key)
    settle(mall)
    kinds = {row["kind"]: row for row in get(mall, "conversions", owner)["results"]}
    assert kinds["order"]["commission"] is None
    assert kinds["order"]["reason"] == "self_purchase"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["kind=click", "kind=", "page_size=1", "page_size=100", "page_size=x", "cursor=x", "unknown=1"]
)
def test_lists_take_filters_and_pages(query: str) -> None:
    mall = make_mall()
    get(mall, f"conversions?{query}", make_member(mall), 404 if "cursor" in query else 200)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["visit", "Click", "%F0%9F%98%80", "click,order", "a" * 3000])
def test_an_unknown_kind_is_told(kind: str) -> None:
    mall = make_mall()
    answer = get(mall, f"conversions?kind={kind}", make_member(mall), 400)
    assert answer["errors"][0]["attr"] == "kind"


@pytest.mark.django_db
def test_conversions_are_a_members_own() -> None:
    mall, other = make_mall(), make_mall()
    client = Client(headers={"host": host_of(mall)})
    assert client.get("/api/v1/conversions").status_code == 401
    assert client.get("/api/v1/conversions", **bearer(make_member(other))).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_list_takes_the_same_statements_for_one_and_twenty(django_assert_max_num_queries: Any) -> None:
    for number in (1, 20):
        mall = mall_that_pays()
        owner = make_member(mall)
        link = make_link(owner)
        for _ in range(number):
            make_click(link)
        settle(mall)
        headers, client = bearer(owner), Client(headers={"host": host_of(mall)})
        client.get("/api/v1/conversions", **headers)
        with django_assert_max_num_queries(11):
            assert len(client.get("/api/v1/conversions", **headers).json()["results"]) == number
