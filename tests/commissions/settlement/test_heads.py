"""Clicks and registrations: flat, level 1 only, within caps and budget, released by time or activity."""

from __future__ import annotations

import pytest

from commissions.ledger.audit import audit
from commissions.settlement.models import BudgetUsage, CapUsage, Commission
from commissions.settlement.releases import release_due
from mall import clock
from mall.tenancy.context import mall_scope
from referrals.clicks.services import judge_clicks, record_click
from referrals.clicks.sightings import Sighting
from referrals.clicks.visitors import new_key
from referrals.links.services import take_link
from tests.factories.commissions import balance, paid, reasons, set_plan
from tests.factories.events import drain
from tests.factories.mall import make_mall
from tests.factories.members import make_chain, make_member
from tests.factories.trade import make_sku, place_and_pay, receive

pytestmark = pytest.mark.django_db(transaction=True)

WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN"
)


@pytest.fixture
def mall():
    return make_mall()


def click(mall, promoter, times: int = 1) -> None:
    """So many different people open the promoter's link."""
    for _ in range(times):
        key = new_key()
        with mall_scope(mall.pk):
            link, _ = take_link(owner=promoter, kind="mall", channel_slug="wechat")
            seen = Sighting(key, clock.now(), "browser", "GET", False, WECHAT, key[:32])
            record_click(link=link, seen=seen, is_confirmed=True)
    judge_clicks(mall.pk)
    drain(mall.pk)


def of(mall, kind: str) -> list[tuple[int, int, int, str]]:
    return [row[1:] for row in paid(mall) if row[0] == kind]


def test_a_click_pays_its_links_owner_only_and_is_released_after_its_hold(mall):
    set_plan(mall, click_fen=5, registration_fen=0, hold_days=3)
    _top, promoter = make_chain(mall, 2)
    click(mall, promoter)
    assert of(mall, "click") == [(1, promoter.pk, 5, "pending")]
    clock.advance(days=3, seconds=1)
    release_due(mall.pk)
    assert balance(promoter)["available_fen"] == 5
    assert balance(_top)["available_fen"] == balance(_top)["pending_fen"] == 0
    assert audit(mall.pk).balanced


@pytest.mark.parametrize(
    ("plan", "clicks", "pays", "why"),
    [
        ({"click_cap_day_fen": 12}, 4, [5, 5], "capped"),
        ({"click_cap_day_fen": 0}, 1, [], "capped"),
        ({"budget_month_fen": 9}, 3, [5], "budget"),
        ({"budget_month_fen": 10}, 2, [5, 5], ""),
        ({"click_fen": 0}, 2, [], "rate_zero"),
        ({"click_cap_day_fen": None}, 3, [5, 5, 5], ""),
    ],
)
def test_caps_and_budget_let_whole_clicks_through_and_say_why_not(mall, plan, clicks, pays, why):
    set_plan(mall, **({"click_fen": 5, "registration_fen": 0, "hold_days": 0} | plan))
    promoter = make_member(mall)
    click(mall, promoter, clicks)
    assert [fen for _, _, fen, _ in of(mall, "click")] == pays
    refused = [reason for reason in reasons(mall) if reason and reason != "no_referrer"]
    assert refused == [why] * (clicks - len(pays))
    with mall_scope(mall.pk):
        assert sum(BudgetUsage.objects.values_list("used_fen", flat=True)) == sum(pays)


def test_the_cap_is_of_the_malls_day_and_the_budget_of_its_month(mall):
    set_plan(mall, click_fen=5, registration_fen=0, click_cap_day_fen=5, hold_days=0)
    promoter = make_member(mall)
    click(mall, promoter, 2)
    clock.advance(days=1)
    click(mall, promoter, 2)
    assert [fen for _, _, fen, _ in of(mall, "click")] == [5, 5]
    with mall_scope(mall.pk):
        assert sorted(CapUsage.objects.values_list("used_fen", flat=True)) == [5, 5]


def test_a_registration_waits_for_the_new_members_first_receipt(mall):
    set_plan(mall, click_fen=0, registration_fen=100, order_levels_bps=[], hold_days=7)
    promoter, new = make_chain(mall, 2)
    drain(mall.pk)
    assert of(mall, "registration") == [(1, promoter.pk, 100, "pending")]
    release_due(mall.pk)
    order = place_and_pay(mall, new.buyer, (make_sku(mall), 1))
    drain(mall.pk)
    assert balance(promoter)["available_fen"] == 0
    receive(order)
    drain(mall.pk)
    assert of(mall, "registration") == [(1, promoter.pk, 100, "available")]
    receive(place_and_pay(mall, new.buyer))
    drain(mall.pk)
    assert balance(promoter)["available_fen"] == 100, "a second receipt pays nothing more"


def test_a_registration_without_activity_comes_to_nothing_and_gives_its_budget_back(mall):
    set_plan(mall, click_fen=0, registration_fen=100, order_levels_bps=[], registration_cap_day_fen=100)
    promoter, new = make_chain(mall, 2)
    drain(mall.pk)
    clock.advance(days=29, hours=23)
    release_due(mall.pk)
    assert of(mall, "registration")[0][2:] == (100, "pending")
    clock.advance(hours=2)
    release_due(mall.pk)
    assert of(mall, "registration")[0][2:] == (0, "reversed")
    assert balance(promoter)["pending_fen"] == 0
    with mall_scope(mall.pk):
        assert Commission.objects.get().ended_reason == "no_activity"
        assert BudgetUsage.objects.get().used_fen == CapUsage.objects.get().used_fen == 0
    receive(place_and_pay(mall, new.buyer))
    drain(mall.pk)
    assert of(mall, "registration")[0][2:] == (0, "reversed"), "a receipt after the time is up pays nothing"
    assert release_due(mall.pk) == 0
    assert audit(mall.pk).balanced


def test_the_sixth_registration_of_a_day_is_capped(mall):
    set_plan(mall, click_fen=0, registration_fen=100, registration_cap_day_fen=500, order_levels_bps=[])
    promoter = make_member(mall)
    for _ in range(6):
        make_member(mall, promoter)
    drain(mall.pk)
    assert [fen for _, _, fen, _ in of(mall, "registration")] == [100] * 5
    assert reasons(mall).count("capped") == 1


def test_registrations_never_pay_a_second_level(mall):
    set_plan(mall, click_fen=0, registration_fen=100, order_levels_bps=[1000, 500])
    top, middle, _new = make_chain(mall, 3)
    drain(mall.pk)
    assert [(level, member) for level, member, _, _ in of(mall, "registration")] == [(1, top.pk), (1, middle.pk)]
