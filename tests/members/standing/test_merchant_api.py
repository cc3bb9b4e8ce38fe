"""Members by the merchant API."""

from __future__ import annotations

import pytest

from mall.tenancy.context import mall_scope
from members.models import Member, StandingChange
from tests.factories.http import api_as_staff
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_chain
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def test_members_are_listed_with_who_brought_them(mall, desk):
    top, middle, last = make_chain(mall, 3)
    found = desk.get("merchant/members").json()["results"]
    assert [one["id"] for one in found] == [str(one.public_id) for one in (last, middle, top)]
    assert [one["referrer"] and one["referrer"]["id"] for one in found] == [
        str(middle.public_id), str(top.public_id), None,
    ]  # fmt: skip
    assert (found[0]["phone"], found[0]["standing"]) == (last.buyer.phone, "active")


def test_a_member_is_suspended_with_a_reason_and_taken_back(mall, desk):
    (member,) = make_chain(mall, 1)
    at = f"merchant/members/{member.public_id}"
    assert desk.post(f"{at}/suspend", {"reason": "刷点击"}).json()["standing"] == "suspended"
    assert [len(desk.get(f"merchant/members?standing={one}").json()["results"]) for one in ("active", "suspended")] == [
        0, 1,
    ]  # fmt: skip
    assert desk.post(f"{at}/reinstate", {"reason": "申诉成立"}).json()["standing"] == "active"
    with mall_scope(mall.pk):
        changes = StandingChange.objects.order_by("id").values_list("after", "reason")
        assert list(changes) == [("suspended", "刷点击"), ("active", "申诉成立")]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "a\nb"}, {"reason": "长" * 201}, {"reason": 5}])
def test_without_a_reason_nothing_changes(mall, desk, body):
    (member,) = make_chain(mall, 1)
    assert desk.post(f"merchant/members/{member.public_id}/suspend", body).status_code == 400
    with mall_scope(mall.pk):
        assert Member.objects.get().standing == "active"


def test_other_roles_and_other_malls_are_kept_out(mall, desk):
    (member,) = make_chain(mall, 1)
    at = f"merchant/members/{member.public_id}/suspend"
    assert api_as_staff(make_staff(mall, "finance")).post(at, {"reason": "x"}).status_code == 403
    assert api_as_staff(owner_of(make_mall())).post(at, {"reason": "x"}).status_code == 404
    with mall_scope(mall.pk):
        assert Member.objects.get().standing == "active"


def test_the_list_costs_the_same_however_long(mall, desk, query_counts):  # noqa: F811 - the fixture
    for _ in range(2):
        make_chain(mall, 2)
        with query_counts("merchant.members"):
            desk.get("merchant/members")
