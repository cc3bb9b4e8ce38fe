"""The dashboard in a real browser: what scripts add, that all works without them, and that nothing runs off a phone."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import pytest

from commissions.plans.selectors import current_plan
from mall.notices.models import StaffNotice
from mall.orders.models import Order
from mall.payments.models import Payment
from mall.tenancy.context import mall_scope
from tests.browser.looking import faults, is_trouble
from tests.dashboard.addresses import PAGES
from tests.factories.mall import PASSWORD
from tests.factories.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def _beside_playwrights_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright runs a loop in this thread; the tests' own queries wait for nobody in it.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def desk(chromium: Any, world: World, port: str, size: dict[str, int] = DESK, **more: Any) -> Any:
    """The owner's page, logged in; an error in a script fails the test."""
    page = chromium.new_context(viewport=size, locale="zh-CN", **more).new_page()
    page.set_default_timeout(60_000)
    page.base = f"http://{world.host}:{port}"
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    # The pictures of a world's goods are names without files.
    page.on(
        "console",
        lambda said: (
            page.troubles.append(said.text) if is_trouble(said) and "/media/" not in said.location["url"] else None
        ),
    )
    page.goto(f"{page.base}/dashboard/")
    page.fill("[name=email]", world.staff["owner"].user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/dashboard/")
    return page


def test_the_example_answers_while_the_merchant_types(chromium, server, picture):
    world = make_world("丁")
    page = desk(chromium, world, server)
    page.goto(f"{page.base}/dashboard/plan")
    assert "您留 ¥85.00" in page.inner_text("#example")
    page.fill("#id_level_2", "2.5")
    page.wait_for_selector("#example >> text=您留 ¥87.50")
    page.fill("#id_example_price", "9.99")
    page.wait_for_selector("#example >> text=一级得 ¥0.99")
    page.fill("#id_level_1", "40")
    page.wait_for_selector("#example >> text=不能保存")
    picture(page, "dashboard-plan")
    page.fill("#id_level_1", "8")
    page.click("text=核对修改")
    assert "一级 8%，二级 2.5%" in page.inner_text("main")
    page.click("text=确认启用第 4 版")
    page.wait_for_selector("text=新方案已生效")
    with mall_scope(world.mall.pk):
        assert current_plan().order_levels_bps == [800, 250]
    assert page.troubles == []


def test_a_question_opens_as_a_sheet_and_keeps_what_was_typed(chromium, server, picture):
    world = make_world("戊")
    payment, order = world.payments["pending"], world.orders["paid"]
    page = desk(chromium, world, server)
    page.goto(f"{page.base}/dashboard/payments")
    page.click("tbody a.button")
    page.wait_for_selector("dialog[open] >> text=¥200.00")
    picture(page, "dashboard-confirm")
    page.click("dialog >> text=不，返回")
    page.wait_for_selector("dialog[open]", state="detached")
    with mall_scope(world.mall.pk):
        assert Payment.objects.get(pk=payment.pk).status == "pending"
    page.goto(f"{page.base}/dashboard/orders/{order.public_id}")
    page.click(".head a.main")
    page.fill("dialog [name=company]", "顺丰速运")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .errorlist")
    assert page.input_value("dialog [name=company]") == "顺丰速运"
    page.fill("dialog [name=number]", "SF1")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(f"text=订单 {order.number} 已发货")
    with mall_scope(world.mall.pk):
        assert Order.objects.get(pk=order.pk).tracking_number == "SF1"
    assert page.troubles == []


def test_everything_works_without_scripts(chromium, server):
    world = make_world("己")
    payment = world.payments["pending"]
    page = desk(chromium, world, server, java_script_enabled=False)
    page.goto(f"{page.base}/dashboard/payments")
    page.click("tbody a.button")
    assert page.url.endswith(f"/payments/{payment.public_id}/confirm")
    assert page.inner_text("form .amount") == "¥200.00"
    assert page.input_value("[name=received_fen]") == "200"
    page.click("button:has-text('确认已到账')")
    page.wait_for_url(f"**/dashboard/payments/{payment.public_id}")
    assert "的到账（应收 ¥200.00）" in page.inner_text("body")
    with mall_scope(world.mall.pk):
        assert Payment.objects.get(pk=payment.pk).status == "succeeded"
    page.goto(f"{page.base}/dashboard/orders/{world.orders['paid'].public_id}")
    page.click("text=查看谁从这笔订单获得佣金")
    assert "¥18.00" in page.inner_text("body")


def test_a_new_order_shows_on_a_phone_whose_menu_is_folded_and_on_the_tab(chromium, server):
    world = make_world("庚")
    page = desk(chromium, world, server, PHONE)
    with mall_scope(world.mall.pk):
        unseen = StaffNotice.objects.filter(seen_at=None).count()
    assert unseen > 0
    page.wait_for_selector(f".menu-toggle .count:has-text('{unseen}')")
    assert page.title().startswith(f"({unseen}) ")
    page.goto(f"{page.base}/dashboard/notices")
    page.click("text=全部标为已读")
    page.wait_for_load_state("networkidle")
    assert page.locator(".menu-toggle .count").count() == 0
    assert not page.title().startswith("(")
    assert page.troubles == []


def test_no_page_runs_off_the_screen_of_a_phone_or_is_hard_to_read_or_to_hit(chromium, server):
    from playwright.sync_api import Error

    world = make_world("一个名字特别特别长看它会不会把版面撑破的")
    page = desk(chromium, world, server, PHONE)
    found = []
    for one in PAGES:
        if one.only_post:
            continue
        if one.is_file:
            # There is nothing to look at, but it must arrive.
            with page.expect_download() as kept, suppress(Error):
                page.goto(f"{page.base}{one.path(world)}")
            assert kept.value.failure() is None
            continue
        page.goto(f"{page.base}{one.path(world)}")
        page.wait_for_function("!document.querySelector('.htmx-request')")
        if not page.locator("link[rel=stylesheet]").count():
            # A piece of another page, which is looked at there.
            continue
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Some goods of a world have the names of pictures only.
            wrong = [fault for fault in faults(page, fingers=True) if "broken picture" not in fault]
            found += [f"{one.name} {scheme}: {fault}" for fault in wrong]
    assert not found, "\n".join(found)
    assert page.troubles == []
