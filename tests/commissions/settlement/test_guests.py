"""A guest's orders become a member's: who is credited with them, and what that pays, does not move."""

from __future__ import annotations

import pytest

from commissions.plans.services import change_plan
from commissions.settlement.models import Commission
from mall import clock
from mall.buyers.merging import take_over_guests
from mall.buyers.models import Buyer
from mall.buyers.services import create_guest, send_phone_code
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from members.joining.services import join
from referrals.clicks.visitors import new_key
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_chain, make_member, new_phone
from tests.factories.referrals import after_a_moment, credited, levels, make_click, make_link
from tests.factories.trade import pay, refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    mall = make_mall()
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [1000, 500]})
    return mall


def paid_to(mall) -> list[tuple[int, int, int]]:
    with mall_scope(mall.pk):
        rows = Commission.objects.order_by("level")
        return [(row.beneficiary_id, row.level, row.accrued_fen - row.reversed_fen) for row in rows]


def test_an_order_taken_over_before_anybody_was_credited_follows_its_own_click_and_not_the_members_binding(mall):
    """The event is still on its way when the guest turns out to be a member whom somebody else brought."""
    top, clicked = make_chain(mall, 2)
    bringer = make_member(mall)
    member = make_member(mall, bringer)
    clock.advance(seconds=1)
    key = new_key()
    make_click(make_link(clicked), key)
    with mall_scope(mall.pk):
        guest = create_guest()
    order = after_a_moment(mall, guest, visitor_key=key)
    unclicked = after_a_moment(mall, guest)
    with mall_scope(mall.pk):
        take_over_guests(buyer=member.buyer, guests=[guest])
        assert set(Order.objects.values_list("buyer_id", flat=True)) == {member.buyer_id}
    pay(order)
    pay(unclicked)
    drain(mall.pk)
    assert levels(credited(order)) == (clicked.pk, top.pk, None)
    assert (credited(unclicked).reason, credited(unclicked).customer_id) == ("no_referrer", None)
    assert paid_to(mall) == [(clicked.pk, 1, 1_000), (top.pk, 2, 500)]


def test_what_was_paid_stays_with_whom_it_was_paid_to_and_a_refund_takes_it_from_him(mall):
    top, clicked = make_chain(mall, 2)
    key, phone = new_key(), new_phone()
    make_click(make_link(clicked), key)
    with mall_scope(mall.pk):
        guest = Buyer.objects.create(is_guest=True, phone=f"+86{phone}")
    order = pay(after_a_moment(mall, guest, visitor_key=key))
    drain(mall.pk)
    before = paid_to(mall)
    assert before == [(clicked.pk, 1, 1_000), (top.pk, 2, 500)]

    other = make_member(mall)
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="register")[1]
        member = join(phone=phone, code=code, ref=make_link(other).code)
        assert member.referrer_id == other.pk
        assert Order.objects.get().buyer_id == member.buyer_id
    drain(mall.pk)
    assert paid_to(mall) == before

    refund(order, 10_000)
    drain(mall.pk)
    assert paid_to(mall) == [(clicked.pk, 1, 0), (top.pk, 2, 0)]
