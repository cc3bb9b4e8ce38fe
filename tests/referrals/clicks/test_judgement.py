"""Judging in batches: each click once, with its reason, its conversion, and an event where it bills."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from commissions.plans.services import change_plan
from mall import clock
from mall.events.models import Event
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from referrals import tasks
from referrals.clicks import judgement, services
from referrals.clicks.models import Click, VisitorMember
from referrals.clicks.services import confirm_click, judge_clicks
from referrals.clicks.visitors import remember
from referrals.conversions.models import Conversion
from tests.concurrency import together
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import BAIDU_SPIDER, judged, make_click, make_link, new_network

pytestmark = pytest.mark.django_db(transaction=True)


def reasons(mall: Mall) -> list[str | None]:
    """The reasons of the judged clicks, None for those nobody has judged."""
    with mall_scope(mall.pk):
        return [click.reason if click.judged_at else None for click in Click.objects.order_by("pk")]


def recorded(mall: Mall) -> list[int]:
    with mall_scope(mall.pk):
        return list(
            Event.objects.filter(kind="conversion.recorded").order_by("pk").values_list("subject_id", flat=True)
        )


def test_a_billable_click_is_a_conversion_of_level_1_and_is_told() -> None:
    mall = make_mall()
    owner = make_member(mall, make_member(mall))
    link = make_link(owner)
    click = judged(make_click(link))
    assert (click.is_attributable, click.reason) == (True, "")
    with mall_scope(mall.pk):
        conversion = Conversion.objects.get()
    assert (conversion.kind, conversion.click_id, conversion.link_id, conversion.rule) == (
        "click",
        click.pk,
        link.pk,
        "direct",
    )
    assert (conversion.promoter_id, conversion.level_1_id) == (owner.pk, owner.pk)
    assert (conversion.level_2_id, conversion.level_3_id, conversion.customer_id) == (None, None, None)
    assert (conversion.occurred_at, conversion.reason) == (click.at, "")
    assert conversion.trace == {"source": "browser", "attributable": True, "confirmed": True}
    assert recorded(mall) == [conversion.pk]


def test_what_does_not_bill_has_its_reason_and_is_told_nobody() -> None:
    mall = make_mall()
    owner, member = make_member(mall), make_member(mall)
    link = make_link(owner)
    make_click(link, user_agent=BAIDU_SPIDER, is_confirmed=False)
    make_click(link, method="HEAD", is_confirmed=False)
    make_click(link, is_prefetch=True, is_confirmed=False)
    make_click(link, user_agent="", is_confirmed=False)
    make_click(link, member=owner)
    make_click(link, by_staff=True)
    make_click(link, member=member)
    judge_clicks(mall.pk)
    expected = ["bot", "head", "prefetch", "no_ua", "own_click", "staff", "member"]
    assert reasons(mall) == expected
    assert recorded(mall) == []
    with mall_scope(mall.pk):
        rows = Conversion.objects.order_by("click_id").values_list("reason", "level_1_id", "customer_id")
        assert list(rows) == [
            (reason, owner.pk, {"own_click": owner.pk, "member": member.pk}.get(reason)) for reason in expected
        ]
        assert list(Click.objects.order_by("pk").values_list("is_attributable", flat=True)) == [False] * 6 + [True]


def test_an_unconfirmed_click_waits_a_minute_and_a_confirmed_one_does_not() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    make_click(link, is_confirmed=False)
    make_click(link)
    judge_clicks(mall.pk)
    assert reasons(mall) == [None, ""]
    clock.advance(seconds=59)
    judge_clicks(mall.pk)
    assert reasons(mall) == [None, ""]
    clock.advance(seconds=2)
    judge_clicks(mall.pk)
    assert reasons(mall) == ["unconfirmed", ""]


def test_a_phone_with_bot_in_its_name_is_given_the_minute_too() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    cubot = (
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/91.0.4472.120 Mobile Safari/537.36"
    )
    click = make_click(link, user_agent=cubot, is_confirmed=False)
    assert click.due_at == click.at
    waiting = judged(click)
    assert (waiting.judged_at, waiting.due_at) == (None, click.at + timedelta(seconds=60))
    with mall_scope(mall.pk):
        confirm_click(click=click)
    assert judged(click).reason == ""


def test_an_hour_is_remembered_across_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    mall = make_mall()
    owner = make_member(mall)
    links = [make_link(owner), make_link(owner, channel="qq"), make_link(make_member(mall))]
    monkeypatch.setattr(judgement, "BATCH", 1)
    monkeypatch.setattr(services, "BATCH", 1)
    for link in links:
        make_click(link, "v" * 22)
    assert judge_clicks(mall.pk) == 3
    assert reasons(mall) == ["", "duplicate", ""]
    clock.advance(seconds=3600)
    judged(make_click(links[1], "v" * 22))
    assert reasons(mall) == ["", "duplicate", "", ""]


def test_the_network_cap_counts_what_was_billed_before(settings) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    network = new_network(mall)
    settings.SANDBOX_ALLOWED = False
    for _ in range(19):
        make_click(link, network=network)
    judge_clicks(mall.pk)
    for _ in range(3):
        make_click(link, network=network)
    make_click(link)
    judge_clicks(mall.pk)
    assert reasons(mall) == [""] * 20 + ["ip_cap"] * 2 + [""]
    settings.SANDBOX_ALLOWED = True
    make_click(link, network=network)
    judge_clicks(mall.pk)
    assert reasons(mall)[-1] == ""


def test_a_click_made_while_logged_in_names_the_visitor_for_later_ones() -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner)
    make_click(link, "v" * 22, member=owner)
    make_click(link, "v" * 22)
    judge_clicks(mall.pk)
    assert reasons(mall) == ["own_click", "own_click"]
    with mall_scope(mall.pk):
        assert VisitorMember.objects.get().member_id == owner.pk


def test_a_visitor_who_became_a_member_afterwards_was_new_at_his_click() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    member = make_member(mall)
    make_click(link, "v" * 22)
    clock.advance(seconds=5)
    with mall_scope(mall.pk):
        remember("v" * 22, buyer_id=member.buyer_id)
    judge_clicks(mall.pk)
    clock.advance(hours=2)
    judged(make_click(link, "v" * 22))
    assert reasons(mall) == ["", "member"]


def test_clicks_follow_the_plan_of_their_own_moment() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    member = make_member(mall)
    make_click(link, member=member)
    clock.advance(seconds=10)
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"click_pays": "all", "count_staff_visits": True})
    clock.advance(seconds=10)
    make_click(link, member=member)
    make_click(link, by_staff=True)
    judge_clicks(mall.pk)
    assert reasons(mall) == ["member", "", ""]


def test_a_batch_costs_the_same_statements_for_two_clicks_and_sixty() -> None:
    counted = []
    for number in (2, 60):
        mall = make_mall()
        links = [make_link(make_member(mall)) for _ in range(3)]
        for n in range(number):
            make_click(links[n % 3])
        with CaptureQueriesContext(connection) as queries:
            assert judge_clicks(mall.pk) == number
        counted.append(len(queries))
        assert set(reasons(mall)) == {""}
    assert counted == [12, 12]


def test_two_workers_at_once_judge_each_click_once() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    for n in range(60):
        make_click(link, f"visitor-{n % 20}")
    taken = together([lambda: judge_clicks(mall.pk)] * 4)
    assert sum(taken) == 60
    assert sorted(reasons(mall)) == [""] * 20 + ["duplicate"] * 40
    with mall_scope(mall.pk):
        assert Conversion.objects.count() == 60
    assert len(recorded(mall)) == len(set(recorded(mall))) == 20


def test_a_confirmation_racing_its_judgement_is_in_the_verdict_or_too_late() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    opened = [make_click(link, is_confirmed=False) for _ in range(20)]
    clock.advance(seconds=61)

    def confirm(click: Click) -> str:
        try:
            with mall_scope(mall.pk):
                confirm_click(click=click)
        except services.ConfirmedTooLate:
            return "unconfirmed"
        return ""

    jobs: list[Any] = [lambda click=click: confirm(click) for click in opened]
    *told, _taken = together([*jobs, lambda: judge_clicks(mall.pk)])
    judge_clicks(mall.pk)
    assert reasons(mall) == told
    with mall_scope(mall.pk):
        assert all((click.confirmed_at is None) == bool(click.reason) for click in Click.objects.all())


def test_a_batch_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    mall = make_mall()
    make_click(make_link(make_member(mall)))

    def fail(*_args: Any) -> None:
        raise ValueError

    monkeypatch.setattr(judgement, "record_many", fail)
    with pytest.raises(ValueError):
        judge_clicks(mall.pk)
    assert reasons(mall) == [None]
    monkeypatch.undo()
    judge_clicks(mall.pk)
    assert reasons(mall) == [""]


def test_the_sweep_finds_the_malls_with_clicks_due_and_one_that_fails_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idle, broken, busy = make_mall(), make_mall(), make_mall()
    make_click(make_link(make_member(idle)), is_confirmed=False)
    for mall in (broken, busy):
        make_click(make_link(make_member(mall)))
    asked: list[int] = []

    def judge_or_fail(mall_id: int) -> int:
        asked.append(mall_id)
        if mall_id == broken.pk:
            raise ValueError
        return judge_clicks(mall_id)

    monkeypatch.setattr(tasks, "judge_clicks", judge_or_fail)
    tasks.sweep_clicks()
    assert idle.pk not in asked
    assert {broken.pk, busy.pk} <= set(asked)
    assert reasons(busy) == [""]
    assert reasons(broken) == [None]
    clock.advance(seconds=61)
    tasks.sweep_clicks()
    assert reasons(idle) == ["unconfirmed"]


def test_the_bell_judges_its_mall_only() -> None:
    mall, other = make_mall(), make_mall()
    for each in (mall, other):
        make_click(make_link(make_member(each)))
    tasks.judge(mall_id=mall.pk)
    assert (reasons(mall), reasons(other)) == ([""], [None])


def test_a_judged_click_is_never_judged_again() -> None:
    mall = make_mall()
    click = judged(make_click(make_link(make_member(mall))))
    clock.advance(hours=5)
    assert judge_clicks(mall.pk) == 0
    with mall_scope(mall.pk), transaction.atomic():
        assert Click.objects.get().judged_at == click.judged_at
        assert Conversion.objects.count() == 1
