"""Buying as somebody nobody knows yet, from the cart, and when something has changed meanwhile."""

from __future__ import annotations

import re

import pytest

from mall.addresses.models import Address
from mall.addresses.services import add_address
from mall.buyers.models import Buyer
from mall.buyers.services import send_phone_code
from mall.carts.models import CartItem
from mall.catalogue.models import Sku
from mall.coupons.models import Coupon
from mall.malls.models import Mall
from mall.orders.models import Order, OrderAddress, OrderLine
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member, new_phone
from tests.factories.offers import make_costed_sku, make_limited
from tests.factories.trade import an_address, make_sku
from tests.pages.browsing import ADDRESS, hidden, logged_in, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db

PASTED = "张三 13800138000 浙江省杭州市西湖区文三路1号"


@pytest.fixture
def mall():
    return make_mall()


def code_for(mall, phone):
    with mall_scope(mall.pk):
        return send_phone_code(phone=phone, purpose="login")[1]


def rows(mall, model, **which):
    with mall_scope(mall.pk):
        return list(model.objects.filter(**which).order_by("id"))


def sent(page, **more):
    """The checkout's form as the page showed it, with what was typed."""
    found = {"attempt": hidden(page, "attempt"), "note": "", **ADDRESS, **more}
    for name in ("sku", "cart", "goods", "expected"):
        if f'name="{name}" value=' in text_of(page):
            found.setdefault(name, hidden(page, name))
    return found


def piece_in(page):
    """What one piece costs, beside the goods."""
    inside = re.search(r'id="piece"[^>]*>(.*?)</p>', text_of(page)).group(1)
    return re.sub("<[^>]+>", "", inside)


def test_a_stranger_buys_with_phone_and_code_alone(mall):
    sku, phone = make_sku(mall, price_fen=5_000), new_phone()
    browser = stranger(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}&quantity=2")
    assert page.status_code == 200
    placed = browser.post("/checkout", sent(page, quantity="2", phone=phone, code=code_for(mall, phone)))
    (order,) = rows(mall, Order)
    assert placed["Location"] == f"/orders/{order.public_id}/pay"
    (guest,) = rows(mall, Buyer)
    assert (guest.is_guest, guest.phone, order.buyer_id, order.total_fen) == (True, f"+86{phone}", guest.pk, 10_000)
    # He is known in this browser from now on, and pays without another code.
    assert browser.post(placed["Location"], {"provider": "sandbox"}).status_code == 302
    assert rows(mall, Order)[0].status == "paid"
    again = browser.get(f"/checkout?sku={sku.public_id}")
    assert 'name="code"' not in text_of(again)
    assert "王小明" in seen_in(again)


def test_the_same_phone_is_the_same_guest_in_another_browser(mall):
    sku, phone = make_sku(mall), new_phone()
    for _browser in range(2):
        browser = stranger(mall)
        page = browser.get(f"/checkout?sku={sku.public_id}")
        browser.post("/checkout", sent(page, quantity="1", phone=phone, code=code_for(mall, phone)))
    assert len(rows(mall, Order)) == 2
    assert len(rows(mall, Buyer)) == 1


def test_who_holds_a_members_phone_orders_as_that_member(mall):
    member, sku = make_member(mall), make_sku(mall)
    phone = member.buyer.phone.removeprefix("+86")
    browser = stranger(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    browser.post("/checkout", sent(page, quantity="1", phone=phone, code=code_for(mall, phone)))
    assert [order.buyer_id for order in rows(mall, Order)] == [member.buyer_id]


@pytest.mark.parametrize("code", ["", "000000", "x" * 400])
def test_without_the_right_code_nobody_is_let_in_and_nothing_is_placed(mall, code):
    sku, phone = make_sku(mall), new_phone()
    code_for(mall, phone)
    browser = stranger(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    refused = browser.post("/checkout", sent(page, quantity="1", phone=phone, code=code, note="请轻放"))
    assert refused.status_code == 200
    assert 'role="alert"' in text_of(refused)
    assert 'value="请轻放"' in text_of(refused)
    assert (rows(mall, Order), rows(mall, Buyer)) == ([], [])
    assert browser.get("/orders").status_code == 302


def test_a_bad_address_is_told_before_the_code_is_used_up(mall):
    sku, phone = make_sku(mall), new_phone()
    code = code_for(mall, phone)
    browser = stranger(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    refused = browser.post("/checkout", sent(page, quantity="1", phone=phone, code=code, city="杭州市"))
    assert "须是“广东省”下的完整官方名称" in seen_in(refused)
    assert rows(mall, Buyer) == []
    assert browser.post("/checkout", sent(page, quantity="1", phone=phone, code=code)).status_code == 302


def test_a_mall_may_let_strangers_buy_without_a_code_but_never_as_somebody_else(mall):
    with mall_scope(mall.pk):
        Mall.objects.update(phone_proof_required=False)
    member, sku = make_member(mall), make_sku(mall)
    browser = stranger(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    assert 'name="code"' not in text_of(page)
    phone = member.buyer.phone.removeprefix("+86")
    assert browser.post("/checkout", sent(page, quantity="1", phone=phone)).status_code == 302
    (order,) = rows(mall, Order)
    assert order.buyer_id != member.buyer_id
    assert [buyer.phone for buyer in rows(mall, Buyer, is_guest=True)] == [None]
    assert order.number not in seen_in(logged_in(mall, member).get("/orders"))


def test_what_lies_in_a_strangers_cart_is_ordered_and_the_rest_stays_his(mall):
    bought, left, phone = make_sku(mall, price_fen=1_000), make_sku(mall), new_phone()
    browser = stranger(mall)
    for sku, quantity in ((bought, 3), (left, 1)):
        assert browser.post("/cart/items", {"sku": sku.public_id, "quantity": quantity}).status_code == 302
    browser.post(f"/cart/items/{left.public_id}", {"selecting": "1"})
    cart = browser.get("/cart")
    assert "结算(3)" in seen_in(cart)
    page = browser.get("/checkout?cart=1")
    placed = browser.post("/checkout", sent(page, phone=phone, code=code_for(mall, phone)))
    (order,) = rows(mall, Order)
    assert placed["Location"] == f"/orders/{order.public_id}/pay"
    (line,) = rows(mall, OrderLine)
    assert (line.sku_id, line.quantity, order.total_fen) == (bought.pk, 3, 3_000)
    assert [(item.sku_id, item.buyer_id) for item in rows(mall, CartItem)] == [(left.pk, order.buyer_id)]


def test_a_cart_that_was_changed_in_another_tab_is_shown_anew_before_it_is_ordered(mall):
    member, goods = make_member(mall), [make_sku(mall, price_fen=price_fen) for price_fen in (1_000, 500, 500)]
    browser = logged_in(mall, member)
    for sku in goods[:2]:
        browser.post("/cart/items", {"sku": sku.public_id, "quantity": "1"})
    page = browser.get("/checkout?cart=1")
    # Another for the same price, and then one less: both no dearer than what was seen.
    browser.post(f"/cart/items/{goods[1].public_id}", {"remove": "1"})
    browser.post("/cart/items", {"sku": goods[2].public_id, "quantity": "1"})
    for left in (goods[0], goods[2]):
        refused = browser.post("/checkout", sent(page))
        assert "购物车里的商品有变动" in seen_in(refused)
        assert rows(mall, Order) == []
        browser.post(f"/cart/items/{left.public_id}", {"remove": "1"} if left == goods[0] else {"selecting": "1"})
    browser.post(f"/cart/items/{goods[2].public_id}", {"selecting": "1", "selected": "1"})
    page = browser.get("/checkout?cart=1")
    placed, again = browser.post("/checkout", sent(page)), browser.post("/checkout", sent(page))
    (order,) = rows(mall, Order)
    assert order.total_fen == 500
    assert placed["Location"] == again["Location"] == f"/orders/{order.public_id}/pay"


def test_the_quantity_stands_in_the_stepper_and_nowhere_beside_it(mall):
    member, sku = make_member(mall), make_sku(mall, price_fen=5_000)
    browser = logged_in(mall, member)
    page = browser.get(f"/checkout?sku={sku.public_id}&quantity=2")
    assert 'name="quantity" value="2"' in text_of(page)
    assert "×" not in seen_in(page)
    # Without scripts the button beside it counts anew.
    page = browser.post("/checkout?update=1", sent(page, quantity="3"))
    assert 'name="quantity" value="3"' in text_of(page)
    assert "×" not in seen_in(page)
    assert "¥150" in seen_in(page)
    refused = browser.post("/checkout", sent(page, quantity="4", city="没有这个市"))
    assert 'name="quantity" value="4"' in text_of(refused)
    assert "×" not in seen_in(refused)
    assert rows(mall, Order) == []


def test_what_comes_from_the_cart_says_how_many_beside_each(mall):
    member = make_member(mall)
    browser = logged_in(mall, member)
    for quantity in ("2", "3"):
        browser.post("/cart/items", {"sku": str(make_sku(mall).public_id), "quantity": quantity})
    page = browser.get("/checkout?cart=1")
    assert 'name="quantity"' not in text_of(page)
    assert {"×2", "×3"} <= set(seen_in(page).split())
    sums = browser.post("/fragments/amounts", sent(page))
    assert 'id="piece"' not in text_of(sums)


def test_the_price_of_a_piece_follows_the_quantity_together_with_the_sum(mall):
    member, sku = make_member(mall), make_costed_sku(mall, price_fen=10_000, cost_fen=1_000)
    make_limited(mall, sku, 8_000, quantity_limit=2)
    browser = logged_in(mall, member)
    page = browser.get(f"/checkout?sku={sku.public_id}&quantity=2")
    assert piece_in(page) == "¥80.00"
    dearer = browser.post("/fragments/amounts", sent(page, quantity="3"))
    assert 'id="piece" hx-swap-oob="true"' in text_of(dearer)
    assert piece_in(dearer) == "¥100.00"
    assert "¥300.00" in seen_in(dearer)
    assert 'name="quantity"' not in text_of(dearer), "an answer that comes late must not bring an older quantity back"
    assert piece_in(browser.post("/fragments/amounts", sent(page, quantity="2"))) == "¥80.00"


def test_an_empty_cart_has_nothing_to_order(mall):
    browser = logged_in(mall, make_member(mall))
    assert browser.get("/checkout?cart=1")["Location"] == "/cart"
    page = browser.get(f"/checkout?sku={make_sku(mall).public_id}")
    assert browser.post("/checkout", sent(page, cart="1")).status_code == 200
    assert rows(mall, Order) == []


def test_a_dearer_price_is_shown_before_it_is_paid_and_what_was_typed_stays(mall):
    sku = make_sku(mall, price_fen=5_000)
    browser = logged_in(mall, make_member(mall))
    page = browser.get(f"/checkout?sku={sku.public_id}")
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(price_fen=5_500)
    refused = browser.post("/checkout", sent(page, quantity="1", note="请轻放"))
    assert "价格有变动" in seen_in(refused)
    assert "55 .00" in seen_in(refused)
    assert 'value="请轻放"' in text_of(refused)
    assert rows(mall, Order) == []
    assert browser.post("/checkout", sent(refused, quantity="1")).status_code == 302
    assert rows(mall, Order)[0].total_fen == 5_500


def test_a_cheaper_price_is_simply_taken(mall):
    sku = make_sku(mall, price_fen=5_000)
    browser = logged_in(mall, make_member(mall))
    page = browser.get(f"/checkout?sku={sku.public_id}")
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(price_fen=4_500)
    assert browser.post("/checkout", sent(page, quantity="1")).status_code == 302
    assert rows(mall, Order)[0].total_fen == 4_500


def test_goods_sold_out_meanwhile_are_told_and_nothing_is_placed(mall):
    sku = make_sku(mall, stock=2)
    browser = logged_in(mall, make_member(mall))
    page = browser.get(f"/checkout?sku={sku.public_id}&quantity=2")
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(stock=1)
    refused = browser.post("/checkout", sent(page, quantity="2", note="请轻放"))
    assert "仅剩 1 件" in seen_in(refused)
    assert 'value="请轻放"' in text_of(refused)
    assert rows(mall, Order) == []


def test_an_address_of_the_book_is_chosen_and_a_new_one_is_remembered(mall):
    member, sku = make_member(mall), make_sku(mall)
    with mall_scope(mall.pk):
        add_address(buyer=member.buyer, fields=an_address(detail="家里"))
        work = add_address(buyer=member.buyer, fields=an_address(detail="公司"))
    browser = logged_in(mall, member)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    assert re.search(r'value="[0-9a-f-]{36}" checked', text_of(page))
    nothing_typed = dict.fromkeys(ADDRESS, "")
    browser.post("/checkout", sent(page, quantity="1", entry=work.public_id, **nothing_typed))
    page = browser.get(f"/checkout?sku={sku.public_id}")
    browser.post("/checkout", sent(page, quantity="1", entry="new"))
    assert [one.detail for one in rows(mall, OrderAddress)] == ["公司", ADDRESS["detail"]]
    assert [one.detail for one in rows(mall, Address)] == ["家里", "公司", ADDRESS["detail"]]


def test_somebody_elses_address_cannot_be_chosen(mall):
    sku, other = make_sku(mall), make_member(mall)
    with mall_scope(mall.pk):
        theirs = add_address(buyer=other.buyer, fields=an_address(detail="别人家"))
    browser = logged_in(mall, make_member(mall))
    page = browser.get(f"/checkout?sku={sku.public_id}")
    refused = browser.post("/checkout", sent(page, quantity="1", entry=theirs.public_id, **dict.fromkeys(ADDRESS, "")))
    assert refused.status_code == 200
    assert "别人家" not in text_of(refused)
    assert rows(mall, Order) == []


def test_a_pasted_address_fills_the_fields_and_keeps_what_it_does_not_say(mall):
    browser = stranger(mall)
    read = browser.post("/fragments/address", {"pasted": PASTED, "name": "旧名", "detail": "旧址"})
    for value in ("张三", "13800138000", "文三路1号"):
        assert f'value="{value}"' in text_of(read)
    assert '<option value="西湖区" selected>' in text_of(read)
    partly = browser.post("/fragments/address", {"pasted": "李四 13911112222", "detail": "旧址"})
    assert 'value="旧址"' in text_of(partly)
    assert "请补充所在地区" in seen_in(partly)
    nothing = browser.post("/fragments/address", {"pasted": "你好", "name": "旧名"})
    assert 'value="旧名"' in text_of(nothing)
    assert "没有识别出收货信息" in seen_in(nothing)


def test_without_scripts_the_address_is_read_by_a_button(mall):
    sku = make_sku(mall)
    browser = stranger(mall)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    blank = dict.fromkeys(ADDRESS, "")
    read = browser.post("/checkout", sent(page, quantity="2", note="请轻放", paste="1", pasted=PASTED, **blank))
    assert 'value="文三路1号"' in text_of(read)
    assert 'value="请轻放"' in text_of(read)
    assert rows(mall, Order) == []


def test_the_best_coupon_is_taken_by_itself_and_another_choice_is_kept(mall):
    from mall.coupons.models import CouponTemplate

    member, sku = make_member(mall), make_sku(mall, price_fen=10_000)
    with mall_scope(mall.pk):
        now = rows_now()
        for off in (500, 900):
            template = CouponTemplate.objects.create(name=f"减{off}", kind="fixed", off_fen=off, valid_days=7)
            Coupon.objects.create(template=template, buyer=member.buyer, starts_at=now[0], expires_at=now[1])
    small, big = rows(mall, Coupon)
    browser = logged_in(mall, member)
    page = browser.get(f"/checkout?sku={sku.public_id}")
    assert "91 .00" in seen_in(page)
    given = sent(page, quantity="1")
    changed = browser.post("/fragments/amounts", {**given, "coupon": small.public_id})
    assert "95 .00" in seen_in(changed)
    none = browser.post("/fragments/amounts", {**given, "coupon": "none"})
    assert "100 .00" in seen_in(none)
    browser.post("/checkout", {**given, "coupon": big.public_id})
    assert [order.total_fen for order in rows(mall, Order)] == [9_100]
    # Used up by the first order: the second page offers what is left, and says so where it was asked for.
    refused = browser.post("/checkout", {**given, "coupon": big.public_id, "note": "再来"})
    assert "已经使用过" in seen_in(refused)
    assert "95 .00" in seen_in(refused)
    assert len(rows(mall, Order)) == 1


def rows_now():
    from datetime import timedelta

    from mall import clock

    return clock.now() - timedelta(hours=1), clock.now() + timedelta(days=7)


@pytest.mark.parametrize("coupon", ["x", "", "best", "00000000-0000-4000-8000-000000000000", "\x00" * 50])
def test_a_coupon_that_is_none_never_breaks_the_page(mall, coupon):
    sku = make_sku(mall)
    browser = logged_in(mall, make_member(mall))
    page = browser.get(f"/checkout?sku={sku.public_id}")
    given = sent(page, quantity="1", coupon=coupon)
    assert browser.post("/fragments/amounts", given).status_code == 200
    assert browser.post("/checkout", given).status_code in {200, 302}
