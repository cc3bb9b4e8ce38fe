"""Checkout, cashier, orders and refunds on the pages."""

from __future__ import annotations

import pytest

from mall import clock
from mall.aftersales.models import Refund
from mall.catalogue.models import Product, Sku
from mall.orders.models import Order, OrderAddress
from mall.orders.timers import run_timers
from mall.payments.models import Payment
from mall.payments.services import confirm_payment
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_product, make_sku, place, place_and_pay, receive, refund, ship
from tests.pages.browsing import ADDRESS, hidden, logged_in, places, seen_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    mall = make_mall(bank_instructions=["户名：云山茶业", "账号：1202 0218"])
    member = make_member(mall, nickname="林小满")
    return mall, member, logged_in(mall, member)


def orders_of(mall):
    with mall_scope(mall.pk):
        return list(Order.objects.order_by("id"))


def the_payment(order):
    with mall_scope(order.mall_id):
        return Payment.objects.get(order=order)


def test_an_order_is_placed_paid_and_shown_with_its_amounts(shop):
    mall, member, phone = shop
    sku = make_sku(mall, price_fen=12_800)
    page = phone.get(f"/checkout?sku={sku.public_id}&quantity=3")
    assert "384 .00" in seen_in(page)

    placed = phone.post(
        "/checkout",
        {**ADDRESS, "sku": sku.public_id, "quantity": "3", "note": "请轻放", "attempt": hidden(page, "attempt")},
    )

    (order,) = orders_of(mall)
    assert placed["Location"] == f"/orders/{order.public_id}/pay"
    assert (order.buyer_id, order.total_fen, order.note, order.status) == (
        member.buyer_id,
        38_400,
        "请轻放",
        "awaiting_payment",
    )
    with mall_scope(mall.pk):
        assert OrderAddress.objects.get(order=order).detail == "科技园路 1 号"
    assert "确认付款 ¥384.00" in seen_in(phone.get(placed["Location"]))

    paid = phone.post(placed["Location"], {"provider": "sandbox"})
    assert paid["Location"] == f"/orders/{order.public_id}/paid"
    assert "支付成功" in seen_in(phone.get(paid["Location"]))
    assert orders_of(mall)[0].status == "paid"
    detail = seen_in(phone.get(f"/orders/{order.public_id}"))
    assert "待发货" in detail
    assert order.number in detail
    assert "138****8000" in detail
    assert "13800138000" not in detail


def test_what_was_typed_stays_when_the_address_is_refused(shop):
    mall, _member, phone = shop
    sku = make_sku(mall)
    page = phone.get(f"/checkout?sku={sku.public_id}")
    given = {
        **ADDRESS,
        "city": "",
        "sku": sku.public_id,
        "quantity": "2",
        "note": "请轻放",
        "attempt": hidden(page, "attempt"),
    }

    refused = phone.post("/checkout", given)

    assert refused.status_code == 200
    for value in ("王小明", "13800138000", "科技园路 1 号", "请轻放"):
        assert f'value="{value}"' in text_of(refused)
    assert 'value="广东省" selected' in text_of(refused)
    assert "深圳市" in text_of(refused)
    assert "200 .00" in seen_in(refused)
    assert orders_of(mall) == []


@pytest.mark.parametrize("quantity", ["0", "-1", "9223372036854775808", "1.5", "NaN", "", "一", "1e3"])
def test_a_quantity_that_is_none_is_refused_beside_its_field(shop, quantity):
    mall, _member, phone = shop
    sku = make_sku(mall)
    page = phone.get(f"/checkout?sku={sku.public_id}")
    given = {**ADDRESS, "sku": sku.public_id, "quantity": quantity, "attempt": hidden(page, "attempt")}
    refused = phone.post("/checkout", given)
    assert refused.status_code == 200
    assert 'role="alert"' in text_of(refused)
    assert orders_of(mall) == []
    assert phone.get(f"/checkout?sku={sku.public_id}&quantity={quantity}").status_code == 200


@pytest.mark.parametrize("field", ["name", "phone", "detail", "note"])
@pytest.mark.parametrize("text", ["x" * 5000, "a\x00b", "a\u202eb", "a\nb"])
def test_texts_that_cannot_be_meant_are_refused(shop, field, text):
    mall, _member, phone = shop
    sku = make_sku(mall)
    page = phone.get(f"/checkout?sku={sku.public_id}")
    given = {**ADDRESS, "sku": sku.public_id, "quantity": "1", "attempt": hidden(page, "attempt"), field: text}
    assert phone.post("/checkout", given).status_code == 200
    assert orders_of(mall) == []


@pytest.mark.parametrize("attempt", ["", "x", "6b711d67"])
def test_a_forged_attempt_is_refused(shop, attempt):
    mall, _member, phone = shop
    sku = make_sku(mall)
    assert (
        phone.post("/checkout", {**ADDRESS, "sku": sku.public_id, "quantity": "1", "attempt": attempt}).status_code
        == 200
    )
    assert orders_of(mall) == []


def test_a_sku_of_another_mall_is_not_found(shop):
    _mall, _member, phone = shop
    sku = make_sku(make_mall())
    assert phone.get(f"/checkout?sku={sku.public_id}").status_code == 404
    assert phone.post("/checkout", {"sku": str(sku.public_id)}).status_code == 404
    for bad in ("", "x", "\ud83d".encode("utf-8", "surrogatepass")):
        assert phone.get("/checkout", {"sku": bad}).status_code == 404


def test_amounts_follow_the_quantity_without_placing_anything(shop):
    mall, _member, phone = shop
    sku = make_sku(mall, price_fen=250)
    fragment = phone.post("/fragments/amounts", {"sku": sku.public_id, "quantity": "4"})
    assert "10 .00" in seen_in(fragment)
    assert 'id="sum"' in text_of(fragment)
    assert phone.post("/fragments/amounts", {"sku": sku.public_id, "quantity": "x"}).status_code == 200
    assert orders_of(mall) == []


def test_cities_follow_the_province_and_districts_the_city(shop):
    _mall, _member, phone = shop
    fragment = text_of(phone.get("/fragments/regions", {"province": "浙江省", "city": "杭州市"}))
    assert '<option value="杭州市" selected>' in fragment
    assert '<option value="西湖区">' in fragment
    changed = text_of(phone.get("/fragments/regions", {"province": "北京市", "city": "杭州市", "district": "西湖区"}))
    assert '<option value="北京市" selected>' in changed.split("district")[0].split('name="city"')[1]
    assert '<option value="东城区">' in changed
    assert "西湖区" not in changed
    assert phone.get("/fragments/regions", {"province": "<x>", "city": "y" * 9000}).status_code == 200


def test_the_last_address_is_offered_again(shop):
    mall, member, phone = shop
    place(mall, member.buyer)
    page = text_of(phone.get(f"/checkout?sku={make_sku(mall).public_id}"))
    assert 'value="王小明"' in page
    assert '<option value="南山区" selected>' in page


def test_a_free_order_needs_no_cashier(shop):
    mall, _member, phone = shop
    sku = make_sku(mall, price_fen=0)
    page = phone.get(f"/checkout?sku={sku.public_id}")
    placed = phone.post(
        "/checkout", {**ADDRESS, "sku": sku.public_id, "quantity": "1", "attempt": hidden(page, "attempt")}
    )
    assert placed["Location"].endswith("/paid")
    assert "支付成功" in seen_in(phone.get(placed["Location"]))


def test_a_bank_transfer_shows_where_to_and_waits_for_the_merchant(shop):
    mall, member, phone = shop
    order = place(mall, member.buyer)
    waiting = f"/orders/{order.public_id}/paid"

    assert phone.post(f"/orders/{order.public_id}/pay", {"provider": "bank_transfer"})["Location"] == waiting
    page = seen_in(phone.get(waiting))
    for text in ("等待商家确认收款", "户名：云山茶业", "账号：1202 0218", order.number):
        assert text in page
    assert phone.get(waiting, headers={"hx-request": "true"}).headers.get("HX-Refresh") is None

    with mall_scope(mall.pk):
        confirm_payment(payment=the_payment(order), actor=owner_of(mall))
    assert phone.get(waiting, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "支付成功" in seen_in(phone.get(waiting))


def test_a_way_of_paying_that_is_not_offered_is_refused(shop):
    mall, member, phone = shop
    order = place(mall, member.buyer)
    for provider in ("wechat", "x" * 200, ""):
        page = phone.post(f"/orders/{order.public_id}/pay", {"provider": provider})
        assert page.status_code == 200
        assert 'role="alert"' in text_of(page)
    assert orders_of(mall)[0].status == "awaiting_payment"


def test_an_order_that_is_paid_or_over_leaves_the_cashier(shop):
    mall, member, phone = shop
    paid, cancelled = place_and_pay(mall, member.buyer), place(mall, member.buyer)
    phone.post(f"/orders/{cancelled.public_id}/cancel")
    assert phone.get(f"/orders/{paid.public_id}/pay")["Location"] == f"/orders/{paid.public_id}/paid"
    assert phone.get(f"/orders/{cancelled.public_id}/pay")["Location"] == f"/orders/{cancelled.public_id}"
    assert phone.get(f"/orders/{cancelled.public_id}/paid").status_code == 302


def test_cancelling_gives_the_goods_back_and_is_refused_once_paid(shop):
    mall, member, phone = shop
    sku = make_sku(mall, stock=5)
    order = place(mall, member.buyer, (sku, 2))
    page = phone.post(f"/orders/{order.public_id}/cancel", follow=True)
    assert "已取消" in seen_in(page)
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=sku.pk).stock == 5

    paid = place_and_pay(mall, member.buyer, (sku, 1))
    page = phone.post(f"/orders/{paid.public_id}/cancel", follow=True)
    assert "订单已付款，不能取消" in seen_in(page)
    assert orders_of(mall)[1].status == "paid"


def test_receipt_is_confirmed_when_shipped_and_not_before(shop):
    mall, member, phone = shop
    order = place_and_pay(mall, member.buyer)
    assert "还未发货" in seen_in(phone.post(f"/orders/{order.public_id}/receipt", follow=True))
    ship(order)
    page = seen_in(phone.get(f"/orders/{order.public_id}"))
    assert "顺丰速运" in page
    assert "SF1234567890" in page
    phone.post(f"/orders/{order.public_id}/receipt")
    assert orders_of(mall)[0].status == "received"


def test_orders_stand_under_what_they_wait_for(shop):
    mall, member, phone = shop
    unpaid, paid = place(mall, member.buyer), place_and_pay(mall, member.buyer)
    shipped = ship(place_and_pay(mall, member.buyer))
    given_back = place_and_pay(mall, member.buyer)
    refund(given_back, 100, quantity=0)
    received = receive(place_and_pay(mall, member.buyer))

    def shown(tab):
        page = seen_in(phone.get(f"/orders?tab={tab}"))
        return {order.pk for order in (unpaid, paid, shipped, given_back, received) if order.number in page}

    assert shown("") == {unpaid.pk, paid.pk, shipped.pk, given_back.pk, received.pk}
    assert shown("awaiting_payment") == {unpaid.pk}
    assert shown("paid") == {paid.pk, given_back.pk}
    assert shown("shipped") == {shipped.pk}
    assert shown("refunds") == {given_back.pk}
    assert shown("nonsense") == shown("")
    assert "还没有订单" in seen_in(logged_in(mall, make_member(mall)).get("/orders"))


def test_older_orders_come_page_by_page_each_once(shop):
    mall, member, phone = shop
    numbers = [place(mall, member.buyer).number for _ in range(12)]
    first = phone.get("/orders")
    older = next(address for address in places(first) if "before=" in address)
    second = phone.get(older)
    assert [number for number in numbers if number in text_of(first)] == numbers[2:]
    assert [number for number in numbers if number in text_of(second)] == numbers[:2]
    other = make_member(mall)
    assert logged_in(mall, other).get(older).status_code == 404


def test_me_counts_what_waits(shop):
    mall, member, phone = shop
    place(mall, member.buyer)
    place(mall, member.buyer)
    place_and_pay(mall, member.buyer)
    page = seen_in(phone.get("/me"))
    assert "待付款 2 笔" in page
    assert "待发货 1 笔" in page
    assert "待收货 待评价 售后" in page


def test_a_refund_is_asked_for_per_line_and_shown_with_its_answer(shop):
    mall, member, phone = shop
    order = place_and_pay(mall, member.buyer, (make_sku(mall, price_fen=5_000), 2))
    address = f"/orders/{order.public_id}/cases/new"
    page = phone.get(address)
    with mall_scope(mall.pk):
        line = order.lines.get()
    assert f'name="amount_{line.pk}" value="100.00"' in text_of(page)

    given = {
        f"amount_{line.pk}": "12.5",
        f"quantity_{line.pk}": "0",
        "why": "flaw",
        "detail": "破损",
        "attempt": hidden(page, "attempt"),
    }
    opened = phone.post(address, given)["Location"]
    assert phone.post(address, given)["Location"] == opened

    with mall_scope(mall.pk):
        (asked,) = Refund.objects.filter(order=order)
    assert (asked.amount_fen, asked.reason, asked.status) == (1_250, "质量问题：破损", "requested")
    assert "12.50" in seen_in(phone.get(f"/orders/{order.public_id}"))


@pytest.mark.parametrize("amount", ["0", "-1", "100.01", "1.234", "NaN", "1e3", "９９", "", "9" * 30])
def test_an_amount_that_cannot_be_refunded_stands_beside_its_field(shop, amount):
    mall, member, phone = shop
    order = place_and_pay(mall, member.buyer, (make_sku(mall, price_fen=10_000), 1))
    address = f"/orders/{order.public_id}/cases/new"
    page = phone.get(address)
    with mall_scope(mall.pk):
        line = order.lines.get()
    given = {f"amount_{line.pk}": amount, "why": "unwanted", "detail": "买错了", "attempt": hidden(page, "attempt")}

    refused = phone.post(address, given)

    assert refused.status_code == 200
    assert 'role="alert"' in text_of(refused)
    assert 'value="买错了"' in text_of(refused)
    with mall_scope(mall.pk):
        assert not Refund.objects.exists()


def test_an_order_that_is_not_paid_has_nothing_to_refund(shop):
    mall, member, phone = shop
    order = place(mall, member.buyer)
    assert phone.get(f"/orders/{order.public_id}/cases/new")["Location"] == f"/orders/{order.public_id}"


def test_names_of_any_length_and_kind_are_shown_as_text(shop):
    mall, member, phone = shop
    product = make_product(mall, name="<b>" + "云" * 117)
    with mall_scope(mall.pk):
        sku = Product.objects.get(pk=product.pk).skus.get()
    order = place_and_pay(mall, member.buyer, (sku, 1))
    for address in ("/", f"/products/{product.public_id}", f"/checkout?sku={sku.public_id}", "/orders",
                    f"/orders/{order.public_id}", f"/orders/{order.public_id}/cases/new"):  # fmt: skip
        page = text_of(phone.get(address))
        assert "&lt;b&gt;云云" in page
        assert "<b>云" not in page


def test_a_cashier_whose_time_is_over_says_so_and_how_to_buy_again():
    mall = make_mall()
    member = make_member(mall)
    order = place(mall, member.buyer)
    phone, address = logged_in(mall, member), f"/orders/{order.public_id}/pay"
    assert 'data-over="reload"' in text_of(phone.get(address))
    with clock.unmoved():
        clock.advance(seconds=30 * 60)
        for answer in (phone.get(address), phone.post(address, {"provider": "sandbox"})):
            assert "订单已关闭" in seen_in(answer)
            assert "data-until" not in text_of(answer)
            assert f"/orders/{order.public_id}/again" in places(answer)
        detail = phone.get(f"/orders/{order.public_id}")
        assert "仍想购买请点“再次购买”" in seen_in(detail)
        assert "data-until" not in text_of(detail)
        assert f"/orders/{order.public_id}/cancel" not in places(detail)
        with mall_scope(mall.pk):
            assert Payment.objects.count() == 0
        run_timers(mall.pk)
        assert "订单已关闭" in seen_in(phone.get(address))
        assert phone.post(f"/orders/{order.public_id}/again")["Location"] == "/cart"
