"""Registrations credited: level 1 only, once, with a reason where nobody earns."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mall.buyers.closing import close_buyer
from mall.buyers.services import send_phone_code
from mall.events.models import Event
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.joining.services import join
from members.models import Member
from referrals.clicks.visitors import new_key, remember
from referrals.conversions.models import Conversion
from referrals.handlers import attribute_registrations
from tests.factories.events import drain
from tests.factories.mall import make_mall
from tests.factories.members import make_chain, make_member, new_phone
from tests.factories.referrals import join_through, make_click, make_link

pytestmark = pytest.mark.django_db


def joined(mall: Mall, *members: Member) -> list[Event]:
    with mall_scope(mall.pk):
        return list(
            Event.objects.filter(kind="member.joined", subject_id__in=[member.pk for member in members]).order_by("pk")
        )


def credited(member: Member) -> Conversion:
    with mall_scope(member.mall_id):
        attribute_registrations(joined(member.mall, member))
        return Conversion.objects.get(member=member)


def recorded(mall: Mall) -> list[int]:
    with mall_scope(mall.pk):
        return list(
            Event.objects.filter(kind="conversion.recorded").order_by("pk").values_list("subject_id", flat=True)
        )


def test_a_registration_pays_its_referrer_and_nobody_above_him() -> None:
    mall = make_mall()
    _top, owner = make_chain(mall, 2)
    link = make_link(owner, "registration", channel="qq")
    member = join_through(link)
    conversion = credited(member)
    assert (conversion.kind, conversion.rule, conversion.link_id) == ("registration", "direct", link.pk)
    assert (conversion.promoter_id, conversion.level_1_id) == (owner.pk, owner.pk)
    assert (conversion.level_2_id, conversion.level_3_id) == (None, None)
    assert (conversion.customer_id, conversion.occurred_at, conversion.reason) == (member.pk, member.joined_at, "")
    assert recorded(mall) == [conversion.pk]


def test_a_registration_by_the_visitors_click_says_so() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    make_click(link, key := new_key())
    with mall_scope(mall.pk):
        member = join_through(visitor_key=key)
    conversion = credited(member)
    assert (conversion.rule, conversion.link_id, conversion.level_1_id) == ("last_click", link.pk, link.owner_id)


def test_who_came_by_himself_is_kept_and_told_nobody() -> None:
    mall = make_mall()
    conversion = credited(make_member(mall))
    assert (conversion.rule, conversion.reason) == ("none", "no_referrer")
    assert (conversion.promoter_id, conversion.level_1_id, conversion.link_id) == (None, None, None)
    assert recorded(mall) == []


def test_a_phone_that_was_a_member_before_pays_nothing_the_second_time() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    phone = new_phone()
    with mall_scope(mall.pk):
        for _time in range(2):
            code = send_phone_code(phone=phone, purpose="register")[1]
            member = join(phone=phone, code=code, ref=link.code)
            if not _time:
                close_buyer(buyer=member.buyer)
    conversion = credited(member)
    assert (conversion.reason, conversion.level_1_id, conversion.link_id) == ("reregistered", link.owner_id, link.pk)
    assert recorded(mall) == []


def test_hearing_it_twice_credits_it_once() -> None:
    mall = make_mall()
    member = join_through(make_link(make_member(mall)))
    with mall_scope(mall.pk):
        for _time in range(3):
            attribute_registrations(joined(mall, member) * 2)
        assert Conversion.objects.filter(member=member).count() == 1
        attribute_registrations([])
    assert len(recorded(mall)) == 1


def test_a_batch_costs_the_same_statements_for_one_and_twenty() -> None:
    counted = []
    for number in (1, 20):
        mall = make_mall()
        link = make_link(make_member(mall))
        events = joined(mall, *[join_through(link) for _ in range(number)])
        with mall_scope(mall.pk), CaptureQueriesContext(connection) as queries:
            attribute_registrations(events)
            assert Conversion.objects.count() == number
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 6


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_by_events() -> None:
    mall = make_mall()
    owner = make_member(mall)
    member = join_through(make_link(owner))
    drain(mall.pk)
    with mall_scope(mall.pk):
        assert Conversion.objects.get(member=member).level_1_id == owner.pk
        assert Conversion.objects.get(member=owner).reason == "no_referrer"


def test_a_second_account_of_the_promoter_himself_is_bound_and_pays_nothing() -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner, "registration")
    key = new_key()
    with mall_scope(mall.pk):
        remember(key, buyer_id=owner.buyer_id)
    second = join_through(link, visitor_key=key)
    conversion = credited(second)
    assert (second.referrer_id, conversion.reason) == (owner.pk, "own_click")
    assert recorded(mall) == []
