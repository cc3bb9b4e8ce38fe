"""The log of acts by the merchant API."""

from __future__ import annotations

import pytest

from mall.staff.models import Role
from mall.staff.services import set_role
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def test_acts_are_told_newest_first_with_who_and_what(mall, desk):
    manager = make_staff(mall)
    with mall_scope(mall.pk):
        set_role(member=manager, role=Role.FINANCE, actor=owner_of(mall))
    first, *_rest = desk.get("merchant/acts").json()["results"]
    assert (first["action"], first["name"], first["who"]) == (
        "staff.role_changed", "修改员工角色", owner_of(mall).user.email,
    )  # fmt: skip
    assert first["detail"] == {"before": "manager", "after": "finance"}


def test_acts_are_narrowed_by_kind_and_time(mall, desk):
    make_staff(mall)
    found = desk.get("merchant/acts?action=staff.added").json()["results"]
    assert [one["action"] for one in found] == ["staff.added", "staff.added"]
    assert [one["who"] for one in found] == [None, None]
    at = found[0]["at"].replace("+", "%2B")
    assert len(desk.get(f"merchant/acts?action=staff.added&since={at}").json()["results"]) == 1
    assert len(desk.get(f"merchant/acts?action=staff.added&until={at}").json()["results"]) == 1
    assert desk.get("merchant/acts?since=yesterday").status_code == 400


def test_only_the_owner_reads_them_and_of_his_own_mall(mall, desk):
    assert api_as_staff(make_staff(mall)).get("merchant/acts").status_code == 403
    other = make_mall()
    make_staff(other)
    ids = {one["id"] for one in desk.get("merchant/acts").json()["results"]}
    theirs = {one["id"] for one in api_as_staff(owner_of(other)).get("merchant/acts").json()["results"]}
    assert ids & theirs == set()


def test_the_list_costs_the_same_however_long(mall, desk, query_counts):  # noqa: F811 - the fixture
    for _ in range(2):
        make_staff(mall)
        with query_counts("merchant.acts"):
            desk.get("merchant/acts")
