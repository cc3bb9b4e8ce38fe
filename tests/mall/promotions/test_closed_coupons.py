"""A kind of coupon that is no longer given out counts in the loss check for as long as somebody may use one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mall import clock
from mall.catalogue.services import create_category
from mall.coupons.models import Coupon, CouponTemplate
from mall.coupons.services import close_coupon_template, give_coupons
from mall.notices.models import StaffNotice
from mall.orders.quoting import quote
from mall.orders.services import cancel_order
from mall.promotions.errors import SellsAtLoss
from mall.promotions.models import ThresholdDiscount
from mall.promotions.rechecking import tell_of_losing_offers
from mall.promotions.services import create_threshold_discount
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.http import errors_of
from tests.factories.mall import owner_of
from tests.factories.members import make_member
from tests.factories.offers import make_costed_sku, make_coupons
from tests.factories.trade import place

CLOSED = "（已停止发放，买家手中还有未用的）"


def five_yuan(prices_fen) -> dict[int, int]:
    return {sku.pk: 500 for sku in prices_fen}


def discount(mall, threshold_fen=20_000, off_fen=2_000, **more) -> ThresholdDiscount:
    now = clock.now()
    dates = {"starts_at": now - timedelta(seconds=1), "ends_at": now + timedelta(days=3)}
    with mall_scope(mall.pk):
        return create_threshold_discount(
            threshold_fen=threshold_fen, off_fen=off_fen, actor=owner_of(mall), **{"name": "满减", **dates, **more}
        )


def give(mall, buyer, kind) -> Coupon:
    with mall_scope(mall.pk):
        return give_coupons(template=kind, buyers=[buyer], actor=owner_of(mall))[0]


def close(mall, kind) -> CouponTemplate:
    with mall_scope(mall.pk):
        return close_coupon_template(template=kind, actor=owner_of(mall))


def use(mall, buyer, sku, coupon):
    return place(mall, buyer, (sku, 2), coupon=coupon.public_id)


def undo(mall, order) -> None:
    with mall_scope(mall.pk):
        cancel_order(order=order, actor=owner_of(mall))


def discounts(mall) -> int:
    with mall_scope(mall.pk):
        return ThresholdDiscount.objects.count()


# One piece at ¥100 costs ¥85 and 0.6 % of what is paid for it.
@pytest.fixture
def thin(mall):
    return make_costed_sku(mall, price_fen=10_000, cost_fen=8_500, name="薄利茶")


# Beside ¥20 off ¥200: what the closed kind says → what one piece is sold for, break-even there, what it loses.
WORTH = [
    ({"off_fen": 1_000}, 8_500, 8_551, "0.51"),
    ({"off_fen": 949}, 8_525, 8_552, "0.27"),
    ({"kind": "percent", "off_bps": 1_000}, 8_100, 8_549, "4.49"),
    ({"kind": "percent", "off_bps": 1_000, "off_max_fen": 1_000}, 8_500, 8_551, "0.51"),
    # ¥300 after ¥20 off needs ¥320 of goods: a piece pays ¥93.75 of them, and then a tenth less, rounded down.
    ({"off_fen": 3_000, "threshold_fen": 30_000}, 8_437, 8_551, "1.14"),
    # For one product alone the other pieces of the order pay none of it.
    ({"off_fen": 1_000, "product": "thin"}, 8_000, 8_548, "5.48"),
    ({"off_fen": 1_000, "category": "tea"}, 8_000, 8_548, "5.48"),
]
EARNS = [
    # ¥86.25 a piece: 8 500 + 52 to break even.
    {"off_fen": 500},
    {"kind": "percent", "off_bps": 1_000, "off_max_fen": 500},
    {"off_fen": 1_000, "threshold_fen": 60_000},
    {"off_fen": 1_000, "product": "other"},
]


class TestWhatItIsWorth:
    @pytest.fixture
    def goods(self, mall, thin):
        with mall_scope(mall.pk):
            tea = create_category(name="茶")
            type(thin.product).objects.filter(pk=thin.product_id).update(category=tea)
        other = make_costed_sku(mall, price_fen=10_000, cost_fen=1_000, name="厚利茶")
        return {"thin": thin.product, "other": other.product, "tea": tea}

    def kind(self, mall, goods, terms) -> CouponTemplate:
        return make_coupons(mall, name="老客券", **{
            name: goods[value] if name in ("product", "category") else value for name, value in terms.items()
        })  # fmt: skip

    @pytest.mark.parametrize(("terms", "price_fen", "even_fen", "loss"), WORTH)
    def test_the_same_is_computed_whether_it_is_given_out_or_in_wallets_only(
        self, mall, buyer, thin, goods, terms, price_fen, even_fen, loss
    ):
        kind = self.kind(mall, goods, terms)
        give(mall, buyer, kind)
        for name in ("老客券", f"老客券{CLOSED}"):
            with pytest.raises(SellsAtLoss) as refused:
                discount(mall)
            basis = refused.value.more["basis"]
            assert (basis["price_fen"], basis["break_even_fen"]) == (price_fen, even_fen)
            assert (basis["sku"], basis["beside"]) == (str(thin.public_id), name)
            for part in ("薄利茶", f"与“{name}”同用", f"每件会亏 ¥{loss}"):
                assert part in str(refused.value)
            close(mall, kind)
        assert discounts(mall) == 0

    @pytest.mark.parametrize("terms", EARNS)
    def test_one_beside_which_everything_earns_asks_nothing(self, mall, buyer, goods, terms):
        kind = self.kind(mall, goods, terms)
        give(mall, buyer, kind)
        close(mall, kind)
        discount(mall)
        assert discounts(mall) == 1

    def test_a_buyer_gets_the_very_price_that_was_computed(self, mall, buyer, thin):
        kind = make_coupons(mall)
        coupon = give(mall, buyer, kind)
        close(mall, kind)
        discount(mall, loss_reason="知道")
        with mall_scope(mall.pk):
            found = quote(buyer=buyer, lines=[(thin, 2)], coupon=coupon.public_id)
        assert found.total_fen - found.freight_fen == 2 * 8_500

    def test_the_worst_of_several_is_named(self, mall, buyer, thin):
        for name, off_fen in (("小券", 1_000), ("大券", 1_500), ("中券", 1_200)):
            kind = make_coupons(mall, name=name, off_fen=off_fen)
            give(mall, buyer, kind)
            close(mall, kind)
        with pytest.raises(SellsAtLoss) as refused:
            discount(mall)
        assert (refused.value.more["basis"]["beside"], refused.value.more["basis"]["price_fen"]) == (
            f"大券{CLOSED}", 8_250,
        )  # fmt: skip


class TestWhetherItCounts:
    def counts(self, mall) -> None:
        with pytest.raises(SellsAtLoss) as refused:
            discount(mall)
        assert refused.value.more["basis"]["beside"] == f"优惠券{CLOSED}"
        assert discounts(mall) == 0

    def counts_not(self, mall) -> None:
        discount(mall)
        assert discounts(mall) == 1

    def test_one_that_nobody_took_does_not(self, mall, thin):
        close(mall, make_coupons(mall))
        self.counts_not(mall)

    def test_one_of_which_all_are_used_does_not(self, mall, buyer, thin):
        kind = make_coupons(mall)
        coupon = give(mall, buyer, kind)
        close(mall, kind)
        use(mall, buyer, thin, coupon)
        self.counts_not(mall)

    def test_one_of_which_all_are_expired_does_not(self, mall, buyer, thin):
        kind = make_coupons(mall, valid_days=2)
        give(mall, buyer, kind)
        close(mall, kind)
        with clock.unmoved():
            clock.advance(days=2, seconds=1)
            self.counts_not(mall)

    def test_one_of_which_the_last_is_used_or_expired_does_not(self, mall, buyer, thin):
        kind = make_coupons(mall, valid_days=2, per_person=2)
        coupon = give(mall, buyer, kind)
        give(mall, buyer, kind)
        close(mall, kind)
        use(mall, buyer, thin, coupon)
        with clock.unmoved():
            clock.advance(days=2, seconds=1)
            self.counts_not(mall)

    def test_one_with_a_single_unused_coupon_does(self, mall, buyer, thin):
        kind = make_coupons(mall, per_person=3)
        coupons = [give(mall, buyer, kind) for _ in range(3)]
        close(mall, kind)
        for coupon in coupons[:2]:
            use(mall, buyer, thin, coupon)
        self.counts(mall)

    def test_one_that_only_begins_to_hold_later_does(self, mall, buyer, thin):
        now = clock.now()
        kind = make_coupons(mall, valid_from=now + timedelta(days=1), valid_until=now + timedelta(days=2))
        give(mall, buyer, kind)
        close(mall, kind)
        self.counts(mall)

    def test_one_that_came_back_into_a_wallet_does_again(self, mall, buyer, thin):
        kind = make_coupons(mall)
        order = use(mall, buyer, thin, give(mall, buyer, kind))
        close(mall, kind)
        undo(mall, order)
        self.counts(mall)

    def test_one_of_another_mall_does_not(self, mall, elsewhere, thin):
        kind = make_coupons(elsewhere)
        give(elsewhere, make_member(elsewhere).buyer, kind)
        close(elsewhere, kind)
        self.counts_not(mall)

    def test_a_reason_is_taken_and_kept_with_the_name_of_the_kind(self, mall, buyer, thin):
        kind = make_coupons(mall)
        give(mall, buyer, kind)
        close(mall, kind)
        discount(mall, loss_reason="老客回馈")
        with mall_scope(mall.pk):
            detail = AuditRecord.objects.get(action="threshold_discount.created").detail
        assert (detail["loss_reason"], detail["loss"]["beside"]) == ("老客回馈", f"优惠券{CLOSED}")

    def test_a_new_kind_of_coupon_is_not_held_against_a_closed_one(self, mall, buyer, thin):
        kind = make_coupons(mall, off_fen=1_400)
        give(mall, buyer, kind)
        close(mall, kind)
        make_coupons(mall, off_fen=1_400, loss_reason="")
        with mall_scope(mall.pk):
            assert "loss" not in AuditRecord.objects.filter(action="coupon.created").latest("id").detail

    def test_however_many_are_closed_it_is_one_statement(self, mall, buyer, thin):
        def statements() -> int:
            with CaptureQueriesContext(connection) as asked, pytest.raises(SellsAtLoss):
                discount(mall)
            return len([one for one in asked if "mall_coupontemplate" in one["sql"] or "mall_coupon" in one["sql"]])

        counts = []
        for _ in range(2):
            for _ in range(3):
                kind = make_coupons(mall)
                give(mall, buyer, kind)
                close(mall, kind)
            counts.append(statements())
        assert counts == [1, 1]


def test_the_api_names_the_closed_kind_in_the_computation(mall, buyer, owner_api, thin):
    kind = make_coupons(mall, name="老客券")
    give(mall, buyer, kind)
    close(mall, kind)
    now = clock.now()
    body = {
        "name": "满减", "threshold_fen": 20_000, "off_fen": 2_000,
        "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    refused = owner_api.post("merchant/threshold-discounts", body)
    assert (refused.status_code, errors_of(refused)) == (400, [("sells_at_a_loss", "loss_reason")])
    assert refused.json()["basis"]["beside"] == f"老客券{CLOSED}"
    assert "每件会亏 ¥0.51" in refused.json()["errors"][0]["detail"]


def test_a_plan_under_which_coupons_in_wallets_lose_is_told_of_once_and_spent_ones_are_not(mall, buyer, thin, settings):
    held, spent = make_coupons(mall, name="还在手中"), make_coupons(mall, name="用完了")
    give(mall, buyer, held)
    use(mall, buyer, thin, give(mall, buyer, spent))
    for kind in (held, spent):
        close(mall, kind)
    settings.PORTS = {"mall.promotions.ports.largest_commission": f"{__name__}.five_yuan"}
    with mall_scope(mall.pk):
        for _ in range(2):
            tell_of_losing_offers()
        notice = StaffNotice.objects.get(kind="coupon.losing")
    assert notice.subject_id == held.pk
    for part in (f"还在手中{CLOSED}", "薄利茶", "最低卖到 ¥90.00", "每件亏 ¥0.54", "请核对售价、成本和佣金方案"):
        assert part in notice.text
    assert "停止或保留" not in notice.text
