"""The promotion centre: links, commissions with their why, what paid nothing, payouts."""

from __future__ import annotations

import re

import pytest

from commissions.ledger.models import Entry
from commissions.payouts.models import Payee, Payout
from commissions.payouts.services import approve_payout, reject_payout, settle_payout
from commissions.plans.services import change_plan
from commissions.settlement.models import Commission
from mall.tenancy.context import mall_scope
from members.models import Member
from members.standing.services import suspend
from referrals.links.models import ShareLink
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import join_through, judged, make_click, make_link
from tests.factories.trade import make_product, make_sku, place_and_pay, receive, refund
from tests.pages.browsing import hidden, logged_in, places, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db

PLAN = {
    "order_levels_bps": [1000, 500],
    "click_fen": 5,
    "budget_month_fen": 100_000,
    "hold_days": 0,
}


def pays_for_registrations(mall):
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"registration_fen": 100})


@pytest.fixture
def mall():
    mall = make_mall(payout_min_fen=100)
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes=PLAN)
    return mall


def buys(mall, buyer, price_fen):
    order = place_and_pay(mall, buyer, (make_sku(mall, price_fen=price_fen), 1))
    drain(mall.pk)
    return order


def commissions_of(member):
    with mall_scope(member.mall_id):
        return list(Commission.objects.filter(beneficiary=member).order_by("id"))


@pytest.fixture
def earned(mall):
    """Grandparent, promoter and buyer; the buyer paid ¥100, so they have ¥5 and ¥10 pending."""
    top = make_member(mall, nickname="外公")
    promoter = make_member(mall, top, nickname="林小满")
    buyer = make_member(mall, promoter, nickname="陈一诺")
    order = buys(mall, buyer.buyer, 10_000)
    return top, promoter, buyer, order


def test_the_centre_shows_what_stands_in_the_ledger(mall, earned):
    top, promoter, _buyer, order = earned
    page = seen_in(logged_in(mall, promoter).get("/promote"))
    assert "待结算 10.00" in page
    assert "可提现（元） 0.00" in page
    assert "订单 一级 陈**" in page
    assert "+10.00" in page
    assert "欠款" not in page

    receive(order)
    drain(mall.pk)
    assert "可提现（元） 10.00" in seen_in(logged_in(mall, promoter).get("/promote"))
    above = seen_in(logged_in(mall, top).get("/promote"))
    assert "二级" in above
    assert "陈" not in above


def test_the_live_part_is_answered_only_when_something_changed(mall, earned):
    _top, promoter, buyer, _order = earned
    phone = logged_in(mall, promoter)
    asks = next(address for address in places(phone.get("/promote")) if address.startswith("/fragments/promotion"))

    assert phone.get(asks).status_code == 204
    buys(mall, buyer.buyer, 20_000)
    changed = phone.get(asks)

    assert changed.status_code == 200
    assert "+20.00" in seen_in(changed)
    assert "待结算 30.00" in seen_in(changed)
    assert text_of(changed).count("gain_new") == 1
    assert (
        phone.get(next(address for address in places(changed) if address.startswith("/fragments"))).status_code == 204
    )


def test_the_first_commission_of_all_is_new(mall):
    promoter = make_member(mall)
    buyer = make_member(mall, promoter)
    phone = logged_in(mall, promoter)
    before = phone.get("/promote")
    assert "还没有佣金" in seen_in(before)
    buys(mall, buyer.buyer, 10_000)
    changed = phone.get(next(address for address in places(before) if address.startswith("/fragments/promotion")))
    assert text_of(changed).count("gain_new") == 1


def test_a_session_that_ended_is_led_to_the_log_in_from_the_live_part(mall, earned):
    answer = stranger(mall).get("/fragments/promotion", headers={"hx-request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/login")


def test_the_why_of_a_commission_adds_up_before_and_after_a_refund(mall, earned):
    _top, promoter, _buyer, order = earned
    (commission,) = commissions_of(promoter)
    phone = logged_in(mall, promoter)
    address = f"/promote/commissions/{commission.public_id}"

    page = seen_in(phone.get(address))
    assert "实付 ¥100.00 ¥100.00 × 10%" in page
    assert "合计 ¥10.00" in page
    assert "第 2 版" in page
    assert "绑定关系" in page
    assert "买家收货后立即结算" in page

    refund(order, 3_333)
    drain(mall.pk)
    page = seen_in(phone.get(address))
    assert "实付 ¥100.00 − 已退 ¥33.33 = ¥66.67" in page
    assert "合计 ¥6.66" in page
    moved = [int(fen.replace(".", "")) for fen in re.findall(r"[+-]\d+\.\d\d", page)]
    assert moved == [1_000, -334]
    with mall_scope(mall.pk):
        ours = Entry.objects.filter(account__member=promoter).values_list("amount_fen", flat=True)
        assert sum(ours) == sum(moved) == 666


def test_the_why_of_another_or_of_another_mall_is_not_found(mall, earned):
    top, promoter, _buyer, _order = earned
    (mine,) = commissions_of(promoter)
    assert logged_in(mall, top).get(f"/promote/commissions/{mine.public_id}").status_code == 404
    other = make_mall()
    assert logged_in(other, make_member(other)).get(f"/promote/commissions/{mine.public_id}").status_code == 404


def test_commissions_are_filtered_and_come_page_by_page(mall, earned):
    _top, promoter, buyer, order = earned
    phone = logged_in(mall, promoter)
    refund(order)
    drain(mall.pk)
    assert "已失效" in seen_in(phone.get("/promote/commissions?state=reversed"))
    assert "这里还没有佣金" in seen_in(phone.get("/promote/commissions?state=pending"))
    assert "这里还没有佣金" in seen_in(phone.get("/promote/commissions?kind=click"))
    assert phone.get("/promote/commissions?kind=x&state=y").status_code == 200
    for price in range(25):
        place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=1_000 + price * 100), 1))
    drain(mall.pk)
    first = phone.get("/promote/commissions")
    assert text_of(first).count("data-commission") == 20
    second = phone.get(next(address for address in places(first) if "before=" in address))
    assert text_of(second).count("data-commission") == 6
    assert phone.get("/promote/commissions?before=nonsense").status_code == 404


def test_what_paid_nothing_stands_there_with_its_reason(mall):
    promoter = make_member(mall)
    link = make_link(promoter)
    judged(make_click(link))
    judged(make_click(link, member=promoter))
    drain(mall.pk)
    phone = logged_in(mall, promoter)

    everything = seen_in(phone.get("/promote/conversions"))
    assert "+0.05" in everything
    assert "您本人的点击不计佣" in everything
    unpaid = seen_in(phone.get("/promote/conversions?only=unpaid"))
    assert "+0.05" not in unpaid
    assert "本人点击" in unpaid


def test_a_link_is_taken_once_for_kind_and_channel_and_shows_its_counts(mall):
    pays_for_registrations(mall)
    promoter = make_member(mall)
    phone = logged_in(mall, promoter)
    assert "还没有链接" in seen_in(phone.get("/promote/links"))

    for _ in range(2):
        assert phone.post("/promote/links", {"kind": "registration", "channel": "weibo"}).status_code == 302
    with mall_scope(mall.pk):
        link = ShareLink.objects.get(owner=promoter)
    join_through(link)
    drain(mall.pk)
    page = seen_in(phone.get("/promote/links"))

    assert f"http://{mall.slug}.localhost:8000/s/{link.code}" in page
    assert "会员注册链接 微博 佣金 ¥ 1 .00" in page
    assert "0 点击 0 有效 1 注册 0 订单" in page
    assert phone.get(f"/q/{link.code}.svg").status_code == 200


@pytest.mark.parametrize(
    "given", [{"kind": "x"}, {"channel": "x" * 300}, {"kind": "product", "channel": "wechat"}, {"channel": "\x00"}]
)
def test_a_link_that_cannot_be_is_refused_with_a_sentence(mall, given):
    promoter = make_member(mall)
    page = logged_in(mall, promoter).post("/promote/links", {"kind": "mall", "channel": "wechat", **given})
    assert page.status_code == 200
    assert 'role="alert"' in text_of(page)
    with mall_scope(mall.pk):
        assert not ShareLink.objects.exists()


def test_the_share_panel_is_for_promoters_and_gives_a_product_link(mall):
    promoter, product = make_member(mall), make_product(mall)
    address = f"/fragments/share?product={product.public_id}"
    assert text_of(stranger(mall).get(address)) == ""

    phone = logged_in(mall, promoter)
    assert "最高赚 ¥10.00 广告" in seen_in(phone.get(address))
    taken = phone.post(f"/fragments/share/{product.public_id}", {"channel": "qq"})
    with mall_scope(mall.pk):
        link = ShareLink.objects.get(owner=promoter, kind="product")
        assert (link.product_id, link.channel.slug) == (product.pk, "qq")
    assert f"/s/{link.code}" in seen_in(taken)

    elsewhere = make_product(make_mall())
    assert phone.get(f"/fragments/share?product={elsewhere.public_id}").status_code == 404
    assert phone.post(f"/fragments/share/{elsewhere.public_id}", {"channel": "qq"}).status_code == 404
    assert phone.get("/fragments/share?product=x").status_code == 404


def test_a_suspended_promoter_is_told_and_takes_no_links(mall):
    promoter, product = make_member(mall), make_product(mall)
    with mall_scope(mall.pk):
        suspend(member=promoter, reason="刷单", actor=owner_of(mall))
    phone = logged_in(mall, promoter)
    assert "推广资格已停用" in seen_in(phone.get("/promote"))
    assert "推广资格已停用" in seen_in(phone.post("/promote/links", {"kind": "mall", "channel": "qq"}))
    assert text_of(phone.get(f"/fragments/share?product={product.public_id}")) == ""
    assert "data-own-code" not in text_of(phone.get("/"))
    with mall_scope(mall.pk):
        assert not ShareLink.objects.exists()


@pytest.fixture
def rich(mall, earned):
    """The promoter with ¥10 available and a payee."""
    _top, promoter, _buyer, order = earned
    receive(order)
    drain(mall.pk)
    phone = logged_in(mall, promoter)
    phone.post("/promote/payees", {"name": "林小满", "bank": "招商银行", "account": "6225880112345678"})
    with mall_scope(mall.pk):
        payee = Payee.objects.get(member=promoter)
    return promoter, phone, payee


def asks(phone, payee, amount):
    page = phone.get("/promote/payouts")
    given = {"amount_fen": amount, "payee": payee.public_id, "attempt": hidden(page, "attempt")}
    return given, phone.post("/promote/payouts/request", given)


def test_a_payout_holds_the_money_and_is_seen_through_to_its_end(mall, rich):
    promoter, phone, payee = rich
    page = seen_in(phone.get("/promote/payouts"))
    assert "招商银行 ····5678" in page
    assert "6225880112345678" not in page

    given, answer = asks(phone, payee, "4.50")
    assert answer["Location"] == "/promote/payouts"
    phone.post("/promote/payouts/request", given)
    with mall_scope(mall.pk):
        payout = Payout.objects.get(member=promoter)
    assert payout.amount_fen == 450
    page = seen_in(phone.get("/promote/payouts"))
    assert "可提现（元） 5.50" in page
    assert "¥4.50" in page
    assert "待审核" in page

    owner = owner_of(mall)
    with mall_scope(mall.pk):
        approve_payout(payout=payout, staff=owner)
        settle_payout(payout=payout, staff=owner, evidence="转账流水 1")
    assert "已到账" in seen_in(phone.get("/promote/payouts"))
    assert "已提现 4.50" in seen_in(phone.get("/promote"))


def test_a_rejected_payout_shows_why_and_the_money_is_back(mall, rich):
    _promoter, phone, payee = rich
    asks(phone, payee, "10")
    with mall_scope(mall.pk):
        reject_payout(payout=Payout.objects.get(), staff=owner_of(mall), reason="户名与卡号不符")
    page = seen_in(phone.get("/promote/payouts"))
    assert "户名与卡号不符" in page
    assert "可提现（元） 10.00" in page


@pytest.mark.parametrize("amount", ["10.01", "0.99", "0", "-1", "1.234", "NaN", "", "x", "9" * 40, "1,0.0.0"])
def test_an_amount_that_cannot_be_paid_out_stands_beside_its_field(mall, rich, amount):
    _promoter, phone, payee = rich
    _given, page = asks(phone, payee, amount)
    assert page.status_code == 200
    assert 'role="alert"' in text_of(page)
    if amount:
        assert f'value="{amount}"' in text_of(page)
    with mall_scope(mall.pk):
        assert not Payout.objects.exists()


def test_somebody_elses_payee_is_not_found(mall, rich):
    _promoter, phone, _payee = rich
    other = make_member(mall)
    logged_in(mall, other).post("/promote/payees", {"name": "他", "bank": "工商银行", "account": "6222000011112222"})
    with mall_scope(mall.pk):
        theirs = Payee.objects.get(member=other)
    _given, page = asks(phone, theirs, "1")
    assert page.status_code == 404
    with mall_scope(mall.pk):
        assert not Payout.objects.exists()


@pytest.mark.parametrize(
    "given", [{"account": "123"}, {"name": ""}, {"bank": "x" * 500}, {"name": "a\u202eb"}, {"account": "1" * 99}]
)
def test_a_payee_that_cannot_be_is_refused_and_what_was_typed_stays(mall, given):
    phone = logged_in(mall, make_member(mall))
    typed = {"name": "林小满", "bank": "招商银行", "account": "6225880112345678", **given}
    page = phone.post("/promote/payees", typed)
    assert page.status_code == 200
    assert 'role="alert"' in text_of(page)
    kept = next(value for name, value in typed.items() if name not in given)
    assert f'value="{kept}"' in text_of(page)
    with mall_scope(mall.pk):
        assert not Payee.objects.exists()


def test_a_debt_is_shown_and_blocks_payouts(mall, earned):
    _top, promoter, _buyer, order = earned
    receive(order)
    drain(mall.pk)
    phone = logged_in(mall, promoter)
    phone.post("/promote/payees", {"name": "林小满", "bank": "招商银行", "account": "6225880112345678"})
    with mall_scope(mall.pk):
        payee = Payee.objects.get()
    asks(phone, payee, "10")
    refund(order, 6_000)
    drain(mall.pk)

    assert "欠款 6.00" in seen_in(phone.get("/promote"))
    assert "有 ¥6.00 欠款待抵扣" in seen_in(phone.get("/promote/payouts"))


def test_leaving_money_behind_must_be_confirmed_to_the_fen(mall, earned):
    _top, promoter, _buyer, _order = earned
    phone = logged_in(mall, promoter)
    page = phone.get("/me/close")
    assert "¥10.00" in seen_in(page)
    assert hidden(page, "forfeit_fen") == "1000"

    refused = phone.post("/me/close", {"sure": "on", "forfeit_fen": "999"})
    assert refused.status_code == 200
    with mall_scope(mall.pk):
        assert Member.objects.get(pk=promoter.pk).standing == "active"
    assert phone.post("/me/close", {"sure": "on", "forfeit_fen": "1000"})["Location"] == "/"


def test_how_it_pays_follows_the_plan_in_force(mall):
    pays_for_registrations(mall)
    page = seen_in(stranger(mall).get("/how-it-pays"))
    for text in ("一级 （带来买家的人） 10% ¥10.00", "二级 （上一级的推荐人） 5% ¥5.00", "每次有效点击 ¥0.05",
                 "每位新会员 ¥1.00", "收货后立即结算", "最多 2 级"):  # fmt: skip
        assert text in page
    with mall_scope(mall.pk):
        change_plan(
            author=owner_of(mall).user,
            changes={"order_levels_bps": [750], "click_fen": 0, "registration_fen": 0, "hold_days": 7},
        )
    page = seen_in(stranger(mall).get("/how-it-pays"))
    assert "7.5% ¥7.50" in page
    assert "二级" not in page
    assert "目前点击和注册不计佣" in page
    assert "收货后 7 天结算" in page
