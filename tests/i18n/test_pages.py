"""With English chosen, all that is not the merchant's own is English."""

from __future__ import annotations

import re

import pytest

from mall.tenancy.context import mall_scope
from tests.factories.mall import host_of, make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import make_link
from tests.factories.trade import make_product
from tests.i18n.test_catalogue import HAN
from tests.pages.browsing import logged_in, seen_in, stranger, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compiled")]

OPEN = ("/", "/categories", "/products", "/products/{product}", "/login", "/login?by=password", "/register",
        "/password-reset", "/me", "/privacy", "/how-it-pays")  # fmt: skip
FOR_MEMBERS = ("/me", "/promote", "/promote/links", "/promote/commissions", "/promote/conversions",
               "/promote/payouts", "/me/close", "/orders", "/products/{product}")  # fmt: skip
DASHBOARD = ("", "orders", "products", "products/new", "categories", "refunds", "payments", "plan", "plan/versions",
             "commissions", "conversions", "payouts", "ledger", "members", "staff", "settings", "events",
             "audit")  # fmt: skip


@pytest.fixture
def mall():
    return make_mall(name="Cloud Hill Tea", notice="New tea in April", service_phone="400-820-0000")


@pytest.fixture
def product(mall):
    return make_product(mall, name="Dragon Well")


def chinese_in(response) -> list[str]:
    """Chinese words a reader finds, or hears: not those that offer the Chinese pages."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", text_of(response), flags=re.DOTALL)
    page = re.sub(r'<a\b[^>]*lang="zh-hans"[^>]*>简体中文</a>', " ", page)
    return [piece.strip() for piece in re.split(r"[<>\n\"]", page) if HAN.search(piece)]


def test_the_home_page_speaks_the_language_chosen(mall, product):
    phone = stranger(mall)
    assert "首页" in seen_in(phone.get("/"))

    phone.get("/language/en")
    page = phone.get("/")

    assert '<html lang="en"' in text_of(page)
    assert "Featured" in seen_in(page)
    assert chinese_in(page) == []
    assert "首页" in seen_in(stranger(mall).get("/"))


@pytest.mark.parametrize("address", OPEN)
def test_a_strangers_pages(mall, product, address):
    page = stranger(mall).get(address.format(product=product.public_id), headers={"accept-language": "en"})
    assert page.status_code == 200
    assert chinese_in(page) == []


@pytest.mark.parametrize("address", FOR_MEMBERS)
def test_a_members_pages(mall, product, address):
    member = make_member(mall, nickname="Lin")
    make_link(member)
    phone = logged_in(mall, member)
    page = phone.get(address.format(product=product.public_id), headers={"accept-language": "en"})
    assert page.status_code == 200
    assert chinese_in(page) == []


def test_the_dashboards_door(client, mall):
    page = client.get("/dashboard/login", headers={"host": host_of(mall), "accept-language": "en"})
    assert "Merchant login" in seen_in(page)
    assert chinese_in(page) == []


@pytest.mark.parametrize("address", DASHBOARD)
def test_the_dashboards_pages(client, mall, product, address):
    make_member(mall, nickname="Lin")
    client.force_login(owner_of(mall).user)
    page = client.get(f"/dashboard/{address}", headers={"host": host_of(mall), "accept-language": "en"})
    assert page.status_code == 200
    assert chinese_in(page) == []


def test_the_api_answers_by_the_language_asked_for(client, mall):
    asked = {"host": host_of(mall), "accept-language": "en", "authorization": "Bearer nothing"}
    answer = client.get("/api/v1/orders", headers=asked)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["detail"] == "The token is invalid or has expired. Please log in again."
    with mall_scope(mall.pk):
        refused = client.get("/api/v1/orders", headers=asked | {"accept-language": "zh-CN"})
    assert refused.json()["errors"][0]["detail"] == "令牌无效或已过期，请重新登录。"


def test_an_unknown_host_is_told_in_its_language(client):
    answer = client.get("/api/v1/products", headers={"host": "nowhere.example", "accept-language": "en"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["detail"] == "There is no such mall."
