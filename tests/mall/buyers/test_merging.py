"""A guest who turns out to be a known buyer: what moves, and what does not."""

from __future__ import annotations

import pytest

from mall.addresses.models import Address
from mall.addresses.services import BOOK_MOST, add_address
from mall.buyers.holding import buyer_holding_phone, log_in_with_code
from mall.buyers.merging import take_over_guests
from mall.buyers.models import Buyer, BuyerToken
from mall.buyers.services import create_guest, issue_token, register_buyer, send_phone_code
from mall.carts.models import CartItem
from mall.carts.owners import CartOwner
from mall.carts.services import add_item
from mall.coupons.models import Coupon
from mall.coupons.services import create_coupon_template, take_coupon
from mall.orders.models import Order
from mall.payments.wechat.models import WeChatIdentity
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import new_phone
from tests.factories.trade import an_address, make_sku, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def buyer(mall):
    with mall_scope(mall.pk):
        return register_buyer(phone=new_phone())


@pytest.fixture
def guest(mall):
    with mall_scope(mall.pk):
        return create_guest()


def test_orders_coupons_openids_addresses_and_cart_become_the_buyers(mall, buyer, guest):
    order, sku = place(mall, guest), make_sku(mall)
    with mall_scope(mall.pk):
        terms = {"name": "新客券", "kind": "fixed", "off_fen": 500, "valid_days": 7}
        template = create_coupon_template(actor=None, **terms)
        take_coupon(buyer=guest, template=template)
        WeChatIdentity.objects.create(buyer=guest, appid="wx1", openid="o1")
        add_address(buyer=guest, fields=an_address(detail="甲"))
        add_item(owner=CartOwner(guest), sku_id=sku.public_id, quantity=2)
        add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=1)
        issue_token(buyer=guest)

        assert take_over_guests(buyer=buyer, guests=[guest]) == 1

        for model in (Order, Coupon, WeChatIdentity, Address, CartItem):
            assert [row.buyer_id for row in model.objects.all()] == [buyer.pk], model
        assert CartItem.objects.get().quantity == 3
        gone = Buyer.objects.get(pk=guest.pk)
        assert (gone.phone, gone.closed_at is not None) == (None, True)
        assert BuyerToken.objects.get(buyer=guest).revoked_at is not None
        order.refresh_from_db()
        assert (order.status, order.total_fen) == ("awaiting_payment", 10_000)


def test_a_second_time_nothing_is_left_to_move(mall, buyer, guest):
    place(mall, guest)
    with mall_scope(mall.pk):
        assert take_over_guests(buyer=buyer, guests=[guest]) == 1
        assert take_over_guests(buyer=buyer, guests=[guest, buyer]) == 0


def test_a_registered_buyer_is_never_taken_over(mall, buyer):
    with mall_scope(mall.pk):
        other = register_buyer(phone=new_phone())
    order = place(mall, other)
    with mall_scope(mall.pk):
        assert take_over_guests(buyer=buyer, guests=[other]) == 0
        assert Order.objects.get(pk=order.pk).buyer_id == other.pk
        assert Buyer.objects.get(pk=other.pk).closed_at is None


def test_the_books_default_and_its_bound_hold_and_no_address_is_kept_twice(mall, buyer, guest):
    with mall_scope(mall.pk):
        mine = add_address(buyer=buyer, fields=an_address(detail="家"))
        for number in range(BOOK_MOST):
            add_address(buyer=guest, fields=an_address(detail=f"{number} 号"))
        Address.objects.filter(buyer=guest, detail="0 号").update(detail="家")
        take_over_guests(buyer=buyer, guests=[guest])
        kept = Address.objects.filter(buyer=buyer)
        assert kept.count() == BOOK_MOST
        assert kept.get(is_default=True) == mine
        assert kept.filter(detail="家").count() == 1
        assert not Address.objects.filter(buyer=guest).exists()


def test_a_code_brings_the_orders_of_guests_with_this_phone_and_of_no_other(mall, buyer):
    phone = buyer.phone
    with mall_scope(mall.pk):
        same, other = (Buyer.objects.create(is_guest=True, phone=number) for number in (phone, "+8613700000001"))
    his, anothers = place(mall, same), place(mall, other)
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="login")[1]
        assert log_in_with_code(phone=phone, code=code, network="") == buyer
        assert Order.objects.get(pk=his.pk).buyer_id == buyer.pk
        assert Order.objects.get(pk=anothers.pk).buyer_id == other.pk
        code = send_phone_code(phone="+8613700000001", purpose="login")[1]
        assert buyer_holding_phone(phone="+8613700000001", code=code, network="") == other


def test_the_same_phone_in_another_mall_is_somebody_else(mall, buyer):
    elsewhere = make_mall()
    with mall_scope(elsewhere.pk):
        guest = Buyer.objects.create(is_guest=True, phone=buyer.phone)
    foreign = place(elsewhere, guest)
    with mall_scope(mall.pk):
        code = send_phone_code(phone=buyer.phone, purpose="login")[1]
        log_in_with_code(phone=buyer.phone, code=code, network="")
    with mall_scope(elsewhere.pk):
        assert Order.objects.get(pk=foreign.pk).buyer_id == guest.pk
