"""What becomes of a coupon, and of what it made free, when the money goes back."""

from __future__ import annotations

import pytest

from mall.catalogue.models import Sku
from mall.coupons.models import Coupon
from mall.orders.models import Order, OrderLine
from mall.orders.services import place_order
from mall.payments.services import start_payment
from mall.tenancy.context import mall_scope
from tests.factories.offers import give_coupon
from tests.factories.trade import an_address, lines_of, make_product, make_sku, refund, ship

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(mall) -> Sku:
    return make_sku(mall, price_fen=3_000, stock=10)


def paid(mall, buyer, coupon: Coupon, *lines: tuple[Sku, int]) -> Order:
    with mall_scope(mall.pk):
        order = place_order(buyer=buyer, lines=lines, address=an_address(), coupon=coupon)
        start_payment(order=order, provider="sandbox")
        order.refresh_from_db()
        return order


def is_free(coupon: Coupon) -> bool:
    with mall_scope(coupon.mall_id):
        return Coupon.objects.get(pk=coupon.pk).order_id is None


def test_a_partial_refund_gives_no_more_than_was_paid_and_no_coupon(mall, buyer, tea):
    coupon = give_coupon(mall, buyer, off_fen=1_000, threshold_fen=9_000)
    order = paid(mall, buyer, coupon, (tea, 3))
    (line,) = lines_of(order)
    assert line.paid_fen == 8_000
    refund(order, 2_667, quantity=1)
    assert not is_free(coupon)
    with mall_scope(mall.pk):
        line.refresh_from_db()
        assert line.paid_fen - line.refunded_fen == 5_333


def test_a_coupon_comes_back_when_nothing_was_sent_and_stays_used_for_goods_that_were(mall, buyer, tea):
    before, after = (give_coupon(mall, buyer, off_fen=1_000) for _ in range(2))
    refund(paid(mall, buyer, before, (tea, 1)))
    refund(ship(paid(mall, buyer, after, (tea, 1))))
    assert (is_free(before), is_free(after)) == (True, False)


def test_what_the_coupon_had_made_free_goes_back_on_the_shelf_with_the_rest(mall, buyer, tea):
    """A line that cost nothing can claim nothing; with the order's end it is given up all the same."""
    product = make_product(mall, price_fen=500)
    with mall_scope(mall.pk):
        gift = product.skus.get()
    coupon = give_coupon(mall, buyer, off_fen=500, product=product)
    stock = gift.stock
    order = paid(mall, buyer, coupon, (tea, 2), (gift, 1))
    assert sorted(line.paid_fen for line in lines_of(order)) == [0, 6_000]

    refund(order)

    with mall_scope(mall.pk):
        order.refresh_from_db()
        assert (order.status, Sku.objects.get(pk=tea.pk).stock, Sku.objects.get(pk=gift.pk).stock) == (
            "closed", 10, stock,
        )  # fmt: skip
        assert all(line.refunded_quantity == line.quantity for line in OrderLine.objects.filter(order=order))
    assert is_free(coupon)
