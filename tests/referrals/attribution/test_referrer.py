"""Who brought somebody who registers: the code he names, else his last click."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commissions.plans.services import change_plan
from mall import clock
from mall.tenancy.context import mall_scope
from members.joining.ports import ReferrerFound
from members.models import Binding
from members.standing.services import suspend
from referrals.attribution.services import referrer_behind
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import BAIDU_SPIDER, join_through, judged, make_click, make_link
from tests.factories.trade import make_product

KEY = "A" * 22


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["mall", "product", "registration"])
def test_a_code_of_any_kind_names_its_owner(kind: str) -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner, kind, product=make_product(mall) if kind == "product" else None)
    expected = ReferrerFound(member_id=owner.pk, source="ref", code=link.code, link_id=link.pk)
    with mall_scope(mall.pk):
        assert referrer_behind(link.code, "") == referrer_behind(link.code.upper(), KEY) == expected
    member = join_through(link)
    assert member.referrer_id == owner.pk


@pytest.mark.django_db
def test_a_code_goes_before_the_visitors_clicks() -> None:
    mall = make_mall()
    named, clicked = make_link(make_member(mall)), make_link(make_member(mall))
    make_click(clicked, KEY)
    with mall_scope(mall.pk):
        assert referrer_behind(named.code, KEY).member_id == named.owner_id
        assert referrer_behind(None, KEY).member_id == referrer_behind("", KEY).member_id == clicked.owner_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["zzzzzzzzzz", "x", "码" * 10, "' OR 1=1 --", "a" * 10_000, "\x00", "\ud800", "FOREIGN"]
)
def test_an_unknown_code_brings_nobody_not_even_by_clicks(code: str) -> None:
    mall, other = make_mall(), make_mall()
    foreign = make_link(make_member(other))
    make_click(make_link(make_member(mall)), KEY)
    with mall_scope(mall.pk):
        found = referrer_behind(foreign.code if code == "FOREIGN" else code, KEY)
    assert (found.member_id, found.source, found.link_id) == (None, "refused:unknown_code", None)
    assert len(found.code) <= 20
    assert found.code.isprintable()


@pytest.mark.django_db
def test_the_last_attributable_click_decides_judged_or_not() -> None:
    mall = make_mall()
    first, last = make_link(make_member(mall)), make_link(make_member(mall), "registration")
    make_click(first, KEY)
    clock.advance(seconds=5)
    # Not confirmed and not judged yet: it is a person's all the same.
    make_click(last, KEY, is_confirmed=False)
    clock.advance(seconds=5)
    make_click(first, KEY, user_agent=BAIDU_SPIDER, is_confirmed=False)
    make_click(first, KEY, is_prefetch=True, is_confirmed=False)
    make_click(first, KEY, by_staff=True)
    make_click(first)
    with mall_scope(mall.pk):
        assert referrer_behind(None, KEY) == ReferrerFound(
            member_id=last.owner_id, source="visitor", code=last.code, link_id=last.pk
        )


@pytest.mark.django_db(transaction=True)
def test_judging_does_not_change_the_answer() -> None:
    mall = make_mall()
    first, last = make_link(make_member(mall)), make_link(make_member(mall))
    make_click(first, KEY)
    clock.advance(seconds=5)
    # A duplicate pays nothing, and is still the last click of a person.
    make_click(last, KEY)
    clock.advance(seconds=5)
    judged(make_click(last, KEY))
    make_click(first, KEY, by_staff=True)
    with mall_scope(mall.pk):
        before = referrer_behind(None, KEY)
    judged(make_click(make_link(make_member(mall))))
    with mall_scope(mall.pk):
        assert referrer_behind(None, KEY) == before
        assert before.member_id == last.owner_id


@pytest.mark.django_db
def test_clicks_before_the_window_and_in_another_mall_bring_nobody() -> None:
    mall, other = make_mall(), make_mall()
    make_click(make_link(make_member(mall)), KEY)
    make_click(make_link(make_member(other)), "B" * 22)
    with mall_scope(mall.pk):
        assert referrer_behind(None, "B" * 22) == ReferrerFound()
        assert referrer_behind(None, "") == ReferrerFound()
        assert referrer_behind(None, KEY).source == "visitor"
        clock.advance(days=15, seconds=1)
        assert referrer_behind(None, KEY) == ReferrerFound()
        change_plan(author=owner_of(mall).user, changes={"attribution_window_days": 30})
        clock.advance(seconds=1)
        assert referrer_behind(None, KEY).source == "visitor"


@pytest.mark.django_db
def test_joining_keeps_how_the_referrer_was_found() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    make_click(link, KEY)
    with mall_scope(mall.pk):
        by_code, by_visitor, alone = join_through(link), join_through(visitor_key=KEY), join_through()
        kept = Binding.objects.filter(member__in=[by_code, by_visitor, alone]).order_by("pk")
        assert list(kept.values_list("referrer_id", "source", "code")) == [
            (link.owner_id, "ref", link.code),
            (link.owner_id, "visitor", link.code),
            (None, "none", ""),
        ]


@pytest.mark.django_db
def test_a_suspended_promoter_brings_nobody_any_more() -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner)
    make_click(link, KEY)
    with mall_scope(mall.pk):
        suspend(member=owner, reason="刷单", actor=owner_of(mall))
        member = join_through(visitor_key=KEY)
        assert member.referrer_id is None
        assert Binding.objects.get(member=member).source == "refused:suspended"


@pytest.mark.django_db
def test_a_flood_of_machines_does_not_hide_the_click_before_it() -> None:
    mall = make_mall()
    link, other = make_link(make_member(mall)), make_link(make_member(mall))
    make_click(link, KEY, at=clock.now() - timedelta(minutes=1))
    for _ in range(30):
        make_click(other, KEY, user_agent="", is_confirmed=False)
    with mall_scope(mall.pk):
        assert referrer_behind(None, KEY).member_id == link.owner_id
