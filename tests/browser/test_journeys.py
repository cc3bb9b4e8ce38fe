"""Whole journeys: a bank transfer, a refund and a review; a merchant's first order; a promoter's first link."""

from __future__ import annotations

import time
from typing import Any

import pytest

from commissions.settlement.models import Commission
from mall.aftersales.case_models import Case
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.reviews.models import Review
from mall.tenancy.context import mall_scope
from mall.tenancy.middleware import mall_id_of_host
from members.models import Member
from tests.browser.conftest import ANDROID
from tests.browser.test_buying import Hand, paid_for
from tests.browser.test_loop import (
    _beside_playwrights_event_loop,  # noqa: F401 - a fixture
    logged_in_phone,
    make_shop,
    phone,
)
from tests.factories.mall import PASSWORD, owner_of
from tests.factories.members import make_member, new_phone
from tests.factories.referrals import WECHAT, make_link

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 800}
FIRST_LINK_TAPS_MOST = 3


def counter(chromium: Any, mall: Mall, base: str) -> Any:
    """The owner at his desk, logged in."""
    page = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    page.set_default_timeout(60_000)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{base}/dashboard/")
    page.fill("[name=email]", owner_of(mall).user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/dashboard/")
    return page


def buy_by_transfer(page: Any, base: str, code: str, picture: Any) -> None:
    """A stranger comes through a link, pays by bank transfer and shows the bank's serial number."""
    page.goto(f"{base}/s/{code}")
    page.click(".bottom-bar >> text=立即购买")
    page.click("#sku >> text=立即购买")
    page.fill("#pasted", f"张三 {new_phone()} 浙江省杭州市西湖区文三路1号")
    page.wait_for_selector("input[name=detail][value='文三路1号']")
    page.click("text=获取验证码")
    page.fill("[name=code]", page.inner_text("[data-demo-code]"))
    page.click(".bottom-bar button:has-text('提交订单')")
    page.wait_for_selector("text=确认付款")
    page.check("input[name=provider][value=bank_transfer]")
    page.click("button:has-text('确认付款')")
    page.wait_for_selector("text=转账信息")
    picture(page, "journey-1-transfer")
    page.click("a:has-text('上传')")
    page.fill("[name=serial]", "ICBC20260101000001")
    page.click("text=提交凭证")
    page.wait_for_selector("text=ICBC20260101000001")


def test_from_a_share_link_through_a_transfer_and_a_refund_to_a_review(server, worker, chromium, picture):
    mall, product = make_shop()
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(bank_instructions=["户名：云山茶事", "账号：6222 0202 0011 2233"])
    promoter = make_member(mall)
    base = f"http://{mall.slug}.localhost:{server}"
    his = phone(chromium, user_agent=WECHAT)
    buy_by_transfer(his, base, make_link(promoter, "product", product=product).code, picture)
    with mall_scope(mall.pk):
        order = Order.objects.get()
        assert (order.status, order.total_fen) == ("awaiting_payment", 12_800)
        assert not Commission.objects.exists()

    theirs = counter(chromium, mall, base)
    confirm(theirs, base)
    assert paid_for(mall, promoter) == [1_280]
    his.wait_for_selector("text=支付成功")
    ship(theirs, f"{base}/dashboard/orders/{order.public_id}")
    his.goto(f"{base}/orders/{order.public_id}")
    his.wait_for_selector("text=SF1234567890")
    picture(his, "journey-2-shipped")
    his.click("button:has-text('确认收货')")
    his.wait_for_selector("text=已收货")
    complain(his, f"{base}/orders/{order.public_id}/cases/new?kind=refund", picture)
    with mall_scope(mall.pk):
        case = Case.objects.get()
        assert (case.kind, case.status) == ("refund", "requested")

    theirs.goto(f"{base}/dashboard/cases/{case.public_id}")
    picture(theirs, "journey-4-case")
    theirs.click("text=同意")
    theirs.fill("dialog [name=evidence]", "网银 88")
    theirs.click("dialog button[type=submit]")
    theirs.wait_for_selector("dialog[open]", state="detached")
    with mall_scope(mall.pk):
        order.refresh_from_db()
        assert order.refunded_fen == 2_800
    assert standing(mall, promoter, 1_000) == 1_000

    his.goto(f"{base}/orders/{order.public_id}/reviews/new")
    his.click("label[for^=stars-]:last-of-type")
    his.fill("[name=text]", "茶香清雅，包装细致。")
    his.click("button:has-text('发表评价')")
    his.wait_for_selector("text=茶香清雅")
    picture(his, "journey-5-review")
    his.goto(f"{base}/products/{product.public_id}")
    his.wait_for_selector("text=茶香清雅，包装细致。")
    with mall_scope(mall.pk):
        assert Review.objects.get().text == "茶香清雅，包装细致。"
    assert his.troubles == []
    assert theirs.troubles == []


def confirm(page: Any, base: str) -> None:
    """The money has come."""
    page.goto(f"{base}/dashboard/payments")
    page.click("tbody a.button:has-text('确认收款')")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog[open]", state="detached")


def ship(page: Any, address: str) -> None:
    """The goods are on their way."""
    page.goto(address)
    page.click(".head a.main")
    page.fill("dialog [name=company]", "顺丰速运")
    page.fill("dialog [name=number]", "SF1234567890")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog[open]", state="detached")


def complain(page: Any, address: str, picture: Any) -> None:
    """¥28 back for goods that came damaged."""
    page.goto(address)
    page.fill("input[name^=amount_]", "28")
    # Money for the damage; the goods stay with him.
    page.fill("input[name^=quantity_]", "0")
    page.locator("[name=why]").first.check(force=True)
    page.fill("[name=detail]", "一罐压坏了")
    picture(page, "journey-3-complaint")
    page.click("text=提交申请")
    page.wait_for_selector("text=待商家处理")


def standing(mall: Mall, promoter: Member, wanted: int) -> int:
    """What stands of the promoter's commission, once the worker has been round."""
    until = time.monotonic() + 10
    found = -1
    while found != wanted and time.monotonic() < until:
        with mall_scope(mall.pk):
            one = Commission.objects.get(beneficiary=promoter)
            found = one.accrued_fen - one.reversed_fen
        time.sleep(0.2)
    return found


def test_a_promoter_has_his_first_link_after_three_taps(server, chromium, picture, record_property):
    mall, _product = make_shop()
    member = make_member(mall)
    base = f"http://{mall.slug}.localhost:{server}"
    page = logged_in_phone(chromium, member, base)
    page.goto(f"{base}/me")
    hand = Hand(page)
    hand.tap("text=推广中心")
    hand.tap("text=我的链接")
    hand.tap("button:has-text('获取链接')")
    page.wait_for_selector(f"text={base}/s/")
    picture(page, "journey-first-link")
    record_property("figures", f"{hand.taps} taps from logging in to the first link")
    assert hand.taps <= FIRST_LINK_TAPS_MOST
    assert page.troubles == []


def test_a_merchant_signs_up_and_sells_within_a_few_steps(server, worker, chromium, picture, record_property):
    """Sign-up, goods, a price for them, and the first order that a stranger pays."""
    page = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    page.set_default_timeout(60_000)
    hand = Hand(page)
    page.goto(f"http://localhost:{server}/operator/signup")
    for field, text in {
        "name": "青禾小铺", "slug": "qinghe", "email": "boss@qinghe.example", "password": PASSWORD,
    }.items():  # fmt: skip
        hand.type(f"[name={field}]", text)
    for box in page.locator("input[type=checkbox]").all():
        box.check()
        hand.taps += 1
    picture(page, "journey-signup")
    hand.tap("button[type=submit]")
    page.wait_for_url("**/dashboard/**")
    base = page.url.split("/dashboard/")[0]
    assert base == f"http://qinghe.localhost:{server}"
    picture(page, "journey-checklist")
    hand.tap("button:has-text('示例商品')")
    page.wait_for_load_state("networkidle")
    mall_id = mall_id_of_host("qinghe.localhost")
    his = phone(chromium, user_agent=ANDROID)
    his.goto(f"{base}/products")
    picture(his, "journey-new-shop")
    his.click("a:has-text('高山绿茶')")
    his.click(".bottom-bar >> text=立即购买")
    his.click("#sku .chip:has-text('100克')")
    picture(his, "journey-sample")
    his.click("#sku >> text=立即购买")
    his.fill("#pasted", f"李四 {new_phone()} 上海市黄浦区南京东路1号")
    his.wait_for_selector("input[name=detail][value='南京东路1号']")
    his.click("text=获取验证码")
    his.fill("[name=code]", his.inner_text("[data-demo-code]"))
    his.click(".bottom-bar button:has-text('提交订单')")
    his.click("button:has-text('确认付款')")
    his.wait_for_selector("text=支付成功")
    page.goto(f"{base}/dashboard/")
    page.wait_for_selector("text=青禾小铺")
    picture(page, "journey-first-order")
    record_property("figures", f"{hand.taps} taps and {hand.fields} fields from sign-up to goods on sale")
    with mall_scope(mall_id):
        assert Order.objects.get().status == "paid"
