"""Orders at special prices: what is kept of every step, what is used up and what comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.catalogue.models import Product, Sku
from mall.coupons.errors import (
    CouponBelowThreshold,
    CouponExpired,
    CouponMissing,
    CouponNotYet,
    CouponOutOfScope,
    CouponUsed,
)
from mall.coupons.models import Coupon
from mall.orders.errors import NoDelivery, OverPurchaseLimit, PriceChanged
from mall.orders.models import Order, OrderLine
from mall.orders.quoting import quote
from mall.orders.services import cancel_order, lock_order, place_order, reopen_paid
from mall.orders.timers import run_timers
from mall.pricing.models import LineStep
from mall.promotions.models import LimitedPrice
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.offers import give_coupon, make_costed_sku, make_freight, make_limited
from tests.factories.trade import an_address, make_sku, place, place_and_pay, refund


def order_of(mall, buyer, *lines, **more) -> Order:
    with mall_scope(mall.pk):
        return place_order(buyer=buyer, lines=lines, **{"address": an_address(), **more})


def figures(order) -> tuple[int, int, int, int]:
    return order.goods_fen, order.discount_fen, order.freight_fen, order.total_fen


def steps(order) -> list[tuple[int, str, int, str]]:
    with mall_scope(order.mall_id):
        found = LineStep.objects.filter(line__order=order).order_by("line__position", "id")
        return list(found.values_list("line__position", "step", "amount_fen", "label"))


def is_free(mall, coupon) -> bool:
    with mall_scope(mall.pk):
        return Coupon.objects.get(pk=coupon.pk).order_id is None


def sold(mall) -> int:
    with mall_scope(mall.pk):
        return LimitedPrice.objects.get().sold_count


def test_every_step_is_kept_with_its_line(mall, buyer):
    tea, cup = make_costed_sku(mall, price_fen=10_000, cost_fen=1_000), make_sku(mall, price_fen=4_000)
    make_limited(mall, tea, 8_000, name="双十一")
    coupon = give_coupon(mall, buyer, name="新人券", off_fen=1_001)
    order = order_of(mall, buyer, (tea, 2), (cup, 1), coupon=coupon)
    assert figures(order) == (20_000, 1_001, 0, 18_999)
    assert steps(order) == [
        (0, "limited", 4_000, "双十一"), (0, "coupon", 801, "新人券"), (1, "coupon", 200, "新人券"),
    ]  # fmt: skip
    with mall_scope(mall.pk):
        lines = OrderLine.objects.filter(order=order).order_by("position")
        assert [(one.price_fen, one.paid_fen) for one in lines] == [(8_000, 15_199), (4_000, 3_800)]
        used = Coupon.objects.get(pk=coupon.pk)
        assert (used.order_id, used.used_at) == (order.pk, order.placed_at)
    assert sold(mall) == 2


def test_what_is_quoted_is_what_is_placed(mall, buyer):
    with mall_scope(mall.pk):
        template = make_freight(mall)
        sku = make_costed_sku(mall)
        Product.objects.filter(pk=sku.product_id).update(free_freight=False, freight_template=template)
    coupon = give_coupon(mall, buyer)
    with mall_scope(mall.pk):
        asked = quote(buyer=buyer, lines=[(sku, 3)], address=an_address(), coupon="best")
        assert asked.coupon == asked.best == coupon
        assert (asked.goods_fen, asked.discount_fen, asked.freight_fen, asked.total_fen) == (
            30_000,
            1_000,
            1_200,
            30_200,
        )
        assert quote(buyer=buyer, lines=[(sku, 3)]).freight_known is False
    order = order_of(mall, buyer, (sku, 3), coupon=coupon.public_id, expected_total_fen=30_200)
    assert figures(order) == (30_000, 1_000, 1_200, 30_200)


def test_another_total_than_expected_takes_nothing_and_tells_the_new_one(mall, buyer):
    sku = make_costed_sku(mall, stock=5)
    coupon = give_coupon(mall, buyer)
    limited = make_limited(mall, sku, 9_000)
    with mall_scope(mall.pk):
        LimitedPrice.objects.filter(pk=limited.pk).update(closed_at=clock.now())
    with pytest.raises(PriceChanged) as refused, mall_scope(mall.pk):
        place_order(buyer=buyer, lines=[(sku, 1)], address=an_address(), coupon=coupon, expected_total_fen=8_000)
    assert (refused.value.quote.total_fen, refused.value.quote.coupon) == (9_000, coupon)
    with mall_scope(mall.pk):
        assert not Order.objects.exists()
        assert Sku.objects.get(pk=sku.pk).stock == 5
    assert is_free(mall, coupon)


def test_a_coupon_is_used_once(mall, buyer):
    sku = make_sku(mall)
    coupon = give_coupon(mall, buyer)
    order_of(mall, buyer, (sku, 1), coupon=coupon)
    with pytest.raises(CouponUsed):
        order_of(mall, buyer, (sku, 1), coupon=coupon)
    with mall_scope(mall.pk):
        assert Order.objects.count() == 1


def test_a_coupon_that_does_not_fit_is_refused_by_name_and_stays(mall, buyer, elsewhere):
    sku, other = make_sku(mall), make_sku(mall)
    with clock.unmoved():
        now = clock.now()
        foreign = give_coupon(mall, make_member(mall).buyer)
        strange = give_coupon(elsewhere, make_member(elsewhere).buyer)
        short = give_coupon(mall, buyer, threshold_fen=10_001)
        scoped = give_coupon(mall, buyer, product=other.product)
        early = give_coupon(mall, buyer, valid_from=now + timedelta(days=2), valid_until=now + timedelta(days=3))
        late = give_coupon(mall, buyer, valid_days=1)
        clock.advance(days=1)
        for coupon, error in (
            (foreign, CouponMissing), (strange, CouponMissing), (short, CouponBelowThreshold),
            (scoped, CouponOutOfScope), (early, CouponNotYet), (late, CouponExpired),
        ):  # fmt: skip
            with pytest.raises(error) as refused:
                order_of(mall, buyer, (sku, 1), coupon=coupon)
            assert (refused.value.field, refused.value.status) == ("coupon", 404 if error is CouponMissing else 409)
    with mall_scope(mall.pk):
        assert not Order.objects.exists()
        assert not Coupon.objects.filter(order__isnull=False).exists()


def test_a_coupon_that_could_take_nothing_stays_in_the_wallet(mall, buyer):
    sku = make_costed_sku(mall)
    limited = make_limited(mall, sku, 5_060)
    with mall_scope(mall.pk):
        LimitedPrice.objects.filter(pk=limited.pk).update(floor_fen=5_060)
    coupon = give_coupon(mall, buyer)
    with pytest.raises(CouponOutOfScope):
        order_of(mall, buyer, (sku, 1), coupon=coupon)
    assert is_free(mall, coupon)


def test_cancelling_gives_coupon_pieces_and_stock_back(mall, buyer):
    sku = make_costed_sku(mall, stock=5)
    make_limited(mall, sku, 9_000, quantity_limit=2)
    coupon = give_coupon(mall, buyer)
    order = order_of(mall, buyer, (sku, 2), coupon=coupon)
    assert (sold(mall), is_free(mall, coupon)) == (2, False)
    with mall_scope(mall.pk):
        cancel_order(order=order, actor=buyer)
        assert Sku.objects.get(pk=sku.pk).stock == 5
    assert (sold(mall), is_free(mall, coupon)) == (0, True)
    assert order_of(mall, buyer, (sku, 2), coupon=coupon).total_fen == 17_000


def test_an_order_nobody_paid_gives_them_back_too(mall, buyer):
    sku = make_costed_sku(mall)
    make_limited(mall, sku, 9_000)
    coupon = give_coupon(mall, buyer)
    with clock.unmoved():
        order_of(mall, buyer, (sku, 2), coupon=coupon)
        order_of(mall, buyer, (sku, 1))
        clock.advance(minutes=mall.unpaid_close_minutes + 1)
        assert run_timers(mall.pk).expired == 2
    assert (sold(mall), is_free(mall, coupon)) == (0, True)


def test_an_order_unwound_before_it_was_sent_gives_them_back_and_a_part_of_it_does_not(mall, buyer):
    sku = make_costed_sku(mall)
    make_limited(mall, sku, 9_000)
    coupon = give_coupon(mall, buyer)
    order = place_and_pay(mall, buyer, (sku, 2), coupon=coupon)
    refund(order, 8_000)
    assert (sold(mall), is_free(mall, coupon)) == (2, False)
    refund(order, 9_000)
    assert (sold(mall), is_free(mall, coupon)) == (0, True)


def test_money_that_comes_late_uses_the_coupon_again_if_it_is_free(mall, buyer):
    sku = make_costed_sku(mall)
    make_limited(mall, sku, 9_000)
    coupon = give_coupon(mall, buyer)
    with clock.unmoved():
        order = order_of(mall, buyer, (sku, 2), coupon=coupon)
        clock.advance(minutes=mall.unpaid_close_minutes + 1)
        run_timers(mall.pk)
    with mall_scope(mall.pk):
        assert reopen_paid(order=lock_order(order), actor=None) is True
        assert Coupon.objects.get(pk=coupon.pk).order_id == order.pk
    assert sold(mall) == 2


def test_money_that_comes_late_does_not_when_another_order_has_used_it(mall, buyer):
    sku = make_costed_sku(mall, stock=10)
    coupon = give_coupon(mall, buyer)
    with clock.unmoved():
        order = order_of(mall, buyer, (sku, 2), coupon=coupon)
        clock.advance(minutes=mall.unpaid_close_minutes + 1)
        run_timers(mall.pk)
    other = order_of(mall, buyer, (sku, 1), coupon=coupon)
    with mall_scope(mall.pk):
        assert reopen_paid(order=lock_order(order), actor=None) is False
        assert Coupon.objects.get(pk=coupon.pk).order_id == other.pk
        assert Sku.objects.get(pk=sku.pk).stock == 9
        assert Order.objects.get(pk=order.pk).status == "closed"


def test_a_product_limits_the_pieces_of_one_order(mall, buyer):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        Product.objects.filter(pk=sku.product_id).update(purchase_limit=2)
    assert order_of(mall, buyer, (sku, 2)).total_fen == 20_000
    with pytest.raises(OverPurchaseLimit) as refused:
        order_of(mall, buyer, (sku, 3))
    assert "2" in str(refused.value)


def test_freight_is_the_defaults_unless_the_goods_travel_free(mall, buyer):
    make_freight(mall, is_default=True)
    sku = make_sku(mall)
    assert order_of(mall, buyer, (sku, 1)).freight_fen == 0
    with mall_scope(mall.pk):
        Product.objects.filter(pk=sku.product_id).update(free_freight=False)
    order = order_of(mall, buyer, (sku, 3))
    assert figures(order) == (30_000, 0, 1_200, 31_200)
    with mall_scope(mall.pk):
        assert OrderLine.objects.get(order=order).freight_fen == 1_200


def test_a_region_without_delivery_is_refused_with_its_name_and_told_in_a_quote(mall, buyer):
    make_freight(mall, is_default=True)
    sku = make_sku(mall, stock=3)
    with mall_scope(mall.pk):
        Product.objects.filter(pk=sku.product_id).update(free_freight=False)
    there = an_address(province="西藏自治区", city="拉萨市", district="城关区")
    with mall_scope(mall.pk):
        asked = quote(buyer=buyer, lines=[(sku, 1)], address=there)
        assert [line.is_deliverable for line in asked.lines] == [False]
    with pytest.raises(NoDelivery) as refused:
        order_of(mall, buyer, (sku, 1), address=there)
    assert "西藏自治区" in str(refused.value)
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=sku.pk).stock == 3


def test_members_pay_the_members_price_and_guests_do_not(mall, buyer, monkeypatch):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(member_price_fen=9_500)
    monkeypatch.setattr("mall.orders.baskets.is_member", lambda who: who.pk == buyer.pk)
    order = order_of(mall, buyer, (sku, 2))
    assert (figures(order), steps(order)) == ((19_000, 0, 0, 19_000), [(0, "member", 1_000, "")])
    assert order_of(mall, make_member(mall).buyer, (sku, 2)).total_fen == 20_000


@pytest.mark.django_db(transaction=True)
def test_fifty_buyers_want_the_last_ten_pieces_at_the_limited_price():
    mall = make_mall()
    sku = make_costed_sku(mall, stock=1_000)
    make_limited(mall, sku, 9_000, quantity_limit=10)
    buyers = [make_member(mall).buyer for _ in range(5)]
    answers = []
    for start in range(0, 50, 10):
        jobs = [lambda n=n: order_of(mall, buyers[n % 5], (sku, 1)).total_fen for n in range(start, start + 10)]
        answers += together(jobs)
    assert sorted(answers) == [9_000] * 10 + [10_000] * 40
    assert sold(mall) == 10


@pytest.mark.django_db(transaction=True)
def test_one_coupon_at_ten_doors_is_used_by_one_order():
    mall = make_mall()
    sku = make_sku(mall)
    buyer = make_member(mall).buyer
    coupon = give_coupon(mall, buyer)
    answers = together([lambda: order_of(mall, buyer, (sku, 1), coupon=coupon).pk] * 10, keep_errors=True)
    assert sum(isinstance(one, int) for one in answers) == 1
    assert sum(isinstance(one, CouponUsed) for one in answers) == 9
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=sku.pk).stock == 999


@pytest.mark.django_db(transaction=True)
def test_buying_and_cancelling_at_once_never_wait_for_each_other_for_ever():
    mall = make_mall()
    skus = [make_costed_sku(mall) for _ in range(3)]
    for sku in skus:
        make_limited(mall, sku, 9_000)
    buyer = make_member(mall).buyer

    def come_and_go(number: int) -> None:
        order = order_of(mall, buyer, *[(sku, 1) for sku in (skus if number % 2 else reversed(skus))])
        with mall_scope(mall.pk):
            cancel_order(order=order, actor=buyer)

    together([lambda n=n: [come_and_go(n) for _ in range(5)] for n in range(10)])
    with mall_scope(mall.pk):
        assert set(LimitedPrice.objects.values_list("sold_count", flat=True)) == {0}
        assert set(Sku.objects.values_list("stock", flat=True)) == {1_000}


def test_an_order_with_everything_costs_at_most_twelve_statements(mall, buyer, query_counts):
    sku = make_costed_sku(mall)
    make_freight(mall, is_default=True)
    make_limited(mall, sku, 9_000)
    coupon = give_coupon(mall, buyer, product=sku.product)
    with mall_scope(mall.pk):
        Product.objects.filter(pk=sku.product_id).update(free_freight=False)
    with query_counts("orders.place_with_everything"):
        order = place(mall, buyer, (sku, 1), coupon=coupon)
    assert figures(order) == (9_000, 1_000, 800, 8_800)
