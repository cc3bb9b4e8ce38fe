"""What holds for all pages: who may open them, what they must not say, what they must not contain."""

from __future__ import annotations

import re

import pytest

from mall.tenancy.context import mall_scope
from referrals.links.selectors import links_of
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.referrals import make_link
from tests.factories.trade import make_product, place, place_and_pay
from tests.pages.browsing import logged_in, seen_in, stranger, text_of

pytestmark = pytest.mark.django_db

OPEN = ("/", "/categories", "/products", "/products/{product}", "/login", "/login?by=password", "/register",
        "/password-reset", "/me", "/privacy", "/how-it-pays", "/cart",
        "/checkout?sku={sku}&quantity=2")  # fmt: skip
FOR_BUYERS = ("/orders", "/orders?tab=refunds", "/orders/{order}", "/orders/{paid}/cases/new", "/orders/{order}/pay",
              "/orders/{paid}/paid", "/orders?tab=to_review",
              "/orders/{paid}/invoice", "/addresses", "/addresses/new", "/me/profile")  # fmt: skip
FOR_MEMBERS = ("/promote", "/promote/links", "/promote/commissions", "/promote/conversions", "/promote/payouts",
               "/me/close", "/fragments/promotion")  # fmt: skip
# A visitor reads these words on no page: they get a domain blocked.
FORBIDDEN = ("赚", "佣", "推广", "分享", "返利", "下线", "转发", "邀请")
# What it pays is public, but nobody is led there before he has logged in.
SAYS_WHAT_IT_PAYS = "/how-it-pays"


@pytest.fixture
def shop():
    """A mall with a product, a member and two orders of his."""
    mall = make_mall(notice="全场包邮", bank_instructions=["户名：云山茶业"])
    member = make_member(mall, nickname="林小满")
    product = make_product(mall, name="西湖龙井")
    with mall_scope(mall.pk):
        sku = product.skus.get()
    order = place(mall, member.buyer, (sku, 1))
    paid = place_and_pay(mall, member.buyer, (sku, 2))
    names = {
        "product": product.public_id,
        "sku": sku.public_id,
        "order": order.public_id,
        "paid": paid.public_id,
    }
    return mall, member, lambda address: address.format(**names)


@pytest.mark.parametrize("address", OPEN)
def test_open_pages_answer_everybody(shop, address):
    mall, member, named = shop
    assert stranger(mall).get(named(address)).status_code == 200
    assert logged_in(mall, member).get(named(address)).status_code == 200


@pytest.mark.parametrize("address", FOR_BUYERS + FOR_MEMBERS)
def test_pages_of_ones_own_ask_strangers_to_log_in_and_bring_them_back(shop, address):
    mall, member, named = shop
    refused = stranger(mall).get(named(address))
    assert refused.status_code == 302
    assert refused["Location"].startswith("/login?next=")
    assert logged_in(mall, member).get(named(address)).status_code == 200


@pytest.mark.parametrize("address", [address for address in FOR_BUYERS if "{" in address and "sku" not in address])
def test_somebody_elses_order_is_not_found(shop, address):
    mall, _member, named = shop
    assert logged_in(mall, make_member(mall)).get(named(address)).status_code == 404


@pytest.mark.parametrize("address", [address for address in OPEN + FOR_BUYERS if "{" in address])
def test_another_malls_things_are_not_found(shop, address):
    _mall, _member, named = shop
    other = make_mall()
    assert logged_in(other, make_member(other)).get(named(address)).status_code == 404


def test_a_log_in_of_one_mall_is_none_in_another(shop):
    mall, member, _named = shop
    phone = logged_in(mall, member)
    other = make_mall()
    assert phone.get("/orders", headers={"host": f"{other.slug}.localhost"}).status_code == 302


@pytest.mark.parametrize("address", [address for address in OPEN if address != SAYS_WHAT_IT_PAYS])
def test_a_visitors_page_says_nothing_of_earning_by_sharing(shop, address):
    mall, member, named = shop
    code = make_link(member).code
    for query in ("", f"ref={code}"):
        path = named(address) + (("&" if "?" in address else "?") + query if query else "")
        page = seen_in(stranger(mall).get(path))
        assert [word for word in FORBIDDEN if word in page] == []


@pytest.mark.parametrize("address", OPEN + FOR_BUYERS + FOR_MEMBERS)
def test_no_page_has_scripts_or_styles_of_its_own(shop, address):
    mall, member, named = shop
    for phone in (stranger(mall), logged_in(mall, member)):
        page = text_of(phone.get(named(address), follow=True))
        assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == []


@pytest.mark.parametrize("address", OPEN + FOR_BUYERS + FOR_MEMBERS[:-1])
def test_every_page_has_its_title_its_language_and_fits_the_whole_screen(shop, address):
    mall, member, named = shop
    page = text_of(logged_in(mall, member).get(named(address)))
    assert '<html lang="zh-hans">' in page
    assert "viewport-fit=cover" in page
    title = re.search(r"<title>(.*?)</title>", page)[1]
    assert mall.name in title
    assert len(re.findall(r"<h1", page)) == 1


@pytest.mark.parametrize("address", FOR_BUYERS + FOR_MEMBERS)
def test_pages_of_ones_own_are_kept_by_nobody_else(shop, address):
    mall, member, named = shop
    assert "private" in logged_in(mall, member).get(named(address))["Cache-Control"]


@pytest.mark.parametrize("address", ["/", "/products/{product}", "/register"])
def test_a_promoters_page_carries_his_code_in_address_and_card(shop, address):
    mall, member, named = shop
    page = text_of(logged_in(mall, member).get(named(address)))

    with mall_scope(mall.pk):
        own = links_of(member).get()
    assert own.kind == "mall"
    assert own.channel.slug == "wechat"
    assert f'data-own-code="{own.code}"' in page
    assert f'property="og:url" content="http://{mall.slug}.localhost{named(address)}?ref={own.code}"' in page


def test_a_product_link_of_his_comes_before_his_mall_link(shop):
    mall, member, named = shop
    with mall_scope(mall.pk):
        from mall.catalogue.models import Product

        product = Product.objects.get(name="西湖龙井")
    link = make_link(member, "product", product=product)
    page = text_of(logged_in(mall, member).get(named("/products/{product}")))
    assert f'data-own-code="{link.code}"' in page


def test_somebody_elses_code_is_confirmed_and_then_replaced_by_ones_own(shop):
    mall, member, _named = shop
    other = make_link(make_member(mall))
    page = text_of(logged_in(mall, member).get(f"/?ref={other.code}"))
    assert f'data-ref="{other.code}"' in page
    assert f"ref={other.code}" not in page.split("og:url")[1].split(">")[0]
    assert "您本人的点击不计佣" not in page


def test_the_promoter_who_opens_his_own_link_is_told_that_it_works(shop):
    mall, member, _named = shop
    link = make_link(member, "registration")
    assert "链接有效；您本人的点击不计佣" in seen_in(logged_in(mall, member).get(f"/register?ref={link.code}"))
    assert "不计佣" not in seen_in(stranger(mall).get(f"/register?ref={link.code}"))


def test_a_page_nobody_forwards_makes_no_link(shop):
    mall, member, _named = shop
    logged_in(mall, member).get("/orders")
    with mall_scope(mall.pk):
        assert links_of(member).count() == 0


@pytest.mark.parametrize(
    "address", ["/", "/categories", "/products", "/products/{product}", "/privacy", "/how-it-pays"]
)
def test_who_only_looks_around_is_given_no_cookie(shop, address):
    mall, _member, named = shop
    assert not stranger(mall).get(named(address)).cookies


def test_forms_without_a_token_are_refused(shop):
    mall, member, named = shop
    phone = logged_in(mall, member, enforce_csrf_checks=True)
    for address in ("/login", "/logout", "/register", "/me/close", "/promote/links", "/promote/payouts/request",
                    "/promote/payees", named("/orders/{order}/cancel"), named("/orders/{order}/pay"),
                    named("/orders/{paid}/cases/new"), named("/checkout?sku={sku}"),
                    "/fragments/phone-code/login"):  # fmt: skip
        assert phone.post(address, {}).status_code == 403, address


def test_what_only_changes_by_post_does_not_change_by_get(shop):
    mall, member, named = shop
    phone = logged_in(mall, member)
    for address in ("/logout", named("/orders/{order}/cancel"), named("/orders/{paid}/receipt"),
                    "/promote/payouts/request", "/promote/payees", "/fragments/phone-code/login"):  # fmt: skip
        assert phone.get(address).status_code == 405, address
