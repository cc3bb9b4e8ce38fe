"""Registering, logging in and out, closing the account: on the pages."""

from __future__ import annotations

import re

import pytest

from mall.buyers.models import Buyer
from mall.buyers.services import create_guest
from mall.buyers.sessions import COOKIE
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.factories.mall import make_mall
from tests.factories.members import make_member, new_phone
from tests.factories.referrals import make_link
from tests.factories.trade import place
from tests.pages.browsing import logged_in, places, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db

PASSWORD = "long-enough-77"


def code_for(phone_browser, phone, purpose):
    """What the demo shows below the button."""
    sent = phone_browser.post(f"/fragments/phone-code/{purpose}", {"phone": phone})
    return re.search(r"data-demo-code>(\d{6})<", text_of(sent))[1]


def test_registering_through_a_shared_address_binds_the_referrer_and_logs_in():
    mall = make_mall()
    referrer = make_member(mall)
    link = make_link(referrer, "registration")
    phone, number = stranger(mall), new_phone()

    response = phone.post(
        f"/register?ref={link.code}",
        {
            "phone": number,
            "code": code_for(phone, number, "register"),
            "nickname": "林小满",
            "agree": "on",
            "next": "/orders",
        },
    )

    assert response["Location"] == "/orders"
    with mall_scope(mall.pk):
        member = Member.objects.select_related("buyer").latest("id")
    assert (member.buyer.phone, member.buyer.nickname, member.referrer_id) == (f"+86{number}", "林小满", referrer.pk)
    assert "林小满" in seen_in(phone.get("/me"))
    assert phone.cookies[COOKIE]["httponly"]


def test_a_wrong_code_stands_beside_its_field_and_nothing_typed_is_lost():
    mall = make_mall()
    phone, number = stranger(mall), new_phone()
    code_for(phone, number, "register")

    page = phone.post("/register", {"phone": number, "code": "000000x", "nickname": "林小满", "agree": "on"})

    assert page.status_code == 200
    assert "验证码不正确或已过期，请重新获取。" in seen_in(page)
    assert f'value="{number}"' in text_of(page)
    assert 'value="林小满"' in text_of(page)
    with mall_scope(mall.pk):
        assert not Member.objects.exists()
    assert COOKIE not in phone.cookies


def test_wrong_codes_stay_counted_until_the_right_one_no_longer_helps():
    mall = make_mall()
    phone, number = stranger(mall), new_phone()
    right = code_for(phone, number, "register")

    for _ in range(5):
        phone.post("/register", {"phone": number, "code": "wrong", "agree": "on"})
    page = phone.post("/register", {"phone": number, "code": right, "agree": "on"})

    assert "验证码不正确或已过期" in seen_in(page)


def test_without_agreeing_nobody_is_registered():
    mall = make_mall()
    phone, number = stranger(mall), new_phone()
    page = phone.post("/register", {"phone": number, "code": code_for(phone, number, "register")})
    assert "请先阅读并同意" in seen_in(page)
    with mall_scope(mall.pk):
        assert not Member.objects.exists()


def test_a_known_phone_is_told_to_log_in():
    mall = make_mall()
    number = new_phone()
    make_member(mall, phone=number)
    phone = stranger(mall)
    page = phone.post("/register", {"phone": number, "code": code_for(phone, number, "register"), "agree": "on"})
    assert "该手机号已注册，请直接登录。" in seen_in(page)


def test_where_no_proof_of_the_phone_is_asked_a_password_is():
    mall = make_mall(phone_proof_required=False)
    phone, number = stranger(mall), new_phone()
    assert "验证码" not in seen_in(phone.get("/register"))

    assert phone.post("/register", {"phone": number, "agree": "on"}).status_code == 200
    response = phone.post("/register", {"phone": number, "password": PASSWORD, "agree": "on"})

    assert response["Location"] == "/me"


def test_a_guest_who_registers_keeps_his_orders():
    mall = make_mall()
    with mall_scope(mall.pk):
        guest = create_guest()
    order = place(mall, guest)
    phone, number = logged_in(mall, guest), new_phone()

    phone.post("/register", {"phone": number, "code": code_for(phone, number, "register"), "agree": "on"})

    assert order.number in seen_in(phone.get("/orders"))
    with mall_scope(mall.pk):
        assert Member.objects.get().buyer_id == guest.pk


def test_logging_in_by_password_and_out_again():
    mall, number = make_mall(), new_phone()
    make_member(mall, phone=number, nickname="林小满", password=PASSWORD)
    phone = stranger(mall)

    wrong = phone.post("/login?by=password", {"phone": number, "password": "no-such-password"})
    assert "手机号或密码不正确" in seen_in(wrong)
    assert PASSWORD not in text_of(wrong)
    right = phone.post("/login?by=password", {"phone": number, "password": PASSWORD, "next": "/orders?tab=paid"})
    assert right["Location"] == "/orders?tab=paid"
    assert "林小满" in seen_in(phone.get("/me"))

    phone.post("/logout")
    assert "林小满" not in seen_in(phone.get("/me"))
    assert phone.get("/orders").status_code == 302


def test_logging_in_by_a_code():
    mall, number = make_mall(), new_phone()
    make_member(mall, phone=number)
    phone = stranger(mall)
    response = phone.post("/login", {"phone": number, "code": code_for(phone, number, "login")})
    assert response["Location"] == "/me"
    assert phone.get("/orders").status_code == 200


def test_an_unknown_phone_gets_the_same_answer_for_its_code():
    phone = stranger(make_mall())
    known = phone.post("/fragments/phone-code/login", {"phone": new_phone()})
    assert "验证码已发送" in seen_in(known)
    assert "手机号格式不正确" in seen_in(phone.post("/fragments/phone-code/login", {"phone": "12"}))
    assert phone.post("/fragments/phone-code/steal", {"phone": new_phone()}).status_code == 404


def test_codes_are_not_sent_without_end():
    phone, number = stranger(make_mall()), new_phone()
    answers = [seen_in(phone.post("/fragments/phone-code/login", {"phone": number})) for _ in range(6)]
    assert "验证码已发送" in answers[4]
    assert "操作过于频繁" in answers[5]


def test_a_forgotten_password_is_set_again_and_old_log_ins_end():
    mall, number = make_mall(), new_phone()
    member = make_member(mall, phone=number, password=PASSWORD)
    elsewhere, phone = logged_in(mall, member), stranger(mall)

    code = code_for(phone, number, "reset")
    weak = phone.post("/password-reset", {"phone": number, "code": code, "password": "12345678"})
    assert "不能全是数字" in seen_in(weak)
    done = phone.post("/password-reset", {"phone": number, "code": code, "password": "another-long-88"})

    assert done["Location"] == "/me"
    assert elsewhere.get("/orders").status_code == 302
    assert (
        stranger(mall).post("/login?by=password", {"phone": number, "password": "another-long-88"}).status_code == 302
    )


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "x" * 900]
)
def test_nobody_is_sent_to_another_site_after_logging_in(elsewhere):
    mall, number = make_mall(), new_phone()
    make_member(mall, phone=number, password=PASSWORD)
    given = {"phone": number, "password": PASSWORD, "next": elsewhere}
    assert stranger(mall).post("/login?by=password", given)["Location"] == "/me"


def test_the_share_code_goes_along_from_a_page_of_ones_own_to_registering():
    mall = make_mall()
    code = make_link(make_member(mall)).code
    asked = stranger(mall).get(f"/orders?ref={code}")
    page = stranger(mall).get(asked["Location"])
    assert any(address.startswith("/register") and f"ref={code}" in address for address in places(page))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"phone": "x" * 5000, "code": "y" * 5000},
        {"phone": "\x00", "code": "\x00"},
        {"phone": "13800138000\n", "code": "１２３４５６"},
        {"phone": "\u202e13800138000", "code": "123456"},
    ],
)
def test_bad_input_is_answered_with_the_form(given):
    phone = stranger(make_mall())
    for address in ("/login", "/login?by=password", "/register", "/password-reset"):
        response = phone.post(address, {**given, "password": given.get("code", "")})
        assert response.status_code == 200
        assert 'role="alert"' in text_of(response)


def test_a_malformed_session_is_nobody():
    phone = stranger(make_mall())
    for cookie in ("by_" + "x" * 5000, "by_short", "\u00ff", "st_x", ""):
        phone.cookies[COOKIE] = cookie
        assert phone.get("/me").status_code == 200
        assert phone.get("/orders").status_code == 302


def test_closing_the_account_says_what_is_lost_erases_and_logs_out():
    mall = make_mall()
    member = make_member(mall, nickname="林小满")
    phone = logged_in(mall, member)

    assert "请先确认" in seen_in(phone.post("/me/close", {}))
    response = phone.post("/me/close", {"sure": "on", "forfeit_fen": "0"})

    assert response["Location"] == "/"
    with mall_scope(mall.pk):
        buyer = Buyer.objects.get(pk=member.buyer_id)
        assert buyer.phone is None
        assert Member.objects.get(pk=member.pk).standing == "closed"
    assert phone.get("/orders").status_code == 302


def test_an_account_with_an_open_order_is_not_closed():
    mall = make_mall()
    member = make_member(mall)
    place(mall, member.buyer)
    page = logged_in(mall, member).post("/me/close", {"sure": "on"})
    assert "1 笔未完成的订单" in seen_in(page)
    with mall_scope(mall.pk):
        assert Member.objects.get(pk=member.pk).standing == "active"


def test_the_nickname_can_be_changed_and_not_to_nonsense():
    mall = make_mall()
    phone = logged_in(mall, make_member(mall, nickname="林小满"))

    assert phone.post("/me/profile", {"nickname": "满满"})["Location"] == "/me"
    assert "满满" in seen_in(phone.get("/me"))
    for nickname in ("", "x" * 41, "a\u202eb", "a\x00b"):
        page = phone.post("/me/profile", {"nickname": nickname})
        assert page.status_code == 200
        assert 'role="alert"' in text_of(page)
    assert "满满" in seen_in(phone.get("/me"))


def test_a_member_who_opens_a_registration_link_is_told_that_he_is_one():
    mall = make_mall()
    code = make_link(make_member(mall), "registration").code
    page = seen_in(logged_in(mall, make_member(mall, nickname="陈一诺")).get(f"/register?ref={code}"))
    assert "您已经是会员" in page
    assert "陈一诺" in page
