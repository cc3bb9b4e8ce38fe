"""Coupons: what may be made, who may take one, and that no more are taken than there are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.coupons.errors import AllTaken, BadCoupon, NotTakeable, TakenAlready
from mall.coupons.models import Coupon, CouponTemplate
from mall.coupons.selectors import open_templates, wallet
from mall.coupons.services import (
    change_coupon_template,
    close_coupon_template,
    create_coupon_template,
    give_coupons,
    take_coupon,
)
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.offers import give_coupon, make_coupons


def take(mall, template, buyer) -> Coupon:
    with mall_scope(mall.pk):
        return take_coupon(template=template, buyer=buyer)


def taken(mall) -> int:
    with mall_scope(mall.pk):
        return CouponTemplate.objects.get().taken_count


def test_a_coupon_taken_lasts_so_many_days(mall, buyer):
    with clock.unmoved():
        coupon = take(mall, make_coupons(mall, valid_days=3), buyer)
        assert coupon.expires_at - coupon.taken_at == timedelta(days=3)
        with mall_scope(mall.pk):
            assert [one.pk for one in wallet(buyer, clock.now())["usable"]] == [coupon.pk]
        clock.advance(days=3)
        with mall_scope(mall.pk):
            tabs = wallet(buyer, clock.now())
            assert (tabs["usable"].count(), tabs["expired"].count(), tabs["used"].count()) == (0, 1, 0)


def test_a_coupon_of_fixed_dates_begins_and_ends_with_them(mall, buyer):
    now = clock.now()
    dates = {"valid_from": now + timedelta(days=1), "valid_until": now + timedelta(days=2)}
    coupon = take(mall, make_coupons(mall, **dates), buyer)
    assert (coupon.starts_at, coupon.expires_at) == (dates["valid_from"], dates["valid_until"])


def test_one_person_takes_as_many_as_he_may(mall, buyer):
    template = make_coupons(mall, per_person=2)
    take(mall, template, buyer)
    take(mall, template, buyer)
    with pytest.raises(TakenAlready), mall_scope(mall.pk):
        take_coupon(template=template, buyer=buyer)
    take(mall, template, make_member(mall).buyer)
    assert taken(mall) == 3


def test_the_last_one_is_the_last(mall, buyer):
    template = make_coupons(mall, total_count=1)
    take(mall, template, buyer)
    with pytest.raises(AllTaken):
        take(mall, template, make_member(mall).buyer)
    with mall_scope(mall.pk):
        assert not open_templates(clock.now()).exists()


def test_closed_given_only_and_past_ones_cannot_be_taken(mall, buyer, owner):
    given = make_coupons(mall, is_public=False)
    closed = make_coupons(mall)
    with mall_scope(mall.pk):
        close_coupon_template(template=closed, actor=owner)
    with clock.unmoved():
        past = make_coupons(mall, valid_until=clock.now() + timedelta(hours=1))
        clock.advance(hours=1)
        for template in (given, closed, past):
            with pytest.raises(NotTakeable):
                take(mall, template, buyer)
    with mall_scope(mall.pk):
        assert not Coupon.objects.exists()


def test_staff_give_to_many_or_to_none(mall, owner):
    buyers = [make_member(mall).buyer for _ in range(3)]
    template = make_coupons(mall, is_public=False, total_count=4)
    with mall_scope(mall.pk):
        give_coupons(template=template, buyers=buyers, actor=owner)
        with pytest.raises(AllTaken):
            give_coupons(template=template, buyers=[make_member(mall).buyer, make_member(mall).buyer], actor=owner)
    assert taken(mall) == 3
    with pytest.raises(TakenAlready), mall_scope(mall.pk):
        give_coupons(template=template, buyers=buyers[:1], actor=owner)
    assert taken(mall) == 3


def test_what_a_taken_coupon_is_worth_does_not_change(mall, buyer, owner):
    template = make_coupons(mall, total_count=5)
    take(mall, template, buyer)
    with mall_scope(mall.pk):
        assert change_coupon_template(template=template, changes={"total_count": 1}, actor=owner).total_count == 1
        with pytest.raises(BadCoupon) as refused:
            change_coupon_template(template=template, changes={"total_count": 0}, actor=owner)
        assert refused.value.field == "total_count"
        with pytest.raises(BadCoupon) as refused:
            change_coupon_template(template=template, changes={"off_fen": 1}, actor=owner)
        assert refused.value.field == "off_fen"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"kind": "fixed"}, "off_fen"),
        ({"kind": "fixed", "off_fen": 0}, "off_fen"),
        ({"kind": "fixed", "off_fen": True}, "off_fen"),
        ({"kind": "fixed", "off_fen": 101, "threshold_fen": 100}, "off_fen"),
        ({"kind": "fixed", "off_fen": 1, "off_bps": 1}, "off_bps"),
        ({"kind": "percent"}, "off_bps"),
        ({"kind": "percent", "off_bps": 10_001}, "off_bps"),
        ({"kind": "percent", "off_bps": 1, "off_fen": 1}, "off_fen"),
        ({"kind": "gift", "off_fen": 1}, "kind"),
        ({"off_fen": 1, "kind": "fixed", "per_person": 0}, "per_person"),
        ({"off_fen": 1, "kind": "fixed", "total_count": 0}, "total_count"),
        ({"off_fen": 1, "kind": "fixed", "name": " "}, "name"),
        ({"off_fen": 1, "kind": "fixed", "valid_days": 0}, "valid_days"),
        ({"off_fen": 1, "kind": "fixed", "valid_days": None}, "valid_until"),
    ],
)
def test_a_bad_field_is_named(mall, terms, field):
    with pytest.raises(BadCoupon) as refused, mall_scope(mall.pk):
        create_coupon_template(actor=None, **{"name": "券", "valid_days": 7, **terms})
    assert refused.value.field == field


@pytest.mark.django_db(transaction=True)
def test_a_hundred_people_take_the_last_ten_coupons():
    mall = make_mall()
    template = make_coupons(mall, total_count=10)
    buyers = [make_member(mall).buyer for _ in range(100)]
    answers = []
    for start in range(0, 100, 20):
        jobs = [lambda b=b: take(mall, template, b) for b in buyers[start : start + 20]]
        answers += together(jobs, keep_errors=True)
    assert sum(isinstance(one, Coupon) for one in answers) == 10
    assert sum(isinstance(one, AllTaken) for one in answers) == 90
    with mall_scope(mall.pk):
        assert (Coupon.objects.count(), CouponTemplate.objects.get().taken_count) == (10, 10)


@pytest.mark.django_db(transaction=True)
def test_one_person_at_many_doors_takes_one():
    mall = make_mall()
    template = make_coupons(mall)
    buyer = make_member(mall).buyer
    answers = together([lambda: take(mall, template, buyer)] * 10, keep_errors=True)
    assert sum(isinstance(one, Coupon) for one in answers) == 1
    assert sum(isinstance(one, TakenAlready) for one in answers) == 9


def test_a_given_coupon_says_who_gave_it(mall, buyer, owner):
    assert give_coupon(mall, buyer).given_by_id == owner.user_id
