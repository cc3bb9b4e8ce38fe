"""Orders credited: from facts before the order, once, frozen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mall import clock
from mall.buyers.models import Buyer
from mall.buyers.services import create_guest, send_phone_code
from mall.events.models import Event
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.joining.services import join
from members.models import Member
from members.standing.services import suspend
from referrals.clicks.visitors import new_key, remember
from referrals.conversions.models import Conversion
from referrals.conversions.services import ensure_order_conversions, record_paid
from referrals.handlers import attribute_orders, record_paid_orders
from tests.concurrency import together
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_chain, make_member, new_phone
from tests.factories.referrals import (
    after_a_moment,
    change_rules,
    credited,
    join_through,
    judged,
    levels,
    make_click,
    make_link,
)
from tests.factories.trade import pay


def recorded(mall: Mall) -> list[int]:
    with mall_scope(mall.pk):
        return list(
            Event.objects.filter(kind="conversion.recorded").order_by("pk").values_list("subject_id", flat=True)
        )


@pytest.mark.django_db
def test_the_bound_referrer_and_his_upline_are_credited() -> None:
    mall = make_mall()
    top, middle, buyer = make_chain(mall, 3)
    order = after_a_moment(mall, buyer.buyer)
    conversion = credited(order)
    assert (conversion.kind, conversion.rule, levels(conversion)) == ("order", "bound", (middle.pk, top.pk, None))
    assert (conversion.promoter_id, conversion.customer_id, conversion.link_id) == (middle.pk, buyer.pk, None)
    assert (conversion.occurred_at, conversion.reason) == (order.placed_at, "")
    assert recorded(mall) == [conversion.pk]


@pytest.mark.django_db
def test_a_click_of_the_orders_visitor_goes_before_the_binding_and_changes_it_not() -> None:
    mall = make_mall()
    referrer, other_top = make_member(mall), make_member(mall)
    other = make_member(mall, other_top)
    buyer = make_member(mall, referrer)
    link = make_link(other)
    key = new_key()
    click = make_click(link, key)
    conversion = credited(after_a_moment(mall, buyer.buyer, visitor_key=key))
    assert (conversion.rule, levels(conversion)) == ("last_click", (other.pk, other_top.pk, None))
    assert conversion.link_id == link.pk
    assert conversion.trace["click"] == click.pk
    with mall_scope(mall.pk):
        assert Member.objects.get(pk=buyer.pk).referrer_id == referrer.pk


@pytest.mark.django_db
def test_clicks_of_every_visitor_he_was_logged_in_as_before_the_order_count() -> None:
    mall = make_mall()
    first, second, third, buyer = (make_member(mall) for _ in range(4))
    keys = [new_key() for _ in range(3)]
    with mall_scope(mall.pk):
        remember(keys[0], buyer_id=buyer.buyer_id)
        remember(keys[1], buyer_id=buyer.buyer_id)
    make_click(make_link(first), keys[0])
    clock.advance(seconds=1)
    make_click(make_link(second), keys[1])
    clock.advance(seconds=1)
    make_click(make_link(third), keys[2])
    order = after_a_moment(mall, buyer.buyer)
    clock.advance(seconds=1)
    with mall_scope(mall.pk):
        remember(keys[2], buyer_id=buyer.buyer_id)
    assert credited(order).promoter_id == second.pk
    assert credited(after_a_moment(mall, buyer.buyer)).promoter_id == third.pk


@pytest.mark.django_db
def test_a_guest_is_credited_by_his_visitor() -> None:
    mall = make_mall()
    promoter = make_member(mall)
    key = new_key()
    make_click(make_link(promoter), key)
    with mall_scope(mall.pk):
        guest = create_guest()
    conversion = credited(after_a_moment(mall, guest, visitor_key=key))
    assert (levels(conversion)[0], conversion.customer_id) == (promoter.pk, None)
    assert credited(after_a_moment(mall, guest, visitor_key=new_key())).reason == "no_referrer"


@pytest.mark.django_db
def test_what_happened_after_the_order_does_not_count_however_late_it_is_credited() -> None:
    mall = make_mall()
    referrer, other = make_member(mall), make_member(mall)
    buyer = make_member(mall, referrer)
    key = new_key()
    order = after_a_moment(mall, buyer.buyer, visitor_key=key)
    clock.advance(seconds=1)
    make_click(make_link(other), key)
    with mall_scope(mall.pk):
        remember(key, buyer_id=referrer.buyer_id)
    change_rules(mall, attribution="bound_first", self_purchase_earns=True)
    conversion = credited(order)
    assert (conversion.rule, conversion.promoter_id, conversion.reason) == ("bound", referrer.pk, "")
    assert conversion.trace["policy"] == "last_click"


@pytest.mark.django_db
def test_what_is_credited_stays_whatever_happens_between_order_and_payment() -> None:
    mall = make_mall()
    referrer = make_member(mall)
    buyer = make_member(mall, referrer)
    order = after_a_moment(mall, buyer.buyer)
    before = credited(order)
    change_rules(mall, attribution="bound_first")
    with mall_scope(mall.pk):
        suspend(member=referrer, reason="刷单", actor=owner_of(mall))
    after = credited(pay(order))
    assert (after.pk, levels(after), after.trace) == (before.pk, levels(before), before.trace)


@pytest.mark.django_db
def test_a_suspended_promoter_keeps_his_level() -> None:
    mall = make_mall()
    top, middle, buyer = make_chain(mall, 3)
    with mall_scope(mall.pk):
        suspend(member=middle, reason="刷单", actor=owner_of(mall))
    assert levels(credited(after_a_moment(mall, buyer.buyer))) == (middle.pk, top.pk, None)


@pytest.mark.django_db
def test_a_guest_who_joined_after_his_order_was_a_guest_then() -> None:
    mall = make_mall()
    promoter = make_member(mall)
    link = make_link(promoter)
    with mall_scope(mall.pk):
        guest = create_guest()
    order = after_a_moment(mall, guest)
    clock.advance(seconds=1)
    with mall_scope(mall.pk):
        phone = new_phone()
        code = send_phone_code(phone=phone, purpose="register")[1]
        member = join(phone=phone, code=code, ref=link.code, guest=Buyer.objects.get(pk=guest.pk))
        assert member.buyer_id == guest.pk
    conversion = credited(order)
    assert (conversion.rule, conversion.reason, conversion.customer_id) == ("none", "no_referrer", None)


@pytest.mark.django_db
def test_another_malls_click_and_visitor_count_for_nothing() -> None:
    mall, other = make_mall(), make_mall()
    key = new_key()
    make_click(make_link(make_member(other)), key)
    buyer = make_member(mall)
    assert credited(after_a_moment(mall, buyer.buyer, visitor_key=key)).reason == "no_referrer"


@pytest.mark.django_db
def test_an_order_in_the_staffs_browser_follows_no_click() -> None:
    mall = make_mall()
    key = new_key()
    make_click(make_link(make_member(mall)), key)
    buyer = make_member(mall)
    order = after_a_moment(mall, buyer.buyer, visitor_key=key, placed_by_staff=True)
    assert credited(order).reason == "no_referrer"


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_by_events_and_twice() -> None:
    mall = make_mall()
    referrer = make_member(mall)
    buyer = make_member(mall, referrer)
    order = pay(after_a_moment(mall, buyer.buyer))
    drain(mall.pk)
    with mall_scope(mall.pk):
        conversion = Conversion.objects.get(order=order)
        assert set(recorded(mall)) >= {conversion.pk}
        events = list(Event.objects.filter(kind__in=["order.placed", "order.paid"], subject_id=order.pk))
        attribute_orders(events)
        record_paid_orders(events)
        attribute_orders([])
        assert Conversion.objects.filter(order=order).count() == 1
    drain(mall.pk)


@pytest.mark.django_db
def test_a_payment_heard_before_the_order_credits_it_too() -> None:
    mall = make_mall()
    buyer = make_member(mall, make_member(mall))
    order = pay(after_a_moment(mall, buyer.buyer))
    with mall_scope(mall.pk):
        record_paid([order.pk])
        conversion = Conversion.objects.get(order=order)
    assert set(recorded(mall)) == {conversion.pk}


@pytest.mark.django_db
def test_an_order_that_credits_nobody_is_kept_and_told_nobody() -> None:
    mall = make_mall()
    order = pay(after_a_moment(mall, make_member(mall).buyer))
    with mall_scope(mall.pk):
        record_paid([order.pk])
        assert Conversion.objects.get().reason == "no_referrer"
    assert recorded(mall) == []


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_credit_each_order_once() -> None:
    mall = make_mall()
    buyer = make_member(mall, make_member(mall))
    order_ids = [after_a_moment(mall, buyer.buyer).pk for _ in range(6)]

    def ensure() -> dict[int, int]:
        with mall_scope(mall.pk):
            return ensure_order_conversions(order_ids)

    answers = together([ensure] * 4)
    assert all(answer == answers[0] for answer in answers)
    assert sorted(answers[0]) == sorted(order_ids)
    with mall_scope(mall.pk):
        assert Conversion.objects.count() == 6
    assert sorted(recorded(mall)) == sorted(answers[0].values())


def orders_of(mall: Mall, number: int) -> Sequence[int]:
    key = new_key()
    make_click(make_link(make_member(mall)), key)
    buyers = [make_member(mall, make_member(mall)) for _ in range(3)]
    return [after_a_moment(mall, buyers[n % 3].buyer, visitor_key=key if n % 2 else "").pk for n in range(number)]


@pytest.mark.django_db
def test_a_batch_costs_the_same_statements_for_two_orders_and_thirty() -> None:
    counted = []
    for number in (2, 30):
        mall = make_mall()
        order_ids = orders_of(mall, number)
        with mall_scope(mall.pk), CaptureQueriesContext(connection) as queries:
            assert len(ensure_order_conversions(order_ids)) == number
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 18


@pytest.mark.django_db(transaction=True)
def test_a_member_who_came_by_a_link_is_credited_to_its_owner_for_good() -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner, "registration")
    judged(make_click(link, key := new_key()))
    buyer = join_through(link, visitor_key=key)
    clock.advance(days=90)
    conversion = credited(after_a_moment(mall, buyer.buyer, visitor_key=key))
    assert (conversion.rule, levels(conversion)) == ("bound", (owner.pk, None, None))
