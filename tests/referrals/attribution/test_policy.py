"""Who is credited: the pure rule, as tables of facts and answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from referrals.attribution.policy import Attribution, ClickSeen, Facts, attribute
from referrals.attribution.ports import AttributionRules

PLACED = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

# Each member's upline as the members floor answers it.
#   A ← B ← C ← D      X ← Y       the buyer is `ME`, bound to B where he is bound
A, B, C, D, X, Y, ME = 1, 2, 3, 4, 11, 12, 50
UPLINES = {A: [], B: [A], C: [B, A], D: [C, B], X: [], Y: [X], ME: [B, A]}

EVERYBODY = Facts(at=PLACED, rules=AttributionRules(), uplines=UPLINES)


def click(owner: int, *, ago: timedelta = timedelta(hours=1), click_id: int | None = None) -> ClickSeen:
    return ClickSeen(id=click_id or owner * 100, link_id=owner * 10, owner_id=owner, at=PLACED - ago)


def credited(rules: dict[str, Any] | None = None, **facts: Any) -> Attribution:
    return attribute(replace(EVERYBODY, rules=AttributionRules(**(rules or {})), **facts))


def test_without_anything_nobody_is_credited() -> None:
    answer = credited()
    assert (answer.rule, answer.link_id, answer.promoter_id, answer.beneficiaries) == ("none", None, None, ())
    assert answer.reason == "no_referrer"


@pytest.mark.parametrize(
    ("policy", "bound", "clicks", "rule", "levels"),
    [
        # last_click: the click's owner and his own upline; the bound chain does not show.
        ("last_click", None, [Y], "last_click", (Y, X)),
        ("last_click", B, [Y], "last_click", (Y, X)),
        ("last_click", B, [], "bound", (B, A)),
        ("last_click", B, [D], "last_click", (D, C)),
        ("last_click", B, [A], "last_click", (A,)),
        ("last_click", None, [X], "last_click", (X,)),
        ("last_click", None, [], "none", ()),
        # bound_first: the bound referrer and his upline, whatever was clicked.
        ("bound_first", B, [Y], "bound", (B, A)),
        ("bound_first", B, [], "bound", (B, A)),
        ("bound_first", A, [Y], "bound", (A,)),
        ("bound_first", None, [Y], "last_click", (Y, X)),
        ("bound_first", None, [], "none", ()),
    ],
)
def test_two_policies_and_chains_that_never_mix(
    policy: str, bound: int | None, clicks: list[int], rule: str, levels: tuple
) -> None:
    answer = credited({"policy": policy}, bound_referrer_id=bound, clicks=[click(owner) for owner in clicks])
    assert (answer.rule, answer.beneficiaries) == (rule, levels)
    assert answer.link_id == (clicks[0] * 10 if rule == "last_click" else None)
    assert answer.promoter_id == (levels[0] if levels else None)
    assert answer.reason == ("" if levels else "no_referrer")


def test_the_last_of_several_clicks_decides_in_whatever_order_they_are_read() -> None:
    clicks = [click(A, ago=timedelta(days=3)), click(C, ago=timedelta(minutes=1)), click(Y, ago=timedelta(days=1))]
    for order in permutations(clicks):
        answer = credited(clicks=order)
        assert (answer.beneficiaries, answer.link_id) == ((C, B), C * 10)


def test_a_shares_c_shares_and_the_buyer_orders_c_is_credited_unless_the_mall_keeps_bindings() -> None:
    browsed = [click(A, ago=timedelta(days=2)), click(C, ago=timedelta(days=1))]
    assert credited(clicks=browsed).promoter_id == C
    assert credited({"policy": "bound_first"}, clicks=browsed, bound_referrer_id=A).promoter_id == A


def test_two_clicks_of_the_same_moment_go_to_the_one_stored_later() -> None:
    clicks = [click(A, click_id=7), click(Y, click_id=8)]
    assert credited(clicks=clicks).promoter_id == credited(clicks=clicks[::-1]).promoter_id == Y


@pytest.mark.parametrize(
    ("ago", "counts"),
    [
        (timedelta(microseconds=1), True),
        (timedelta(days=14, hours=23), True),
        (timedelta(days=15), True),
        (timedelta(days=15, microseconds=1), False),
        (timedelta(days=16), False),
        # A click at the order's own moment or after it was not known before the order.
        (timedelta(0), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_the_window_ends_where_the_order_begins(ago: timedelta, counts: bool) -> None:
    answer = credited(clicks=[click(Y, ago=ago)], bound_referrer_id=B)
    assert answer.promoter_id == (Y if counts else B)


@pytest.mark.parametrize(("days", "promoter"), [(1, B), (3, Y), (30, Y)])
def test_the_window_is_the_malls_of_the_moment_of_the_order(days: int, promoter: int) -> None:
    facts = {"clicks": [click(Y, ago=timedelta(days=2))], "bound_referrer_id": B}
    assert credited({"window_days": days}, **facts).promoter_id == promoter


def test_a_window_of_no_days_knows_no_clicks() -> None:
    assert credited({"window_days": 0}, clicks=[click(Y)]).rule == "none"


@pytest.mark.parametrize(("levels", "chain"), [(1, (D,)), (2, (D, C)), (3, (D, C, B)), (9, (D, C, B))])
def test_the_chain_is_as_deep_as_the_installation_says_and_never_deeper_than_three(levels: int, chain: tuple) -> None:
    assert credited({"levels": levels}, clicks=[click(D)]).beneficiaries == chain


@pytest.mark.parametrize(
    ("facts", "levels", "reason"),
    [
        # His own click that was somebody's when he made it: he earns nothing, his referrer stays level 2.
        ({"clicks": [click(ME)], "selves": {ME}}, (None, B), ""),
        # A second account of a promoter, bound to the first: the first earns nothing, its referrer level 2.
        ({"bound_referrer_id": B, "selves": {ME, B}}, (None, A), ""),
        # He buys through a link of somebody he brought: level 2 is himself.
        ({"clicks": [click(Y)], "selves": {X}}, (Y, None), ""),
        ({"clicks": [click(X)], "selves": {X}}, (None,), "self_purchase"),
        ({"bound_referrer_id": B, "selves": {A, B}}, (None, None), "self_purchase"),
        # Somebody else who is himself, but stands nowhere in this chain.
        ({"clicks": [click(Y)], "selves": {ME, A}}, (Y, X), ""),
        # His own referrer earns by his purchase: he is another.
        ({"bound_referrer_id": B, "selves": {ME}}, (B, A), ""),
    ],
)
def test_a_level_that_is_the_buyer_himself_earns_nothing_and_nothing_moves_up(
    facts: dict, levels: tuple, reason: str
) -> None:
    answer = credited(**{"buyer_member_id": ME, **facts, "selves": frozenset(facts["selves"])})
    assert (answer.beneficiaries, answer.reason) == (levels, reason)


def test_the_promoter_is_named_also_where_he_is_the_buyer() -> None:
    answer = credited(clicks=[click(ME)], selves=frozenset({ME}), buyer_member_id=ME)
    assert (answer.promoter_id, answer.link_id, answer.beneficiaries[0]) == (ME, ME * 10, None)
    assert [level["why"] for level in answer.trace["levels"]] == ["self_purchase", ""]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"bound_referrer_id": B},
        {"bound_referrer_id": B, "clicks": [click(Y)]},
        {"clicks": [click(ME)]},
    ],
)
@pytest.mark.parametrize("policy", ["last_click", "bound_first"])
def test_where_own_purchases_earn_the_buyer_is_level_1_and_his_referrer_level_2(policy: str, facts: dict) -> None:
    rules = {"policy": policy, "self_purchase_earns": True}
    answer = credited(rules, buyer_member_id=ME, selves=frozenset({ME}), **facts)
    assert (answer.rule, answer.promoter_id, answer.beneficiaries, answer.reason) == ("self", ME, (ME, B), "")


def test_where_own_purchases_earn_a_guest_is_credited_like_anybody() -> None:
    answer = credited({"self_purchase_earns": True}, clicks=[click(Y)], selves=frozenset({Y}))
    assert (answer.rule, answer.beneficiaries) == ("last_click", (Y, X))


@pytest.mark.parametrize(
    ("by_staff", "count_staff_visits", "promoter"), [(False, False, Y), (True, False, B), (True, True, Y)]
)
def test_an_order_in_the_staffs_browser_follows_no_click_unless_their_visits_count(
    by_staff: bool, count_staff_visits: bool, promoter: int
) -> None:
    rules = {"count_staff_visits": count_staff_visits}
    answer = credited(rules, clicks=[click(Y)], bound_referrer_id=B, by_staff=by_staff)
    assert answer.promoter_id == promoter


def test_somebody_who_joined_without_a_link_follows_the_click_of_each_order() -> None:
    first = credited(buyer_member_id=ME, clicks=[click(Y)])
    second = credited(buyer_member_id=ME, clicks=[click(C)])
    third = credited(buyer_member_id=ME)
    assert [answer.promoter_id for answer in (first, second, third)] == [Y, C, None]


def test_the_trace_says_what_decided_and_nothing_about_people() -> None:
    answer = credited({"version": 4}, clicks=[click(Y), click(C, ago=timedelta(days=9))], bound_referrer_id=B)
    assert answer.trace == {
        "policy": "last_click",
        "window_days": 15,
        "plan": 4,
        "self_purchase_earns": False,
        "click": Y * 100,
        "clicked_at": "2026-11-22T03:00:00+00:00",
        "clicks_in_sight": 2,
        "bound": B,
        "by_staff": False,
        "levels": [{"level": 1, "member": Y, "why": ""}, {"level": 2, "member": X, "why": ""}],
    }
