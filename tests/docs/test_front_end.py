"""docs/front-end.md is true: its commands are run in their order, and each answer it shows is the one that comes."""

from __future__ import annotations

import json

import pytest

from commissions.settlement.releases import release_due
from mall.catalogue.services import create_category, create_product
from mall.events.delivery import deliver
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from referrals.clicks.services import judge_clicks
from tests.docs.markdown import DOCS, Fence, fences
from tests.docs.shell import Shell, matches
from tests.factories.commissions import set_plan
from tests.factories.mall import PASSWORD, make_mall, unique

PAGE = DOCS / "front-end.md"


@pytest.fixture
def mall(settings) -> Mall:
    """A mall as the demo has them: its plan, and the product for trying things out as the newest."""
    settings.PUBLIC_PORT = 8000
    mall = make_mall(unique("tea"))
    set_plan(mall, click_cap_day_fen=500, registration_cap_day_fen=500)
    with mall_scope(mall.pk):
        create_product(name="老白茶饼", skus=[{"specs": {}, "price_fen": 19_900, "stock": 5_000}])
        sku = {"specs": {"规格": "标准"}, "price_fen": 10_000, "market_price_fen": 12_000, "stock": 5_000}
        about = "用来走一遍流程：分享、下单、付款、结算"
        create_product(
            name="体验商品", subtitle=about, description=about, category=create_category(name="体验"), skus=[sku]
        )
    return mall


def pairs() -> list[tuple[Fence, Fence | None]]:
    """Each block that is run, with the answer that stands behind it."""
    found = fences(PAGE.read_text(encoding="utf-8"))
    behind = {block.line: block for block in found}
    told = []
    for block in found:
        if block.words != "run":
            continue
        # An answer stands directly below: the closing line, an empty one, the opening one.
        answer = behind.get(block.line + block.text.count("\n") + 4)
        told.append((block, answer if answer is not None and answer.words != "run" else None))
    return told


def work(mall: Mall) -> None:
    """What worker and beat would have done in the meantime."""
    judge_clicks(mall.pk)
    deliver(mall.pk)
    release_due(mall.pk)


@pytest.mark.django_db(transaction=True)
def test_every_command_answers_what_the_page_shows(mall: Mall, django_db_blocker) -> None:
    shell = Shell(
        {
            "BASE": f"http://{mall.slug}.localhost:8000",
            "STAFF_EMAIL": f"owner@{mall.slug}.example",
            "STAFF_PASSWORD": PASSWORD,
        }
    )
    for block, answer in pairs():
        work(mall)
        real = shell.run(block.text).replace(f"{mall.slug}.localhost", "tea.localhost")
        if answer is None:
            continue
        if answer.language == "json":
            assert matches(json.loads(answer.text), json.loads(real)), f"line {answer.line}: {real}"
        else:
            assert matches(answer.text, real), f"line {answer.line}: {real}"


def test_every_shell_block_is_run_or_says_why_not() -> None:
    for block in fences(PAGE.read_text(encoding="utf-8")):
        if block.language in ("sh", "shell", "bash"):
            assert block.words == "run" or block.words.startswith("not run: "), f"line {block.line}"
