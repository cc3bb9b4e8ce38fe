"""Every list of the dashboard is narrowed by a filter and leaves as a file; what does not is named here, with why."""

from __future__ import annotations

import csv
import io

import pytest

from mall.dashboard.forms import FilterForm
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.dashboard.addresses import PAGES, Page

pytestmark = pytest.mark.django_db

# A page that lays its rows into a card of their own is a list, with rows or without; so is one with a table of rows.
ROWS = ('class="table-card"', 'class="rows')

# Pages with rows that need no filter.
UNFILTERED = {
    "banners": "eight at most, in the order they are shown",
    "freight": "a handful of templates, each with all its prices",
    "categories": "one tree, read as a whole",
    "plan-versions": "a history of one thing",
    "shipping": "the form comes first; beneath it the ten newest tables",
    "product-import": "the form comes first; beneath it the newest tables",
    "pick-list": "what waits now, to be printed",
    "plan": "the plan itself; its own rates are beneath it",
}
# Pages with rows that do not leave by ?export=.
UNEXPORTED = {
    "banners": "pictures",
    "freight": "prices by region, no table",
    "categories": "stand in the table of products",
    "products": "leave by products/export, as a table that can be taken in again",
    "plan-versions": "a history of one thing",
    "plan-targets": "a way to one setting, not a list of records",
    "limited-pick": "a way to one form, not a list of records",
    "shipping": "tables that came as files",
    "product-import": "tables that came as files",
    "pick-list": "is printed",
    "plan": "one thing",
}
# Narrowed by choices alone.
BY_KIND = {"commissions", "conversions", "ledger"}
# Nothing of the furnished mall runs low.
EMPTY = {"low-stock"}
NARROWED_BEFORE = {"payments": "view=all", "refunds": "status=all", "cases": "queue=all", "invoices": "status=all"}


def lists(shown) -> list[tuple[Page, str]]:
    """Every page of the dashboard without an object of its own that shows rows, with its text."""
    client = shown.browser("owner")
    found = []
    for page in PAGES:
        if page.only_post or page.is_file or page.args_of_nobody:
            continue
        text = client.get(page.path(shown)).content.decode()
        if "<html" in text and any(mark in text for mark in ROWS):
            found.append((page, text))
    return found


def test_every_list_is_narrowed_and_taken_along_or_says_why_not(shown):
    found = lists(shown)
    names = {page.name for page, _text in found}
    assert {"orders", "products", "coupons", "members", "payouts", "notices", "audit"} <= names
    without_filter = {page.name for page, text in found if '<form class="filters"' not in text}
    without_file = {page.name for page, text in found if "export=csv" not in text}
    assert without_filter - set(UNFILTERED) == set()
    assert without_file - set(UNEXPORTED) == set()


def test_the_exceptions_are_lists_that_are_exceptions(shown):
    """A list that got its filter or its file leaves the tables above."""
    texts = {page.name: text for page, text in lists(shown)}
    assert [name for name in UNFILTERED if '<form class="filters"' in texts.get(name, "")] == []
    assert [name for name in UNEXPORTED if "export=csv" in texts.get(name, "")] == []


def exported() -> list[Page]:
    open_pages = [page for page in PAGES if not (page.only_post or page.is_file or page.args_of_nobody)]
    return [page for page in open_pages if page.name in EXPORTED]


EXPORTED = (
    "orders", "low-stock", "payments", "reconciliation", "refunds", "cases", "reviews", "invoices", "events", "staff",
    "audit", "notices", "coupons", "promotions", "thresholds", "members", "commissions", "conversions", "payouts",
    "ledger",
)  # fmt: skip


def test_the_table_of_files_is_whole(shown):
    assert {page.name for page, text in lists(shown) if "export=csv" in text} == set(EXPORTED)


@pytest.mark.parametrize("page", exported(), ids=lambda page: page.name)
def test_a_list_leaves_with_its_rows_and_the_log_says_who_took_it(world, page):
    client = world.browser("owner")
    answer = client.get(f"{page.path(world)}?export=csv&{NARROWED_BEFORE.get(page.name, '')}")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert all(rows[0]), "every column has its title"
    assert {len(row) for row in rows} == {len(rows[0])}
    assert (len(rows) == 1) == (page.name in EMPTY)
    with mall_scope(world.mall.pk):
        record = AuditRecord.objects.latest("id")
        assert (record.action, record.detail["rows"]) == ("list.exported", len(rows) - 1)
        assert record.actor_id == world.staff["owner"].user_id


@pytest.mark.parametrize("page", [page for page in exported() if page.name not in BY_KIND], ids=lambda page: page.name)
def test_a_filter_that_fits_nothing_leaves_an_empty_list_and_an_empty_file(world, page):
    client = world.browser("owner")
    form = client.get(page.path(world)).context["form"]
    assert isinstance(form, FilterForm)
    field = next(name for name in ("q", "number", "until") if name in form.fields)
    nothing = "1999-01-01" if field == "until" else "nothing-has-this-name"
    query = f"{field}={nothing}&{NARROWED_BEFORE.get(page.name, '')}"
    answer = client.get(f"{page.path(world)}?{query}")
    shown_rows = answer.context["page"].rows if "page" in answer.context else answer.context["people"]
    assert list(shown_rows) == []
    text = client.get(f"{page.path(world)}?export=csv&{query}").content.decode("utf-8-sig")
    assert len(text.strip().splitlines()) == 1


@pytest.mark.parametrize("page", exported(), ids=lambda page: page.name)
@pytest.mark.parametrize("garbage", ["q=%F0%9F%98%80'--", "since=x&until=0&who=x&kind=x&state=x&seen=x&role=x&act=x"])
def test_garbage_in_a_filter_narrows_nothing_and_breaks_nothing(shown, page, garbage):
    assert shown.browser("owner").get(f"{page.path(shown)}?{garbage}").status_code == 200
