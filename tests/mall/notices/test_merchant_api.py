"""Notices by the merchant API, and the robot's setting."""

from __future__ import annotations

import pytest

from mall.malls.models import Mall
from mall.notices.models import StaffNotice
from mall.notices.services import notify
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.events import drain
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_sku, place_and_pay
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b2c3d-1234-5678-9abc-def012345678"


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def ordered(mall):
    order = place_and_pay(mall, make_member(mall).buyer, (make_sku(mall), 1))
    drain(mall.pk)
    return order


def test_a_paid_order_is_told_with_its_id_and_a_pause_without(mall, desk):
    order = ordered(mall)
    with mall_scope(mall.pk):
        notify(kind="limited.paused", subject_id=7, text="“春茶”的限时价已暂停")
    newest, first = desk.get("merchant/notices").json()["results"]
    assert (newest["kind"], newest["text"], newest["subject"]) == ("limited.paused", "“春茶”的限时价已暂停", None)
    assert (first["kind"], first["seen_at"]) == ("order.paid", None)
    assert first["subject"] == {"type": "order", "id": str(order.public_id)}
    assert order.number in first["text"]


def test_notices_are_marked_as_seen_up_to_a_moment_and_no_further(mall, desk):
    ordered(mall)
    until = desk.get("merchant/notices").json()["results"][0]["at"]
    ordered(mall)
    assert desk.post("merchant/notices/seen", {"until": until}).json() == {"seen": 1}
    assert [len(desk.get(f"merchant/notices?seen={seen}").json()["results"]) for seen in ("new", "seen")] == [1, 1]
    assert desk.post("merchant/notices/seen").json() == {"seen": 1}
    assert desk.post("merchant/notices/seen").json() == {"seen": 0}
    assert desk.post("merchant/notices/seen", {"until": "yesterday"}).status_code == 400


def test_notices_are_searched_and_a_wrong_choice_is_refused(mall, desk):
    order = ordered(mall)
    assert len(desk.get(f"merchant/notices?search={order.number}").json()["results"]) == 1
    assert desk.get("merchant/notices?search=nothing").json()["results"] == []
    assert errors_of(desk.get("merchant/notices?seen=maybe")) == [("invalid_choice", "seen")]


def test_another_malls_notices_stay_theirs(mall, desk):
    neighbour = make_mall()
    ordered(neighbour)
    assert desk.get("merchant/notices").json()["results"] == []
    desk.post("merchant/notices/seen")
    with mall_scope(neighbour.pk):
        assert StaffNotice.objects.get().seen_at is None


def test_the_list_costs_the_same_however_long(mall, desk, query_counts):  # noqa: F811 - the fixture
    for _ in range(2):
        ordered(mall)
        with query_counts("merchant.notices"):
            desk.get("merchant/notices")


def test_the_robot_is_named_never_shown_and_taken_away(mall, desk):
    assert desk.get("merchant/webhook").json() == {"is_set": False}
    answer = desk.put("merchant/webhook", {"webhook": ROBOT})
    assert (answer.status_code, answer.json()) == (200, {"is_set": True})
    assert desk.get("merchant/webhook").json() == {"is_set": True}
    for wrong in ("https://evil.example/cgi-bin/webhook/send?key=0a1b2c3d-1234", "x"):
        refused = desk.put("merchant/webhook", {"webhook": wrong})
        assert (refused.status_code, errors_of(refused)) == (400, [("bad_webhook", "webhook")])
    assert desk.put("merchant/webhook", {"webhook": ""}).json() == {"is_set": False}
    with mall_scope(mall.pk):
        assert Mall.objects.get().webhook_sealed == ""
        acts = AuditRecord.objects.filter(action__startswith="webhook.").order_by("id")
        assert [one.action for one in acts] == ["webhook.set", "webhook.removed"]


def test_only_the_owner_names_the_robot(mall):
    api = api_as_staff(make_staff(mall, "manager"))
    assert api.get("merchant/notices").status_code == 200
    assert api.put("merchant/webhook", {"webhook": ROBOT}).status_code == 403
