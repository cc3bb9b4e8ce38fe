"""Placing an order: what it costs, what it takes from stock, what it refuses, and that a refusal takes nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from mall import clock
from mall.catalogue.models import Product, Sku
from mall.catalogue.services import create_product, set_skus, withdraw_product
from mall.events.models import Event
from mall.money import FEN_MAX
from mall.orders.errors import BadOrder, NotOnSale, OutOfStock, SkuMissing
from mall.orders.models import Order, OrderAddress, OrderChange, OrderLine
from mall.orders.services import place_order
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.trade import an_address, make_sku, place


def stock_of(mall, *skus: Sku) -> list[int]:
    with mall_scope(mall.pk):
        found = dict(Sku.objects.filter(pk__in=[sku.pk for sku in skus]).values_list("pk", "stock"))
    return [found[sku.pk] for sku in skus]


def events(mall) -> list[tuple[str, int, dict]]:
    with mall_scope(mall.pk):
        return list(Event.objects.order_by("id").values_list("kind", "subject_id", "payload"))


def ordering(mall, buyer, lines, **more) -> Order:
    with mall_scope(mall.pk):
        return place_order(buyer=buyer, lines=lines, **{"address": an_address(), **more})


def nothing_was_ordered(mall) -> bool:
    with mall_scope(mall.pk):
        return not (Order.objects.exists() or OrderLine.objects.exists() or Event.objects.filter(kind="order.placed"))


def test_an_order_keeps_what_was_bought_at_which_price_and_where_it_goes(mall, buyer):
    tea, cup = make_sku(mall, price_fen=1_999, stock=10), make_sku(mall, price_fen=501, stock=3)
    order = place(mall, buyer, (tea, 3), (cup, 2), note=" 请快 ", visitor_key="v" * 64)
    assert (order.status, order.goods_fen, order.discount_fen, order.freight_fen, order.total_fen) == (
        "awaiting_payment", 6_999, 0, 0, 6_999,
    )  # fmt: skip
    assert (order.note, order.visitor_key, order.placed_by_staff, order.refunded_fen) == ("请快", "v" * 64, False, 0)
    assert order.buyer_id == buyer.pk
    assert order.expires_at - order.placed_at == timedelta(minutes=mall.unpaid_close_minutes)
    with mall_scope(mall.pk):
        lines = list(OrderLine.objects.filter(order=order).order_by("position"))
        assert [
            (line.sku_id, line.product_id, line.quantity, line.price_fen, line.paid_fen, line.freight_fen)
            for line in lines
        ] == [
            (tea.pk, tea.product_id, 3, 1_999, 5_997, 0),
            (cup.pk, cup.product_id, 2, 501, 1_002, 0),
        ]
        assert lines[0].name == tea.product.name
        address = OrderAddress.objects.get(order=order)
        assert (address.name, address.province, address.city, address.district) == (
            "王小明",
            "广东省",
            "深圳市",
            "南山区",
        )
        assert list(OrderChange.objects.values_list("before", "after", "actor")) == [
            ("", "awaiting_payment", f"buyer:{buyer.pk}")
        ]
    assert stock_of(mall, tea, cup) == [7, 1]
    assert events(mall)[-1] == ("order.placed", order.pk, {})


def test_an_order_comes_as_it_would_be_read_again(mall, buyer):
    first, second = make_sku(mall, price_fen=1_234), make_sku(mall, price_fen=500)
    placed = ordering(mall, buyer, [(second, 2), (first, 1)], note="轻放")
    with mall_scope(mall.pk):
        read = Order.objects.get(pk=placed.pk)
        for came, kept in [(placed, read), *zip(placed.placed_lines, read.lines.order_by("position"), strict=True)]:
            assert {f.attname: getattr(came, f.attname) for f in came._meta.concrete_fields} == {
                f.attname: getattr(kept, f.attname) for f in kept._meta.concrete_fields
            }
        assert placed.lines.count() == 2
        assert placed.lines.get(sku=second).quantity == 2


def test_the_time_to_pay_is_the_malls_own(mall):
    quick = make_mall(unpaid_close_minutes=7)
    from tests.factories.members import make_member

    order = place(quick, make_member(quick).buyer)
    assert order.expires_at - order.placed_at == timedelta(minutes=7)


def test_an_order_number_begins_with_the_malls_own_day(buyer, mall):
    with clock.unmoved():
        order = place(mall, buyer)
        assert order.number[:8] == f"{clock.mall_day(order.placed_at, mall.timezone):%Y%m%d}"
        assert (len(order.number), order.number.isdigit()) == (20, True)


def test_a_number_that_is_taken_is_drawn_again(mall, buyer, monkeypatch):
    drawn = iter(["000000000001", "000000000001", "000000000002"])
    monkeypatch.setattr("mall.orders.placing.random_digits", lambda: next(drawn))
    sku = make_sku(mall, stock=10)
    numbers = [place(mall, buyer, (sku, 1)).number[8:] for _ in range(2)]
    assert numbers == ["000000000001", "000000000002"]
    assert stock_of(mall, sku) == [8]


def test_the_same_sku_twice_is_one_line(mall, buyer):
    sku = make_sku(mall, price_fen=100, stock=10)
    order = place(mall, buyer, (sku, 2), (sku, 3))
    with mall_scope(mall.pk):
        assert list(OrderLine.objects.filter(order=order).values_list("quantity", "paid_fen")) == [(5, 500)]
    assert stock_of(mall, sku) == [5]


def test_what_was_ordered_keeps_its_price(mall, buyer):
    sku = make_sku(mall, price_fen=100)
    order = place(mall, buyer, (sku, 1))
    with mall_scope(mall.pk):
        set_skus(product=sku.product, skus=[{"specs": {}, "price_fen": 999, "stock": 5}])
        assert OrderLine.objects.get(order=order).price_fen == 100
    assert place(mall, buyer, (sku, 1)).total_fen == 999


def test_an_order_of_nothing_is_paid_at_once(mall, buyer):
    sku = make_sku(mall, price_fen=0, stock=4)
    order = place(mall, buyer, (sku, 3))
    assert (order.status, order.total_fen, order.paid_at is not None) == ("paid", 0, True)
    assert [kind for kind, _subject, _payload in events(mall)][-2:] == ["order.placed", "order.paid"]
    with mall_scope(mall.pk):
        assert Product.objects.get(pk=sku.product_id).sold_count == 3


def test_sold_out_reserves_nothing(mall, buyer):
    plenty, scarce = make_sku(mall, stock=10), make_sku(mall, stock=2)
    with pytest.raises(OutOfStock, match="仅剩 2 件"):
        ordering(mall, buyer, [(plenty, 1), (scarce, 3)])
    assert stock_of(mall, plenty, scarce) == [10, 2]
    assert nothing_was_ordered(mall)


def test_a_refusal_leaves_nothing_behind_even_where_the_caller_carries_on(mall, buyer):
    dear = make_sku(mall, price_fen=FEN_MAX, stock=10)
    with mall_scope(mall.pk), pytest.raises(BadOrder, match="上限"):
        place_order(buyer=buyer, lines=[(dear, 2)], address=an_address())
    assert stock_of(mall, dear) == [10]
    assert nothing_was_ordered(mall)
    assert ordering(mall, buyer, [(dear, 1)]).total_fen == FEN_MAX


def test_what_is_no_longer_sold_cannot_be_ordered(mall, buyer):
    withdrawn, dropped = make_sku(mall), make_sku(mall)
    with mall_scope(mall.pk):
        withdraw_product(product=withdrawn.product)
        set_skus(product=dropped.product, skus=[{"specs": {"码": "L"}, "price_fen": 1, "stock": 1}])
        draft = create_product(name="d", status="draft", skus=[{"price_fen": 1, "stock": 1}])
        hidden = Sku.objects.get(product=draft)
    for sku in (withdrawn, dropped, hidden):
        with pytest.raises(NotOnSale):
            ordering(mall, buyer, [(sku, 1)])
    assert nothing_was_ordered(mall)


def test_another_malls_sku_is_as_missing_as_none(mall, elsewhere, buyer):
    theirs = make_sku(elsewhere, stock=5)
    for sku in (theirs, theirs.public_id, uuid.uuid4()):
        with pytest.raises(SkuMissing):
            ordering(mall, buyer, [(make_sku(mall), 1), (sku, 1)])
    assert stock_of(elsewhere, theirs) == [5]
    assert nothing_was_ordered(mall)


@pytest.mark.parametrize("quantity", [0, -1, 10_000, 2**31, 2**63, True, 1.0, "1", None, float("nan")])
def test_a_quantity_is_a_whole_number_from_1_to_9999(mall, buyer, quantity):
    sku = make_sku(mall, stock=20_000)
    with pytest.raises(BadOrder) as refused:
        ordering(mall, buyer, [(sku, quantity)])
    assert refused.value.field == "lines.0.quantity"
    assert stock_of(mall, sku) == [20_000]


def test_a_quantity_is_bounded_also_when_it_comes_in_two_parts(mall, buyer):
    sku = make_sku(mall, price_fen=1, stock=20_000)
    with pytest.raises(BadOrder):
        ordering(mall, buyer, [(sku, 9_999), (sku, 1)])
    assert ordering(mall, buyer, [(sku, 9_000), (sku, 999)]).total_fen == 9_999


@pytest.mark.parametrize("lines", [0, 51])
def test_an_order_has_1_to_50_lines(mall, buyer, lines):
    with pytest.raises(BadOrder) as refused:
        ordering(mall, buyer, [(uuid.uuid4(), 1)] * lines)
    assert refused.value.field == "lines"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "address.name"),
        ({"name": "x" * 41}, "address.name"),
        ({"name": "a\nb"}, "address.name"),
        ({"name": 5}, "address.name"),
        ({"phone": "12"}, "address.phone"),
        ({"phone": "1" * 21}, "address.phone"),
        ({"phone": "call me"}, "address.phone"),
        ({"phone": "１３８００１３８０００"}, "address.phone"),
        ({"province": "广东"}, "address.province"),
        ({"province": "Guangdong"}, "address.province"),
        ({"city": "北京市"}, "address.city"),
        ({"district": "西湖区"}, "address.district"),
        ({"district": "x" * 41}, "address.district"),
        ({"detail": ""}, "address.detail"),
        ({"detail": "x" * 201}, "address.detail"),
        ({"detail": "\ud800"}, "address.detail"),
        ({"detail": "a\x00b"}, "address.detail"),
    ],
)
def test_an_address_must_be_one(mall, buyer, changes, field):
    sku = make_sku(mall, stock=5)
    with pytest.raises(BadOrder) as refused:
        ordering(mall, buyer, [(sku, 1)], address=an_address(**changes))
    assert refused.value.field == field
    assert stock_of(mall, sku) == [5]


@pytest.mark.parametrize("address", [None, [], "x", {}])
def test_an_address_must_be_there(mall, buyer, address):
    with pytest.raises(BadOrder):
        ordering(mall, buyer, [(make_sku(mall), 1)], address=address)


@pytest.mark.parametrize("note", ["x" * 201, "a\nb", 5, "\x00"])
def test_a_note_is_one_line(mall, buyer, note):
    with pytest.raises(BadOrder) as refused:
        ordering(mall, buyer, [(make_sku(mall), 1)], note=note)
    assert refused.value.field == "note"


def test_an_order_costs_a_constant_number_of_statements(mall, buyer, query_counts, settings):
    settings.EVENT_HANDLERS = {"order.placed": ["nobody.hears"]}
    skus = [make_sku(mall) for _ in range(50)]
    with mall_scope(mall.pk):
        with query_counts("orders.place"):
            place_order(buyer=buyer, lines=[(skus[0], 1)], address=an_address())
        with query_counts("orders.place"):
            place_order(buyer=buyer, lines=[(sku, 2) for sku in skus], address=an_address())
