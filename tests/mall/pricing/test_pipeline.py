"""The price pipeline as a table, and as properties of whatever it is given. No database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.pricing.choosing import best_of, try_coupons
from mall.pricing.facts import CouponTerms, FreightPrice, FreightTerms, Limited, Line, Offers, Scope, Threshold
from mall.pricing.pipeline import BelowThreshold, OutOfScope, price

REGION = ("浙江省", "杭州市", "西湖区")


def line(sku: int, fen: int, quantity: int = 1, **more) -> Line:
    return Line(sku_id=sku, product_id=more.pop("product_id", sku), quantity=quantity, list_fen=fen, **more)


def taken(priced) -> list[list[tuple[str, int]]]:
    return [[(step.step, step.amount_fen) for step in one.steps] for one in priced.lines]


def totals(priced) -> tuple[int, int, int, int]:
    return priced.goods_fen, priced.discount_fen, priced.freight_fen, priced.total_fen


def test_without_offers_a_line_costs_its_list_price():
    priced = price([line(1, 1_999, 3), line(2, 501, 2)], Offers())
    assert totals(priced) == (6_999, 0, 0, 6_999)
    assert [one.paid_fen for one in priced.lines] == [5_997, 1_002]
    assert taken(priced) == [[], []]


def test_a_limited_price_holds_and_says_what_it_took():
    priced = price([line(1, 1_000, 2, limited=Limited(7, 800, 500, "限时"))], Offers())
    assert totals(priced) == (1_600, 0, 0, 1_600)
    assert taken(priced) == [[("limited", 400)]]
    assert (priced.lines[0].steps[0].source_id, priced.lines[0].limited.id) == (7, 7)


def test_a_limited_price_above_the_list_price_does_nothing():
    priced = price([line(1, 1_000, limited=Limited(7, 1_000, 500))], Offers())
    assert (totals(priced)[3], taken(priced), priced.lines[0].limited) == (1_000, [[]], None)


def test_the_lower_of_limited_and_members_price_holds_alone():
    cheap_member = price([line(1, 1_000, 2, member_fen=700, limited=Limited(7, 800, 800))], Offers())
    assert (cheap_member.total_fen, taken(cheap_member)) == (1_400, [[("member", 600)]])
    assert cheap_member.lines[0].limited is None
    cheap_limited = price([line(1, 1_000, 2, member_fen=900, limited=Limited(7, 800, 800))], Offers())
    assert (cheap_limited.total_fen, taken(cheap_limited)) == (1_600, [[("limited", 400)]])


def test_a_threshold_discount_is_shared_by_largest_remainder():
    offers = Offers(thresholds=(Threshold(3, 1_000, 100),))
    priced = price([line(1, 500), line(2, 500), line(3, 500)], offers)
    assert totals(priced) == (1_500, 100, 0, 1_400)
    assert [one.paid_fen for one in priced.lines] == [466, 467, 467]


def test_a_threshold_counts_its_own_goods_only():
    scoped = Threshold(3, 1_000, 100, Scope(category_id=9))
    inside = line(1, 900, category_ids=frozenset({9, 4}))
    assert price([inside, line(2, 900)], Offers(thresholds=(scoped,))).discount_fen == 0
    priced = price([line(1, 1_100, category_ids=frozenset({9, 4})), line(2, 900)], Offers(thresholds=(scoped,)))
    assert taken(priced) == [[("threshold", 100)], []]


def test_of_several_thresholds_the_largest_comes_first_and_a_line_counts_once():
    offers = Offers(
        thresholds=(
            Threshold(1, 1_000, 100),
            Threshold(2, 2_000, 300),
            Threshold(3, 500, 50, Scope(product_id=2)),
        )
    )
    assert price([line(1, 2_000), line(2, 600)], offers).discount_fen == 300
    assert price([line(1, 1_000), line(2, 600)], offers).discount_fen == 100


@pytest.mark.parametrize(
    ("coupon", "expected"),
    [
        (CouponTerms(1, off_fen=300), 300),
        (CouponTerms(1, off_fen=99_999), 3_000),
        (CouponTerms(1, off_bps=1_000), 300),
        (CouponTerms(1, off_bps=1_000, off_max_fen=120), 120),
        (CouponTerms(1, off_bps=3_333), 999),
        (CouponTerms(1, off_fen=300, scope=Scope(product_id=2)), 300),
        (CouponTerms(1, off_fen=9_999, scope=Scope(product_id=2)), 2_000),
        (CouponTerms(1, off_bps=5_000, scope=Scope(category_id=5)), 500),
        (CouponTerms(1, off_fen=10, threshold_fen=3_000), 10),
    ],
)
def test_a_coupon_takes_this(coupon, expected):
    priced = price([line(1, 1_000, category_ids=frozenset({5})), line(2, 2_000)], Offers(), coupon)
    assert (priced.discount_fen, priced.coupon_taken_fen, priced.coupon_lost_fen) == (expected, expected, 0)
    assert sum(one.paid_fen for one in priced.lines) == 3_000 - expected


def test_a_coupon_below_its_threshold_or_for_other_goods_is_told():
    with pytest.raises(BelowThreshold) as short:
        price([line(1, 1_000)], Offers(), CouponTerms(1, off_fen=1, threshold_fen=1_001))
    assert short.value.missing_fen == 1
    with pytest.raises(OutOfScope):
        price([line(1, 1_000)], Offers(), CouponTerms(1, off_fen=1, scope=Scope(product_id=2)))


def test_a_coupons_threshold_looks_at_what_is_left_to_pay_after_the_discount_before_it():
    offers = Offers(thresholds=(Threshold(3, 1_000, 100),))
    with pytest.raises(BelowThreshold) as short:
        price([line(1, 1_000)], offers, CouponTerms(1, off_fen=50, threshold_fen=1_000))
    assert short.value.missing_fen == 100


def test_no_discount_takes_a_limited_price_below_its_floor():
    limited = line(1, 1_000, 2, limited=Limited(7, 800, 750))
    alone = price([limited], Offers(), CouponTerms(1, off_fen=300))
    assert (alone.coupon_taken_fen, alone.coupon_lost_fen, alone.lines[0].paid_fen) == (100, 200, 1_500)
    both = price([limited, line(2, 1_000)], Offers(), CouponTerms(1, off_fen=300))
    # ¥1.85 and ¥1.15 are their shares; what the limited line cannot give of its own is lost.
    assert (both.coupon_taken_fen, both.coupon_lost_fen) == (215, 85)
    assert [one.paid_fen for one in both.lines] == [1_500, 885]
    steps = price([limited], Offers(thresholds=(Threshold(3, 100, 90),)), CouponTerms(1, off_fen=300))
    assert (steps.discount_fen, steps.coupon_taken_fen, steps.coupon_lost_fen) == (100, 10, 290)


@pytest.mark.parametrize("limited_pieces", [1, 9, 500])
def test_no_line_gives_more_than_its_own_share_however_much_of_the_order_lies_on_its_floor(limited_pieces):
    # One piece at ¥100.00 that costs ¥50.00 bears 20 % off; it would not bear the share of the limited ones as well.
    lines = [line(1, 10_000, limited_pieces, limited=Limited(7, 7_200, 7_124)), line(2, 10_000)]
    coupon = price(lines, Offers(), CouponTerms(1, off_bps=2_000))
    assert coupon.lines[1].paid_fen == 8_000
    assert coupon.lines[0].paid_fen == 7_124 * limited_pieces
    base_fen = 7_200 * limited_pieces + 10_000
    discount = price(lines, Offers(thresholds=(Threshold(3, base_fen, base_fen // 5),)))
    assert discount.lines[1].paid_fen == 8_000
    assert discount.lines[0].paid_fen == 7_124 * limited_pieces


def test_a_price_allowed_below_its_floor_is_never_discounted_further():
    priced = price([line(1, 1_000, limited=Limited(7, 600, 750))], Offers(), CouponTerms(1, off_fen=300))
    assert (priced.total_fen, priced.coupon_taken_fen) == (600, 0)


BY_PIECE = FreightTerms(
    (
        FreightPrice(("浙江省/杭州市",), first_units=1, first_fen=500, extra_units=1, extra_fen=100),
        FreightPrice(("浙江省",), first_units=2, first_fen=800, extra_units=2, extra_fen=300),
        FreightPrice(("西藏自治区",), is_excluded=True),
        FreightPrice((), first_units=1, first_fen=1_200, extra_units=1, extra_fen=600),
    )
)


@pytest.mark.parametrize(
    ("region", "quantity", "expected"),
    [
        (("浙江省", "杭州市", "西湖区"), 1, 500),
        (("浙江省", "杭州市", "西湖区"), 4, 800),
        (("浙江省", "宁波市", "海曙区"), 2, 800),
        (("浙江省", "宁波市", "海曙区"), 3, 1_100),
        (("浙江省", "宁波市", "海曙区"), 5, 1_400),
        (("广东省", "深圳市", "南山区"), 3, 2_400),
    ],
)
def test_freight_by_piece_takes_the_narrowest_region(region, quantity, expected):
    priced = price([line(1, 1_000, quantity, freight=4)], Offers(freight={4: BY_PIECE}, region=region))
    assert (priced.freight_fen, priced.undeliverable) == (expected, frozenset())
    assert priced.total_fen == 1_000 * quantity + expected


def test_a_region_without_delivery_is_told_line_by_line():
    offers = Offers(freight={4: BY_PIECE}, region=("西藏自治区", "拉萨市", "城关区"))
    priced = price([line(1, 1_000, freight=4), line(2, 1_000)], offers)
    assert (priced.undeliverable, priced.freight_fen) == (frozenset({1}), 0)


def test_freight_by_weight_sums_the_weights_of_its_template():
    terms = FreightTerms((FreightPrice((), False, 1_000, 800, 500, 200),), by_weight=True)
    lines = [line(1, 1_000, 2, weight_g=400, freight=4), line(2, 3_000, 1, weight_g=701, freight=4), line(3, 9_000)]
    priced = price(lines, Offers(freight={4: terms}, region=REGION))
    # 1,501 g: the first 1,000 g and two begun halves of a kilogram.
    assert [one.freight_fen for one in priced.lines] == [480, 720, 0]


def test_freight_is_free_above_an_amount_of_its_own_goods_after_discounts():
    terms = FreightTerms((FreightPrice((), first_fen=1_000),), free_above_fen=2_000)
    offers = Offers(freight={4: terms}, region=REGION)
    assert price([line(1, 2_000, freight=4)], offers).freight_fen == 0
    assert price([line(1, 1_999, freight=4), line(2, 5_000)], offers).freight_fen == 1_000
    assert price([line(1, 2_000, freight=4)], offers, CouponTerms(1, off_fen=1)).freight_fen == 1_000


def test_without_a_region_freight_is_left_out():
    assert price([line(1, 1_000, freight=4)], Offers()).freight_fen == 0


def test_the_best_coupon_is_the_one_with_the_lowest_total_then_the_one_that_ends_first():
    lines = [line(1, 2_000, freight=4)]
    terms = FreightTerms((FreightPrice((), first_fen=1_000),), free_above_fen=2_000)
    offers = Offers(freight={4: terms}, region=REGION)
    dear = CouponTerms(1, off_fen=500)
    assert best_of(try_coupons(lines, offers, [dear]), price(lines, offers)) is None  # it costs the free freight
    late, early = CouponTerms(2, off_fen=1_500, expires=20), CouponTerms(3, off_fen=1_500, expires=10)
    for wallet in ([late, early, dear], [dear, early, late]):
        assert best_of(try_coupons(lines, offers, wallet), price(lines, offers)).coupon is early


# Properties. A cart of anything, with offers of any kind.
fens = st.integers(0, 50_000)
scopes = st.one_of(
    st.just(Scope()),
    st.builds(Scope, product_id=st.integers(1, 6)),
    st.builds(Scope, category_id=st.integers(1, 3)),
)


@st.composite
def carts(draw) -> list[Line]:
    lines = []
    for sku in draw(st.lists(st.integers(1, 20), min_size=1, max_size=8, unique=True)):
        list_fen = draw(fens)
        limited = None
        if draw(st.booleans()):
            limited = Limited(100 + sku, draw(st.integers(0, list_fen)), draw(fens))
        lines.append(
            Line(
                sku_id=sku,
                product_id=draw(st.integers(1, 6)),
                quantity=draw(st.integers(1, 9)),
                list_fen=list_fen,
                category_ids=frozenset(draw(st.sets(st.integers(1, 3)))),
                member_fen=draw(st.none() | st.integers(0, list_fen)),
                limited=limited,
                weight_g=draw(st.integers(0, 3_000)),
                freight=draw(st.none() | st.integers(1, 2)),
            )
        )
    return lines


@st.composite
def worlds(draw) -> Offers:
    thresholds = []
    for number in range(draw(st.integers(0, 3))):
        off = draw(st.integers(1, 5_000))
        thresholds.append(Threshold(number + 1, draw(st.integers(off, 60_000)), off, draw(scopes)))
    freight = {
        number: FreightTerms(
            (FreightPrice((), False, draw(st.integers(1, 3)), draw(fens), draw(st.integers(1, 3)), draw(fens)),),
            by_weight=draw(st.booleans()),
            free_above_fen=draw(st.none() | fens),
        )
        for number in (1, 2)
    }
    return Offers(tuple(thresholds), freight, REGION)


@st.composite
def coupons(draw) -> CouponTerms:
    fixed = draw(st.booleans())
    return CouponTerms(
        id=draw(st.integers(1, 1_000)),
        threshold_fen=draw(st.integers(0, 20_000)),
        off_fen=draw(st.integers(1, 30_000)) if fixed else None,
        off_bps=None if fixed else draw(st.integers(1, 10_000)),
        off_max_fen=None if fixed else draw(st.none() | st.integers(1, 5_000)),
        scope=draw(scopes),
        expires=draw(st.integers(0, 5)),
    )


@given(carts(), worlds(), st.lists(coupons(), max_size=5, unique_by=lambda one: one.id))
def test_every_sum_is_exact_and_nothing_falls_below_zero_or_its_floor(lines, offers, wallet):
    for tried in try_coupons(lines, offers, wallet):
        if tried.priced is None:
            continue
        priced = tried.priced
        assert priced.goods_fen == sum(one.price_fen * one.line.quantity for one in priced.lines)
        assert priced.total_fen == sum(one.paid_fen + one.freight_fen for one in priced.lines)
        assert priced.total_fen >= 0
        for one in priced.lines:
            steps = {step.step: step.amount_fen for step in one.steps}
            assert all(amount > 0 for amount in steps.values())
            assert one.paid_fen == one.line.list_fen * one.line.quantity - sum(steps.values()) >= 0
            assert one.freight_fen >= 0
            if one.limited is not None:
                least = min(one.limited.floor_fen, one.limited.price_fen) * one.line.quantity
                assert one.paid_fen >= least
        coupon_steps = sum(s.amount_fen for one in priced.lines for s in one.steps if s.step == "coupon")
        assert priced.coupon_taken_fen == coupon_steps
        assert all(
            tried.coupon.scope.covers(one.line) for one in priced.lines if any(s.step == "coupon" for s in one.steps)
        )


@given(carts(), worlds(), coupons(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_line_and_no_total(lines, offers, coupon, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    one, other = try_coupons(lines, offers, [coupon])[0], try_coupons(shuffled, offers, [coupon])[0]
    assert one.missing_fen == other.missing_fen
    if one.priced is None or other.priced is None:
        assert one.priced is other.priced is None
        return
    assert totals(one.priced) == totals(other.priced)
    assert {p.line.sku_id: p for p in one.priced.lines} == {p.line.sku_id: p for p in other.priced.lines}


@given(carts(), worlds(), st.lists(coupons(), min_size=1, max_size=5, unique_by=lambda one: one.id), st.data())
def test_more_coupons_in_the_wallet_never_make_the_best_one_worse(lines, offers, wallet, data):
    without = price(lines, offers)
    fewer = wallet[: data.draw(st.integers(0, len(wallet) - 1))]
    few, many = (
        best_of(try_coupons(lines, offers, fewer), without),
        best_of(try_coupons(lines, offers, wallet), without),
    )
    total_of_few = few.priced.total_fen if few else without.total_fen
    assert (many.priced.total_fen if many else without.total_fen) <= total_of_few <= without.total_fen
    again = best_of(try_coupons(lines, offers, list(reversed(wallet))), without)
    assert (again and again.coupon) == (many and many.coupon)


@given(carts(), worlds(), coupons())
def test_a_quote_by_itself_and_among_others_is_the_same(lines, offers, coupon):
    tried = try_coupons(lines, offers, [coupon, CouponTerms(5_000, off_fen=1), coupon])
    assert tried[0] == tried[2]
    if tried[0].priced is not None:
        assert tried[0].priced == price(lines, offers, coupon)
