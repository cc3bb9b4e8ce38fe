"""Pages by keyset, and fields as merchants type them."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from mall.dashboard.fields import PercentField, YuanField, hundredths, written
from mall.dashboard.forms import NoFields
from mall.dashboard.lists import page_of
from mall.errors import DomainError
from mall.events.models import Event
from mall.tenancy.context import mall_scope
from tests.dashboard.addresses import PAGES
from tests.factories.mall import make_mall
from tests.query_counts import FILE, statements


@pytest.fixture
def events(db):
    """Seven rows of a mall."""
    mall = make_mall()
    with mall_scope(mall.pk):
        Event.objects.all().delete()
        Event.objects.bulk_create(Event(mall_id=mall.pk, kind="x", subject_id=number) for number in range(7))
        yield list(Event.objects.order_by("-pk").values_list("pk", flat=True))


def pages(query=""):
    return page_of(RequestFactory().get(f"/?{query}"), Event.objects.all(), size=3)


def keys(page):
    return [row.pk for row in page.rows]


def test_pages_follow_each_other_without_gap_or_repeat(events):
    first = pages()
    assert (keys(first), first.newer) == (events[:3], None)
    second = pages(f"before={first.older}")
    assert keys(second) == events[3:6]
    third = pages(f"before={second.older}")
    assert (keys(third), third.older) == (events[6:], None)
    back = pages(f"after={third.newer}")
    assert keys(back) == events[3:6]
    assert keys(pages(f"after={back.newer}")) == events[:3]
    assert pages(f"after={back.newer}").newer is None


def test_a_new_row_does_not_shift_the_pages(events):
    first = pages()
    Event.objects.create(kind="x", subject_id=99)
    assert keys(pages(f"before={first.older}")) == events[3:6]


def test_the_last_page_knows_that_it_is_the_last(events):
    assert pages(f"before={events[3]}").older is None
    assert pages(f"before={events[-1]}").rows == []
    assert pages(f"before={events[-1]}").newer is not None
    alone = page_of(RequestFactory().get("/"), Event.objects.all(), size=7)
    assert alone.is_alone


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "", "９", "99999999999999999999"])
def test_a_cursor_that_is_none_shows_the_first_page(events, cursor):
    assert keys(pages(f"before={cursor}")) == events[:3]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("12.5", 1250), ("12.05", 1205), (" ¥1,200 ", 120_000), ("0", 0), ("０", None), ("1.005", None), ("-1", None),
     ("1e3", None), ("", None), (".5", None), ("12.", None), ("NaN", None), ("￥3", 300), ("10%", 1000),
     ("1，000", 100_000)],
)  # fmt: skip
def test_amounts_are_read_as_digits(typed, found):
    assert hundredths(typed) == found


@pytest.mark.parametrize(("value", "text"), [(1250, "12.5"), (1200, "12"), (1205, "12.05"), (5, "0.05"), (0, "0")])
def test_amounts_are_written_as_they_are_typed(value, text):
    assert written(value) == text
    assert hundredths(text) == value


def test_bounds_are_said_in_the_unit_that_is_typed():
    with pytest.raises(ValidationError, match="最多 100。"):
        PercentField().clean("100.01")
    assert PercentField().clean("100") == 10_000
    with pytest.raises(ValidationError, match=r"最少 0\.01。"):
        YuanField(least=1).clean("0")
    with pytest.raises(ValidationError, match="最多 100000000。"):
        YuanField().clean("100000000.01")
    assert YuanField(required=False).clean("") is None


@pytest.mark.django_db
@pytest.mark.parametrize("page", [page for page in PAGES if not page.only_post], ids=lambda page: page.name)
def test_a_page_costs_no_more_statements_than_it_did(shown, query_counts, page):
    client = shown.browser("owner")
    with query_counts(f"dashboard.{page.name}"):
        assert client.get(page.path(shown)).status_code == 200


def test_every_page_has_its_count():
    """A new page of the table above is counted by itself; here is said that its number was kept."""
    kept = json.loads(FILE.read_text())
    missing = [page.name for page in PAGES if not page.only_post and f"dashboard.{page.name}" not in kept]
    assert missing == [], "run this file once with UPDATE_QUERY_COUNTS=1"


@pytest.mark.django_db
def test_longer_lists_cost_the_same(shown):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = shown.browser("owner")

    def asked(address):
        with CaptureQueriesContext(connection) as captured:
            rows = client.get(f"/dashboard/{address}").context["page"].rows
        return rows, len(statements(captured))

    for name in ("orders", "commissions", "conversions", "ledger", "members", "products"):
        many, cost_of_many = asked(name)
        few, cost_of_few = asked(f"{name}?before={many[-1].pk + 1}")
        assert len(few) == 1
        assert len(many) > 2 or name == "products"
        # A page whose only row has no payout asks for none.
        assert abs(cost_of_many - cost_of_few) <= 1, name


class Kept(DomainError):
    """A refusal that leaves its traces."""

    keeps_changes = True


@pytest.mark.parametrize(("refusal", "left"), [(DomainError("不行"), 0), (Kept("不行"), 1)])
def test_a_refusal_undoes_what_was_begun_unless_it_says_otherwise(db, refusal, left):
    mall = make_mall()

    def begin():
        Event.objects.create(kind="begun", subject_id=1)
        raise refusal

    with mall_scope(mall.pk):
        form = NoFields({})
        assert form.is_valid()
        assert not form.carried_out(begin)
        assert form.non_field_errors() == ["不行"]
        assert Event.objects.filter(kind="begun").count() == left


def test_a_bug_in_the_middle_undoes_what_was_begun(db):
    mall = make_mall()

    def begin():
        Event.objects.create(kind="begun", subject_id=1)
        raise ZeroDivisionError

    with mall_scope(mall.pk):
        with pytest.raises(ZeroDivisionError):
            NoFields({}).carried_out(begin)
        assert not Event.objects.filter(kind="begun").exists()
