"""A cart: what may lie in it, what is told of it, and whose it is."""

from __future__ import annotations

from functools import partial

import pytest

from mall.buyers.closing import close_buyer
from mall.carts.errors import BadCart, CartFull, NotInCart
from mall.carts.models import CartItem
from mall.carts.owners import CartOwner
from mall.carts.selectors import cart_of, pieces_in_cart
from mall.carts.services import add_item, buy_again, change_item, merge_cart, remove_item, select_all
from mall.catalogue.models import Product, Sku
from mall.orders.errors import NotOnSale, OutOfStock, SkuMissing
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import make_sku, place

pytestmark = pytest.mark.django_db
GUEST = CartOwner(guest_key="a" * 64)


def contents(owner):
    return {row.sku.pk: row.item.quantity for row in cart_of(owner).rows}


def test_what_is_put_in_twice_adds_up(mall, buyer):
    sku = make_sku(mall, stock=10)
    with mall_scope(mall.pk):
        for quantity in (2, 3):
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=quantity)
        assert contents(CartOwner(buyer)) == {sku.pk: 5}
        assert pieces_in_cart(CartOwner(buyer)) == 5


def test_no_more_than_there_is_and_nothing_changes_when_refused(mall, buyer):
    sku = make_sku(mall, stock=4)
    with mall_scope(mall.pk):
        add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=3)
        with pytest.raises(OutOfStock, match=r"仅剩 4 件.*已有 3 件"):
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=2)
        with pytest.raises(OutOfStock, match="仅剩 4 件"):
            change_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=5)
        assert contents(CartOwner(buyer)) == {sku.pk: 3}


@pytest.mark.parametrize("quantity", [0, -1, 10_000, True, "3", 2**70])
def test_a_quantity_that_is_none_is_refused(mall, buyer, quantity):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        with pytest.raises(BadCart):
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=quantity)
        assert contents(CartOwner(buyer)) == {}


def test_a_sku_that_is_not_sold_or_not_ours_cannot_be_put_in(mall, buyer):
    sku, foreign = make_sku(mall), make_sku(make_mall())
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(is_active=False)
        with pytest.raises(NotOnSale):
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=1)
        for unknown in (foreign.public_id, None):
            with pytest.raises(SkuMissing):
                add_item(owner=CartOwner(buyer), sku_id=unknown, quantity=1)


def test_a_cart_holds_fifty_kinds(mall, buyer):
    skus = [make_sku(mall) for _ in range(51)]
    with mall_scope(mall.pk):
        for sku in skus[:50]:
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=1)
        with pytest.raises(CartFull):
            add_item(owner=CartOwner(buyer), sku_id=skus[50].public_id, quantity=1)
        add_item(owner=CartOwner(buyer), sku_id=skus[0].public_id, quantity=1)
        assert len(contents(CartOwner(buyer))) == 50


def test_what_cannot_be_ordered_stands_apart_with_its_reason(mall, buyer):
    off, inactive, sold_out, too_few, fine = [make_sku(mall, stock=5) for _ in range(5)]
    owner = CartOwner(buyer)
    with mall_scope(mall.pk):
        for sku in (off, inactive, sold_out, too_few, fine):
            add_item(owner=owner, sku_id=sku.public_id, quantity=3)
        Product.objects.filter(pk=off.product_id).update(status="off_sale")
        Sku.objects.filter(pk=inactive.pk).update(is_active=False)
        Sku.objects.filter(pk=sold_out.pk).update(stock=0)
        Sku.objects.filter(pk=too_few.pk).update(stock=2)
        Sku.objects.filter(pk=fine.pk).update(price_fen=9_000)
        cart = cart_of(owner)
        assert {row.sku.pk: row.reason for row in cart.rows} == {
            off.pk: "off_sale",
            inactive.pk: "inactive",
            sold_out.pk: "sold_out",
            too_few.pk: "too_few",
            fine.pk: "",
        }
        assert {row.sku.pk for row in cart.gone} == {off.pk, inactive.pk, sold_out.pk}
        assert [(sku.pk, quantity) for sku, quantity in cart.lines] == [(fine.pk, 3)]
        assert [row.price_change_fen for row in cart.chosen] == [-1_000]
        assert pieces_in_cart(owner) == 6
        # Fewer helps, and more does not.
        change_item(owner=owner, sku_id=too_few.public_id, quantity=2)
        assert {row.sku.pk for row in cart_of(owner).chosen} == {fine.pk, too_few.pk}


def test_only_what_is_selected_is_ordered(mall, buyer):
    one, other = make_sku(mall), make_sku(mall)
    owner = CartOwner(buyer)
    with mall_scope(mall.pk):
        for sku in (one, other):
            add_item(owner=owner, sku_id=sku.public_id, quantity=2)
        change_item(owner=owner, sku_id=one.public_id, is_selected=False)
        cart = cart_of(owner)
        assert (cart.pieces, cart.is_all_selected, [sku.pk for sku, _quantity in cart.lines]) == (2, False, [other.pk])
        select_all(owner=owner, is_selected=True)
        assert (cart_of(owner).pieces, cart_of(owner).is_all_selected) == (4, True)
        remove_item(owner=owner, sku_id=one.public_id)
        assert contents(owner) == {other.pk: 2}


def test_a_guests_cart_joins_the_buyers_and_is_gone_then(mall, buyer):
    both, only_guest = make_sku(mall), make_sku(mall)
    with mall_scope(mall.pk):
        add_item(owner=CartOwner(buyer), sku_id=both.public_id, quantity=2)
        for sku in (both, only_guest):
            add_item(owner=GUEST, sku_id=sku.public_id, quantity=3)
        assert merge_cart(source=GUEST, buyer=buyer) == 2
        assert contents(CartOwner(buyer)) == {both.pk: 5, only_guest.pk: 3}
        assert contents(GUEST) == {}
        assert merge_cart(source=GUEST, buyer=buyer) == 0
        assert contents(CartOwner(buyer)) == {both.pk: 5, only_guest.pk: 3}


def test_merging_stays_within_the_bounds(mall, buyer):
    skus = [make_sku(mall, stock=20_000) for _ in range(52)]
    with mall_scope(mall.pk):
        for sku in skus[:49]:
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=9_000)
        for sku in (skus[0], *skus[49:]):
            add_item(owner=GUEST, sku_id=sku.public_id, quantity=9_000)
        merge_cart(source=GUEST, buyer=buyer)
        found = contents(CartOwner(buyer))
        assert len(found) == 50
        assert found[skus[0].pk] == 9_999
        # The newest of what the guest chose is what he wants most.
        assert found[skus[51].pk] == 9_000
        assert skus[49].pk not in found


def test_another_buyers_cart_and_another_malls_are_out_of_reach(mall, buyer):
    other = make_member(mall).buyer
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        add_item(owner=CartOwner(other), sku_id=sku.public_id, quantity=1)
        for owner in (CartOwner(buyer), GUEST, CartOwner()):
            with pytest.raises(NotInCart):
                change_item(owner=owner, sku_id=sku.public_id, quantity=2)
            with pytest.raises(NotInCart):
                remove_item(owner=owner, sku_id=sku.public_id)
        assert contents(CartOwner(other)) == {sku.pk: 1}
    with mall_scope(make_mall().pk):
        assert contents(GUEST) == {}


def test_an_order_is_bought_again_as_far_as_its_goods_are_there(mall, buyer):
    there, gone = make_sku(mall), make_sku(mall)
    order = place(mall, buyer, (there, 2), (gone, 1))
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=gone.pk).update(is_active=False)
        assert buy_again(owner=CartOwner(buyer), order=order) == (1, 1)
        assert contents(CartOwner(buyer)) == {there.pk: 2}


def test_closing_the_account_empties_the_cart(mall, buyer):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=1)
        add_item(owner=GUEST, sku_id=sku.public_id, quantity=1)
        close_buyer(buyer=buyer)
        assert list(CartItem.objects.values_list("guest_key", flat=True)) == [GUEST.guest_key]


@pytest.mark.django_db(transaction=True)
def test_taps_at_once_add_up_and_none_fails():
    mall = make_mall()
    buyer, sku = make_member(mall).buyer, make_sku(mall, stock=1_000)

    def add(owner: CartOwner) -> None:
        with mall_scope(mall.pk):
            add_item(owner=owner, sku_id=sku.public_id, quantity=1)

    together([partial(add, owner) for owner in [CartOwner(buyer), GUEST] * 8])
    with mall_scope(mall.pk):
        assert (contents(CartOwner(buyer)), contents(GUEST)) == ({sku.pk: 8}, {sku.pk: 8})


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_log_in_at_once_move_the_cart_once():
    mall = make_mall()
    buyer, skus = make_member(mall).buyer, [make_sku(mall) for _ in range(3)]
    with mall_scope(mall.pk):
        for sku in skus:
            add_item(owner=GUEST, sku_id=sku.public_id, quantity=2)

    def merge() -> None:
        with mall_scope(mall.pk):
            merge_cart(source=GUEST, buyer=buyer)

    together([merge] * 4)
    with mall_scope(mall.pk):
        assert contents(CartOwner(buyer)) == {sku.pk: 2 for sku in skus}
        assert contents(GUEST) == {}
