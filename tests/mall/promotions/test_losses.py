"""No coupon and no discount sells at a loss unless the owner has seen the computation and says why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.catalogue.models import Sku
from mall.catalogue.services import create_category, set_skus
from mall.coupons.models import CouponTemplate
from mall.coupons.services import create_coupon_template
from mall.errors import NotAllowed
from mall.events.models import Event
from mall.notices.models import StaffNotice
from mall.orders.quoting import quote
from mall.promotions.errors import BelowFloor, SellsAtLoss
from mall.promotions.models import ThresholdDiscount
from mall.promotions.rechecking import recheck, tell_of_losing_offers
from mall.promotions.services import create_threshold_discount
from mall.staff.models import AuditRecord, Role
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_staff, owner_of
from tests.factories.offers import give_coupon, make_costed_sku, make_limited
from tests.factories.trade import make_sku


def coupon(mall, *, actor=None, **terms) -> CouponTemplate:
    with mall_scope(mall.pk):
        return create_coupon_template(
            actor=actor or owner_of(mall), **{"name": "新人券", "kind": "fixed", "valid_days": 7, **terms}
        )


def discount(mall, threshold_fen, off_fen, **more) -> ThresholdDiscount:
    now = clock.now()
    dates = {"starts_at": now - timedelta(seconds=1), "ends_at": now + timedelta(days=3)}
    with mall_scope(mall.pk):
        return create_threshold_discount(
            threshold_fen=threshold_fen, off_fen=off_fen, actor=owner_of(mall), **{"name": "满减", **dates, **more}
        )


def five_yuan(prices_fen) -> dict[int, int]:
    return {sku.pk: 500 for sku in prices_fen}


def made(mall) -> int:
    with mall_scope(mall.pk):
        return CouponTemplate.objects.count() + ThresholdDiscount.objects.count()


# One piece at ¥100 costs ¥85 and 0.6 % of what is paid for it.
@pytest.fixture
def thin(mall):
    return make_costed_sku(mall, price_fen=10_000, cost_fen=8_500, name="薄利茶")


class TestCouponOnOneProduct:
    def test_one_that_loses_is_refused_with_the_computation_whoever_gives_a_reason(self, mall, thin):
        with pytest.raises(BelowFloor) as refused:
            coupon(mall, off_fen=2_000, product=thin.product, loss_reason="清仓")
        assert refused.value.field == "off_fen"
        basis = refused.value.more["basis"]
        assert (basis["price_fen"], basis["break_even_fen"], basis["sku"]) == (8_000, 8_548, str(thin.public_id))
        for part in ("薄利茶", "80.00", "85.48", "5.48"):
            assert part in str(refused.value)
        assert made(mall) == 0

    def test_the_last_fen_that_does_not_lose_is_allowed(self, mall, thin):
        # At ¥85.52 the fee is ¥0.52: nothing earned, nothing lost.
        coupon(mall, off_fen=1_448, product=thin.product)
        with pytest.raises(BelowFloor):
            coupon(mall, off_fen=1_449, product=thin.product)

    def test_the_largest_commission_counts(self, mall, thin, settings):
        settings.PORTS = {"mall.promotions.ports.largest_commission": f"{__name__}.five_yuan"}
        with pytest.raises(BelowFloor) as refused:
            coupon(mall, off_fen=1_448, product=thin.product)
        assert refused.value.more["basis"]["commission_fen"] == 500

    def test_its_threshold_spreads_it_over_more_pieces(self, mall, thin):
        coupon(mall, off_fen=2_000, threshold_fen=20_000, product=thin.product)
        with pytest.raises(BelowFloor):
            coupon(mall, off_fen=3_000, threshold_fen=20_000, product=thin.product)

    def test_whole_pieces_of_one_price_are_counted_where_there_is_nothing_else_to_buy(self, mall):
        one = make_costed_sku(mall, price_fen=8_000, cost_fen=6_500)
        # ¥100 is two pieces of ¥80: ¥10 off each, never the ¥16 that ¥100 on the fen would take.
        coupon(mall, off_fen=2_000, threshold_fen=10_000, product=one.product)
        discount(mall, 10_000, 2_000, product=one.product, loss_reason="两种同用")
        with mall_scope(mall.pk):
            other = {"specs": {"克": "50"}, "price_fen": 2_000, "stock": 9}
            mine = {"id": str(one.public_id), "specs": {"克": "250"}, "price_fen": 8_000, "stock": 9, "cost_fen": 6_500}
            set_skus(product=one.product, skus=[mine, other])
        with pytest.raises(BelowFloor) as refused:
            coupon(mall, off_fen=2_000, threshold_fen=10_000, product=one.product)
        assert refused.value.more["basis"]["price_fen"] == 6_400

    def test_a_share_loses_like_an_amount_up_to_its_most(self, mall, thin):
        with pytest.raises(BelowFloor) as refused:
            coupon(mall, kind="percent", off_bps=2_000, product=thin.product)
        assert (refused.value.field, refused.value.more["basis"]["price_fen"]) == ("off_bps", 8_000)
        coupon(mall, kind="percent", off_bps=2_000, off_max_fen=1_000, product=thin.product)

    def test_the_members_price_is_where_it_begins(self, mall):
        sku = make_costed_sku(mall, price_fen=10_000, cost_fen=8_500)
        with mall_scope(mall.pk):
            type(sku).objects.filter(pk=sku.pk).update(member_price_fen=9_000)
        with pytest.raises(BelowFloor) as refused:
            coupon(mall, off_fen=1_000, product=sku.product)
        assert refused.value.more["basis"]["price_fen"] == 8_000


class TestCouponOnManyGoods:
    def test_one_that_may_lose_asks_why_and_the_reason_is_kept(self, mall, thin):
        make_costed_sku(mall, price_fen=10_000, cost_fen=1_000, name="厚利茶")
        make_sku(mall)
        with pytest.raises(SellsAtLoss) as refused:
            coupon(mall, off_fen=2_000)
        assert (refused.value.field, refused.value.more["basis"]["sku"]) == ("loss_reason", str(thin.public_id))
        assert "每件会亏 ¥5.48" in str(refused.value)
        assert made(mall) == 0
        coupon(mall, off_fen=2_000, loss_reason="拉新")
        with mall_scope(mall.pk):
            detail = AuditRecord.objects.get(action="coupon.created").detail
        assert (detail["loss_reason"], detail["loss"]["price_fen"]) == ("拉新", 8_000)

    def test_one_that_earns_keeps_no_reason(self, mall, thin):
        coupon(mall, off_fen=1_000, loss_reason="拉新")
        with mall_scope(mall.pk):
            assert AuditRecord.objects.get(action="coupon.created").detail == {"kind": "fixed"}

    def test_a_category_counts_with_all_below_it_and_nothing_else(self, mall):
        with mall_scope(mall.pk):
            tea = create_category(name="茶")
            green = create_category(name="绿茶", parent=tea)
            cups = create_category(name="杯")
        make_costed_sku(mall, price_fen=10_000, cost_fen=9_500, category=green)
        with pytest.raises(SellsAtLoss):
            coupon(mall, off_fen=1_000, category=tea)
        coupon(mall, off_fen=1_000, category=cups)

    def test_only_the_owner_confirms_a_loss(self, mall, thin):
        staff = make_staff(mall, Role.MANAGER)
        with pytest.raises(SellsAtLoss, match="只有店主"):
            coupon(mall, actor=staff, off_fen=2_000)
        with pytest.raises(NotAllowed):
            coupon(mall, actor=staff, off_fen=2_000, loss_reason="拉新")
        assert made(mall) == 0
        coupon(mall, actor=staff, off_fen=1_000)


class TestTogether:
    def test_a_coupon_that_loses_only_beside_a_discount_asks_why_and_names_it(self, mall, thin):
        discount(mall, 20_000, 2_000, name="满两百")
        # By itself it leaves ¥90 and earns; of two pieces for ¥180 it takes ¥5 each.
        with pytest.raises(SellsAtLoss, match="满两百") as refused:
            coupon(mall, off_fen=1_000)
        assert refused.value.more["basis"]["beside"] == "满两百"
        assert refused.value.more["basis"]["price_fen"] == 8_500
        coupon(mall, off_fen=1_000, loss_reason="双重优惠")

    def test_for_the_same_goods_what_one_order_can_have_is_computed_and_not_more(self, mall, thin):
        # ¥200 after ¥20 off needs ¥220 of goods: a piece pays ¥90.90 of them, and then half of it.
        discount(mall, 20_000, 2_000)
        with pytest.raises(SellsAtLoss) as refused:
            coupon(mall, off_fen=10_000, threshold_fen=20_000)
        assert refused.value.more["basis"]["price_fen"] == 4_545

    def test_a_discount_that_loses_only_beside_a_coupon_asks_why(self, mall, thin):
        coupon(mall, off_fen=1_000)
        with pytest.raises(SellsAtLoss, match="新人券"):
            discount(mall, 20_000, 2_000)
        discount(mall, 20_000, 2_000, loss_reason="双重优惠")
        with mall_scope(mall.pk):
            assert AuditRecord.objects.get(action="threshold_discount.created").detail["loss_reason"] == "双重优惠"
        with pytest.raises(BelowFloor):
            discount(mall, 20_000, 4_000, loss_reason="它自己就亏")

    def test_an_offer_that_is_over_does_not_count(self, mall, thin):
        discount(mall, 20_000, 2_000)
        with clock.unmoved():
            clock.advance(days=4)
            coupon(mall, off_fen=1_000)

    def test_a_limited_price_beside_a_coupon_stays_on_its_floor_whatever_was_confirmed(self, mall, buyer, thin):
        make_limited(mall, thin, 9_500)
        give_coupon(mall, buyer, off_fen=5_000)
        with mall_scope(mall.pk):
            found = quote(buyer=buyer, lines=[(thin, 1)])
        assert found.total_fen >= 8_557


class TestLater:
    def test_staff_are_told_once_of_an_offer_that_has_come_to_lose(self, mall, thin, settings):
        fine = make_costed_sku(mall, price_fen=10_000, cost_fen=1_000)
        wide = coupon(mall, name="全场券", off_fen=1_000)
        coupon(mall, name="够厚", off_fen=1_000, product=fine.product)
        coupon(mall, name="认了的", off_fen=2_000, loss_reason="拉新")
        settings.PORTS = {"mall.promotions.ports.largest_commission": f"{__name__}.five_yuan"}
        with mall_scope(mall.pk):
            tell_of_losing_offers(sku_ids={fine.pk})
            assert not StaffNotice.objects.exists()
            for _ in range(2):
                tell_of_losing_offers()
            notice = StaffNotice.objects.get()
        assert (notice.kind, notice.subject_id) == ("coupon.losing", wide.pk)
        for part in ("全场券", "薄利茶", "90.00", "0.54"):
            assert part in notice.text

    def test_a_new_cost_is_looked_at_by_itself_and_the_discount_stays(self, mall, thin):
        made = discount(mall, 20_000, 2_000)
        with mall_scope(mall.pk):
            Sku.objects.filter(pk=thin.pk).update(cost_fen=9_500)
            event = Event(mall_id=mall.pk, kind="sku.cost_changed", subject_id=thin.pk, payload={})
            recheck([event])
            recheck([event])
            assert [(n.kind, n.subject_id) for n in StaffNotice.objects.all()] == [
                ("threshold_discount.losing", made.pk)
            ]
            assert ThresholdDiscount.objects.get().closed_at is None


class TestMerchantApi:
    def test_a_loss_is_answered_with_its_computation_and_taken_with_a_reason(self, mall, owner_api, thin):
        body = {"name": "新人券", "kind": "fixed", "off_fen": 2_000, "valid_days": 7}
        refused = owner_api.post("merchant/coupon-templates", body)
        assert (refused.status_code, errors_of(refused)) == (400, [("sells_at_a_loss", "loss_reason")])
        assert refused.json()["basis"]["break_even_fen"] == 8_548
        refused = owner_api.post(
            "merchant/coupon-templates", body | {"product": str(thin.product.public_id), "loss_reason": "清仓"}
        )
        assert (refused.status_code, errors_of(refused)) == (400, [("below_floor", "off_fen")])
        staff = api_as_staff(make_staff(mall, Role.MANAGER))
        assert staff.post("merchant/coupon-templates", body | {"loss_reason": "拉新"}).status_code == 403
        assert made(mall) == 0
        assert owner_api.post("merchant/coupon-templates", body | {"loss_reason": "拉新"}).status_code == 201
        assert owner_api.post("merchant/coupon-templates", body | {"loss_reason": "x" * 201}).status_code == 400
