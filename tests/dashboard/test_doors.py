"""Every page × everybody: who may, sees it; who may not, reads why; who is not of this mall, meets the gate."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from config.urls import dashboard
from mall.staff import rights
from mall.staff.models import Role
from mall.tenancy.context import mall_scope
from tests.dashboard.addresses import OPEN, PAGES
from tests.factories.mall import PASSWORD

pytestmark = pytest.mark.django_db

ROLES = [role.value for role in Role]
GATE = "/dashboard/login"


def answer(client, page, path):
    return client.post(path) if page.only_post else client.get(path)


def test_the_table_names_every_page():
    assert sorted(pattern.name for pattern in dashboard) == sorted([*(page.name for page in PAGES), *OPEN])


def test_every_page_asks_for_the_right_of_the_table():
    asked = {pattern.name: pattern.callback.asks_right for pattern in dashboard if pattern.name not in OPEN}
    assert asked == {page.name: page.right for page in PAGES}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_its_rights_say_and_nothing_else(shown, role):
    client = shown.browser(role)
    wrong = []
    for page in PAGES:
        allowed = page.right is None or rights.may(role, page.right)
        found = answer(client, page, page.path(shown))
        # What is sent by POST and accepted leads on to a page.
        expected = ({200, 302} if page.only_post else {200}) if allowed else {403}
        if found.status_code not in expected:
            wrong.append((page.name, found.status_code, expected))
    assert wrong == []


def test_a_refusal_is_a_page_that_says_who_can_help(shown):
    found = shown.browser("service").get("/dashboard/settings")
    assert found.status_code == 403
    text = found.content.decode()
    assert "您的角色“客服”不能管理员工与设置" in text
    assert "请店主在“员工”页调整" in text


def test_a_role_sees_no_door_that_is_closed_to_it(shown):
    text = shown.browser("service").get("/dashboard/").content.decode()
    for name in ("payments", "events", "staff", "audit", "settings"):
        assert f'href="{reverse("dashboard:" + name)}"' not in text
    for name in ("orders", "products", "cases", "commissions", "payouts", "ledger"):
        assert f'href="{reverse("dashboard:" + name)}"' in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_strangers_are_led_to_the_gate_and_back(shown, page):
    path = page.path(shown)
    found = answer(Client(headers={"host": shown.host}), page, path)
    assert found.status_code == 302
    assert found["Location"].startswith(GATE)
    if not page.only_post:
        assert found["Location"].endswith(path.replace("/", "%2F"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_staff_of_another_mall_are_strangers(shown, neighbour, page):
    client = Client(headers={"host": shown.host})
    client.force_login(neighbour.staff["owner"].user)
    found = answer(client, page, page.path(shown))
    assert found.status_code == 302
    assert found["Location"].startswith(GATE)


@pytest.mark.parametrize("page", [page for page in PAGES if page.args_of_nobody], ids=lambda page: page.name)
def test_another_malls_object_is_as_missing_as_none(shown, neighbour, page):
    client = shown.browser("owner")
    theirs, nobodys = (answer(client, page, path) for path in (page.path(neighbour), page.path_of_nobody()))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content


@pytest.mark.parametrize("broken", ["x", "0", "-1", "%00", "１２３", "a" * 300, "..%2f..%2fetc"])
@pytest.mark.parametrize("room", ["orders", "products", "refunds", "members", "commissions", "payouts", "categories"])
def test_a_malformed_address_is_missing(shown, room, broken):
    assert shown.browser("owner").get(f"/dashboard/{room}/{broken}").status_code == 404


def test_a_member_is_no_staff(shown):
    found = shown.browser("promoter").get("/dashboard/")
    assert found.status_code == 302
    assert found["Location"].startswith(GATE)


def test_a_fragment_without_a_session_takes_the_whole_page_to_the_gate(shown):
    found = Client(headers={"host": shown.host, "hx-request": "true"}).get("/dashboard/today/referrals")
    assert found.status_code == 204
    assert found["HX-Redirect"] == GATE


def test_somebody_dismissed_is_out_at_once(world):
    client = world.browser("manager")
    assert client.get("/dashboard/orders").status_code == 200
    owner = world.browser("owner")
    owner.post(reverse("dashboard:staff-leave", args=[world.staff["manager"].pk]))
    assert client.get("/dashboard/orders").status_code == 302


def test_logging_in_opens_the_page_that_was_asked_for(shown):
    client = Client(headers={"host": shown.host})
    sent = {"email": shown.staff["manager"].user.email, "password": PASSWORD, "next": "/dashboard/orders?status=paid"}
    found = client.post(GATE, sent)
    assert (found.status_code, found["Location"]) == (302, "/dashboard/orders?status=paid")
    assert client.get("/dashboard/orders").status_code == 200
    client.post("/dashboard/logout")
    assert client.get("/dashboard/orders").status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/", "/\\evil", "javascript:1", "x\ny"]
)
def test_logging_in_leads_nowhere_else(shown, elsewhere):
    sent = {"email": shown.staff["owner"].user.email, "password": PASSWORD, "next": elsewhere}
    assert Client(headers={"host": shown.host}).post(GATE, sent)["Location"] == "/dashboard/"


def test_a_wrong_password_opens_nothing_and_keeps_the_email(shown):
    client = Client(headers={"host": shown.host})
    email = shown.staff["manager"].user.email
    found = client.post(GATE, {"email": email, "password": "wrong-password"})
    assert found.status_code == 200
    assert "邮箱或密码不正确" in found.content.decode()
    assert f'value="{email}"' in found.content.decode()
    assert "wrong-password" not in found.content.decode()
    assert client.get("/dashboard/").status_code == 302


def test_staff_of_another_mall_cannot_log_in_here(shown, neighbour):
    client = Client(headers={"host": shown.host})
    found = client.post(GATE, {"email": neighbour.staff["owner"].user.email, "password": PASSWORD})
    assert "邮箱或密码不正确" in found.content.decode()
    assert client.get("/dashboard/").status_code == 302


def test_guessing_is_locked_out(world):
    client = Client(headers={"host": world.host})
    sent = {"email": world.staff["finance"].user.email, "password": "wrong"}
    for _ in range(10):
        client.post(GATE, sent)
    found = client.post(GATE, sent | {"password": PASSWORD})
    assert "操作过于频繁" in found.content.decode()
    assert client.get("/dashboard/").status_code == 302


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "home"], ids=lambda page: page.name)
def test_nothing_is_sent_without_the_forms_token(shown, page):
    client = Client(headers={"host": shown.host}, enforce_csrf_checks=True)
    client.force_login(shown.staff["owner"].user)
    assert client.post(page.path(shown), {"shown_fen": "1"}).status_code == 403


def test_pages_are_kept_by_nobody(shown):
    assert shown.browser("owner").get("/dashboard/orders")["Cache-Control"] == "no-store, private"


def test_on_the_installations_own_host_there_is_no_dashboard(shown):
    client = Client(headers={"host": "localhost"})
    client.force_login(shown.staff["owner"].user)
    assert client.get("/dashboard/").status_code == 404


def test_pages_carry_no_inline_script_or_style(shown):
    client = shown.browser("owner")
    for page in PAGES:
        if page.only_post:
            continue
        text = client.get(page.path(shown)).content.decode(errors="replace")
        assert "<script>" not in text, page.name
        assert " style=" not in text, page.name
        assert "onclick=" not in text, page.name


def test_one_mall_shows_nothing_of_the_other(shown, neighbour):
    client = shown.browser("owner")
    for page in PAGES:
        found = answer(client, page, page.path(shown))
        assert neighbour.marker + "商" not in found.content.decode(errors="replace"), page.name
    with mall_scope(neighbour.mall.pk):
        assert neighbour.product.name == "乙商品"
