"""The rules of judging, as tables: no database, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from referrals.attribution.ports import AttributionRules
from referrals.clicks.judging import ClickFacts, Surroundings, Verdict, judge
from tests.factories.referrals import BAIDU_SPIDER, WECHAT

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
OWNER, SOMEBODY, OTHER_OWNER = 1, 2, 3

CLICK = ClickFacts(
    id=1,
    link_id=10,
    owner_id=OWNER,
    visitor_key="visitor",
    at=NOON,
    source="browser",
    method="GET",
    is_prefetch=False,
    user_agent=WECHAT,
    network="net",
    member_id=None,
    by_staff=False,
    confirmed_at=NOON + timedelta(seconds=2),
)


def surroundings(**known: Any) -> Surroundings:
    return Surroundings(day_of=lambda at: at.astimezone(SHANGHAI).date(), **known)


def verdicts(*clicks: ClickFacts, known: Surroundings | None = None, **rules: Any) -> list[tuple[bool, str]]:
    each = dict.fromkeys((click.at for click in clicks), AttributionRules(**rules))
    found = {verdict.click_id: verdict for verdict in judge(clicks, known or surroundings(), each)}
    return [(found[click.id].is_attributable, found[click.id].reason) for click in clicks]


def after(click_id: int, *, hours: float = 0, seconds: float = 0, **changes: Any) -> ClickFacts:
    at = NOON + timedelta(hours=hours, seconds=seconds)
    return replace(CLICK, id=click_id, at=at, confirmed_at=at, **changes)


@pytest.mark.parametrize(
    ("changes", "rules", "is_attributable", "reason"),
    [
        ({}, {}, True, ""),
        ({"source": "app"}, {}, True, ""),
        # Machines.
        ({"user_agent": BAIDU_SPIDER}, {}, False, "bot"),
        ({"user_agent": "curl/8.5.0"}, {}, False, "bot"),
        ({"user_agent": "okhttp/4.12.0", "source": "app"}, {}, True, ""),
        ({"user_agent": BAIDU_SPIDER, "source": "app"}, {}, False, "bot"),
        ({"user_agent": ""}, {}, False, "no_ua"),
        ({"user_agent": "", "source": "app"}, {}, False, "no_ua"),
        ({"is_prefetch": True}, {}, False, "prefetch"),
        ({"method": "HEAD"}, {}, False, "head"),
        # Not others: the promoter and the staff.
        ({"member_id": OWNER}, {}, False, "own_click"),
        ({"member_id": OWNER}, {"click_pays": "all"}, False, "own_click"),
        ({"by_staff": True}, {}, False, "staff"),
        ({"by_staff": True}, {"count_staff_visits": True}, True, ""),
        ({"by_staff": True, "member_id": OWNER}, {"count_staff_visits": True}, False, "own_click"),
        # People, but not new ones or not on the page.
        ({"confirmed_at": None}, {}, True, "unconfirmed"),
        ({"member_id": SOMEBODY}, {}, True, "member"),
        ({"member_id": SOMEBODY}, {"click_pays": "all"}, True, ""),
        ({"member_id": SOMEBODY, "confirmed_at": None}, {"click_pays": "all"}, True, "unconfirmed"),
    ],
)
def test_one_click_by_itself(changes: dict, rules: dict, is_attributable: bool, reason: str) -> None:
    assert verdicts(replace(CLICK, **changes), **rules) == [(is_attributable, reason)]


@pytest.mark.parametrize(
    ("logged_in", "rules", "verdict"),
    [
        # The promoter, before or after the click: the browser is his.
        ([(OWNER, NOON - timedelta(days=300))], {}, (False, "own_click")),
        ([(OWNER, NOON + timedelta(seconds=30))], {}, (False, "own_click")),
        ([(SOMEBODY, NOON - timedelta(days=1)), (OWNER, NOON)], {}, (False, "own_click")),
        # A member, before the click or not.
        ([(SOMEBODY, NOON - timedelta(days=300))], {}, (True, "member")),
        ([(SOMEBODY, NOON)], {}, (True, "member")),
        ([(SOMEBODY, NOON + timedelta(seconds=1))], {}, (True, "")),
        ([(SOMEBODY, NOON - timedelta(days=300))], {"click_pays": "all"}, (True, "")),
    ],
)
def test_who_was_ever_logged_in_as_the_visitor(logged_in: list, rules: dict, verdict: tuple) -> None:
    known = surroundings(logged_in={"visitor": logged_in, "another": [(OWNER, NOON)]})
    assert verdicts(CLICK, known=known, **rules) == [verdict]


def test_ten_clicks_of_one_visitor_in_an_hour_bill_once() -> None:
    clicks = [after(n, seconds=n * 300) for n in range(1, 11)]
    assert verdicts(*clicks) == [(True, "")] + [(True, "duplicate")] * 9


@pytest.mark.parametrize(("seconds", "reason"), [(1, "duplicate"), (3599, "duplicate"), (3600, ""), (7200, "")])
def test_the_hour_runs_from_the_click_that_bills(seconds: int, reason: str) -> None:
    assert verdicts(CLICK, after(2, seconds=seconds))[1] == (True, reason)


def test_duplicates_do_not_make_the_hour_longer() -> None:
    clicks = [CLICK, after(2, seconds=3000), after(3, seconds=3600), after(4, seconds=7100), after(5, seconds=7200)]
    assert [reason for _, reason in verdicts(*clicks)] == ["", "duplicate", "", "duplicate", ""]


def test_the_order_in_which_clicks_are_handed_in_does_not_matter() -> None:
    assert verdicts(after(2, seconds=10), CLICK) == [(True, "duplicate"), (True, "")]


def test_a_later_click_that_billed_already_makes_the_earlier_one_a_duplicate() -> None:
    known = surroundings()
    known.billed["visitor", OWNER].append(NOON + timedelta(seconds=20))
    assert verdicts(CLICK, known=known) == [(True, "duplicate")]


def test_all_links_of_a_promoter_count_together_and_those_of_two_apart() -> None:
    clicks = [CLICK, after(2, seconds=1, link_id=11), after(3, seconds=2, owner_id=OTHER_OWNER, link_id=12)]
    assert [reason for _, reason in verdicts(*clicks)] == ["", "duplicate", ""]


def test_what_did_not_bill_is_not_the_first() -> None:
    clicks = [
        replace(CLICK, confirmed_at=None),
        after(2, seconds=1, user_agent=BAIDU_SPIDER),
        after(3, seconds=2, is_prefetch=True),
        after(4, seconds=3),
    ]
    assert [reason for _, reason in verdicts(*clicks)] == ["unconfirmed", "bot", "prefetch", ""]


def test_a_network_bills_so_many_visitors_of_one_promoter_a_day() -> None:
    clicks = [after(n, seconds=n, visitor_key=f"v{n}") for n in range(1, 24)]
    reasons = [reason for _, reason in verdicts(*clicks)]
    assert reasons == [""] * 20 + ["ip_cap"] * 3


def test_the_network_cap_is_per_promoter_and_per_day_of_the_mall() -> None:
    known = surroundings()
    today = NOON.astimezone(SHANGHAI).date()
    known.network_counts["net", OWNER, today] = 20
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    before, later = midnight - timedelta(seconds=1), midnight
    clicks = [
        replace(CLICK, id=1),
        replace(CLICK, id=2, network="another", visitor_key="b"),
        replace(CLICK, id=3, owner_id=OTHER_OWNER, visitor_key="c"),
        replace(CLICK, id=4, at=before, visitor_key="d"),
        replace(CLICK, id=5, at=later, visitor_key="e"),
    ]
    assert [reason for _, reason in verdicts(*clicks, known=known)] == ["ip_cap", "", "", "ip_cap", ""]


def test_duplicates_and_members_use_up_nothing_of_the_network() -> None:
    known = surroundings(network_clicks_per_day=2)
    clicks = [
        after(1, seconds=1, visitor_key="a"),
        after(2, seconds=2, visitor_key="a"),
        after(3, seconds=3, visitor_key="b", member_id=SOMEBODY),
        after(4, seconds=4, visitor_key="c"),
        after(5, seconds=5, visitor_key="d"),
    ]
    assert [reason for _, reason in verdicts(*clicks, known=known)] == ["", "duplicate", "member", "", "ip_cap"]


def test_each_click_is_judged_by_the_rules_of_its_own_moment() -> None:
    first, second = replace(CLICK, by_staff=True), after(2, hours=2, by_staff=True)
    rules = {first.at: AttributionRules(), second.at: AttributionRules(count_staff_visits=True)}
    assert judge([first, second], surroundings(), rules) == [Verdict(1, False, "staff"), Verdict(2, True, "")]
