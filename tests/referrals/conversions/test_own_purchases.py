"""A promoter's own purchases: what he earns by them, and who else does."""

from __future__ import annotations

import pytest

from mall.buyers.services import create_guest
from mall.orders.models import OrderAddress
from mall.payments.models import Payment
from mall.payments.wechat.models import WeChatIdentity
from mall.tenancy.context import mall_scope
from referrals.clicks.visitors import new_key, remember
from tests.factories.mall import make_mall
from tests.factories.members import make_chain, make_member
from tests.factories.referrals import after_a_moment, change_rules, credited, levels, make_click, make_link
from tests.factories.trade import pay


@pytest.mark.django_db
@pytest.mark.parametrize("policy", ["last_click", "bound_first"])
def test_a_promoters_own_purchase_earns_his_referrer_level_1_when_he_clicked_nothing(policy: str) -> None:
    mall = make_mall()
    top, buyer = make_chain(mall, 2)
    change_rules(mall, attribution=policy)
    assert levels(credited(after_a_moment(mall, buyer.buyer))) == (top.pk, None, None)


@pytest.mark.django_db
def test_his_own_click_brings_nothing_and_the_binding_holds() -> None:
    mall = make_mall()
    top, buyer = make_chain(mall, 2)
    key = new_key()
    make_click(make_link(buyer), key, member=buyer)
    conversion = credited(after_a_moment(mall, buyer.buyer, visitor_key=key))
    assert (conversion.rule, levels(conversion)) == ("bound", (top.pk, None, None))


@pytest.mark.django_db
def test_a_click_before_he_logged_in_is_his_own_purchase_and_nothing_moves_up() -> None:
    mall = make_mall()
    top, buyer = make_chain(mall, 2)
    key = new_key()
    link = make_link(buyer)
    make_click(link, key)
    conversion = credited(after_a_moment(mall, buyer.buyer, visitor_key=key))
    assert (conversion.rule, conversion.promoter_id, levels(conversion)) == (
        "last_click",
        buyer.pk,
        (None, top.pk, None),
    )
    assert conversion.link_id == link.pk
    lonely = make_member(mall)
    make_click(make_link(lonely), other := new_key())
    alone = credited(after_a_moment(mall, lonely.buyer, visitor_key=other))
    assert (alone.reason, levels(alone), alone.promoter_id) == ("self_purchase", (None, None, None), lonely.pk)


@pytest.mark.django_db
def test_a_second_account_in_the_browser_of_the_first_earns_the_first_nothing() -> None:
    mall = make_mall()
    top, promoter = make_chain(mall, 2)
    second = make_member(mall, promoter)
    key = new_key()
    with mall_scope(mall.pk):
        remember(key, buyer_id=promoter.buyer_id)
    conversion = credited(after_a_moment(mall, second.buyer, visitor_key=key))
    assert (conversion.rule, levels(conversion)) == ("bound", (None, top.pk, None))
    elsewhere = credited(after_a_moment(mall, second.buyer, visitor_key=new_key()))
    assert levels(elsewhere) == (promoter.pk, top.pk, None)


@pytest.mark.django_db
def test_a_guest_with_the_promoters_phone_is_the_promoter() -> None:
    mall = make_mall()
    promoter = make_member(mall)
    key = new_key()
    make_click(make_link(promoter), key)
    with mall_scope(mall.pk):
        guest = create_guest()
    order, strangers = (after_a_moment(mall, guest, visitor_key=key) for _ in range(2))
    with mall_scope(mall.pk):
        OrderAddress.objects.filter(order=order).update(phone=promoter.buyer.phone.removeprefix("+86"))
        OrderAddress.objects.filter(order=strangers).update(phone="no phone")
    assert credited(order).reason == "self_purchase"
    assert levels(credited(strangers))[0] == promoter.pk


@pytest.mark.django_db
def test_a_gift_to_the_promoters_phone_is_no_purchase_of_his() -> None:
    mall = make_mall()
    promoter = make_member(mall)
    buyer = make_member(mall, promoter)
    order = after_a_moment(mall, buyer.buyer)
    with mall_scope(mall.pk):
        OrderAddress.objects.filter(order=order).update(phone=promoter.buyer.phone)
    assert levels(credited(order))[0] == promoter.pk


@pytest.mark.django_db
def test_the_same_payer_before_the_order_is_the_same_person() -> None:
    mall = make_mall()
    promoter = make_member(mall)
    buyer, other = make_member(mall, promoter), make_member(mall, promoter)
    for payer, member in (("openid-1", promoter), ("openid-1", buyer), ("openid-2", other)):
        paid = pay(after_a_moment(mall, member.buyer))
        with mall_scope(mall.pk):
            Payment.objects.filter(order=paid).update(payer=payer)
    assert credited(after_a_moment(mall, buyer.buyer)).reason == "self_purchase"
    assert levels(credited(after_a_moment(mall, other.buyer)))[0] == promoter.pk


@pytest.mark.django_db
def test_who_is_known_by_the_openid_that_pays_is_the_same_person() -> None:
    mall = make_mall()
    promoter = make_member(mall)
    buyer, other = make_member(mall, promoter), make_member(mall, promoter)
    with mall_scope(mall.pk):
        WeChatIdentity.objects.create(buyer=promoter.buyer, appid="wx1", openid="openid-1")
    for payer, member in (("openid-1", buyer), ("openid-2", other)):
        paid = pay(after_a_moment(mall, member.buyer))
        with mall_scope(mall.pk):
            Payment.objects.filter(order=paid).update(payer=payer)
    assert credited(after_a_moment(mall, buyer.buyer)).reason == "self_purchase"
    assert levels(credited(after_a_moment(mall, other.buyer)))[0] == promoter.pk


@pytest.mark.django_db
def test_with_the_switch_on_the_buyer_is_level_1_and_his_referrer_level_2() -> None:
    mall = make_mall()
    top, middle, buyer = make_chain(mall, 3)
    stranger = make_member(mall)
    change_rules(mall, self_purchase_earns=True)
    key = new_key()
    make_click(make_link(stranger), key)
    conversion = credited(after_a_moment(mall, buyer.buyer, visitor_key=key))
    assert (conversion.rule, levels(conversion), conversion.customer_id) == (
        "self",
        (buyer.pk, middle.pk, None),
        buyer.pk,
    )
    assert top.pk not in levels(conversion)
