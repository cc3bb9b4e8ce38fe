"""Staff, settings, events and the log: who runs the mall, and what he did."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mall import clock
from mall.events.delivery import deliver
from mall.events.models import Delivery
from mall.malls.models import Mall
from mall.staff.models import AuditRecord, StaffMember
from mall.tenancy.context import mall_scope
from tests.factories.mall import PASSWORD, host_of, make_mall, make_staff, owner_of, unique
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

SETTINGS = {
    "name": "新店名", "notice": "今日包邮", "service_phone": "400-1", "brand_color": "#123456",
    "phone_proof_required": "on", "unpaid_close_minutes": "45", "auto_receive_days": "12", "after_sales_days": "5",
    "payout_min_fen": "2.50", "four_eyes_payouts": "on", "bank_instructions": "户名：某某\n\n 账号：1 ",
    "service_wechat": "kefu", "service_hours": "每天", "licence": "执照", "returns_promise": "七天",
    "returns_address": "杭州",
    "payment_fee_bps": "0.6", "promotion_margin_bps": "5",
}  # fmt: skip


def member(mall, pk):
    with mall_scope(mall.pk):
        return StaffMember.objects.select_related("user").get(pk=pk)


# --- Staff ------------------------------------------------------------------------


def test_somebody_is_taken_on_and_can_log_in(desk, mall, client):
    email = f"{unique('new')}@staff.example"
    sent = {"name": "小王", "email": email, "password": PASSWORD, "role": "service"}
    assert desk.post("/dashboard/staff/new", sent).status_code == 302
    desk.post("/dashboard/logout")
    desk.post("/dashboard/login", {"email": email, "password": PASSWORD})
    assert desk.get("/dashboard/orders").status_code == 200
    assert desk.get("/dashboard/staff").status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"password": "12345678"}, "password"), ({"password": "short"}, "password"), ({"email": "nobody"}, "email"),
     ({"role": "operator"}, "role"), ({"role": "emperor"}, "role"), ({"name": "a\x00b"}, "name")],
)  # fmt: skip
def test_nobody_is_taken_on_by_half(desk, mall, changes, field):
    sent = {"name": "小王", "email": f"{unique('x')}@staff.example", "password": PASSWORD, "role": "service"} | changes
    found = desk.post("/dashboard/staff/new", sent)
    assert found.status_code in (200, 400)
    if found.status_code == 200:
        assert field in found.context["form"].errors
    with mall_scope(mall.pk):
        assert StaffMember.objects.count() == 1


def test_a_log_in_of_another_mall_joins_only_with_its_own_password(desk, mall):
    other = owner_of(make_mall()).user
    sent = {"name": "", "email": other.email, "password": "Another-pass-9", "role": "finance"}
    assert "email" in desk.post("/dashboard/staff/new", sent).context["form"].errors
    assert desk.post("/dashboard/staff/new", sent | {"password": PASSWORD}).status_code == 302
    with mall_scope(mall.pk):
        assert StaffMember.objects.get(user=other).role == "finance"


def test_a_role_is_changed_and_the_last_owner_stays(desk, mall):
    manager = make_staff(mall)
    desk.post(reverse("dashboard:staff-role", args=[manager.pk]), {"role": "finance"})
    assert member(mall, manager.pk).role == "finance"
    me = owner_of(mall)
    for name, sent in (("staff-role", {"role": "service"}), ("staff-leave", {})):
        found = desk.post(reverse(f"dashboard:{name}", args=[me.pk]), sent)
        assert "至少要保留一位在职的店主" in found.content.decode()
    assert (member(mall, me.pk).role, member(mall, me.pk).is_active) == ("owner", True)


def test_somebody_leaves_and_comes_back(desk, mall):
    manager = make_staff(mall)
    for is_active in (False, True):
        desk.post(reverse("dashboard:staff-leave", args=[manager.pk]))
        assert member(mall, manager.pk).is_active is is_active


def test_another_malls_staff_are_out_of_reach(desk, neighbour):
    theirs = neighbour.staff["manager"]
    for name in ("staff-role", "staff-leave"):
        assert desk.post(reverse(f"dashboard:{name}", args=[theirs.pk]), {"role": "service"}).status_code == 404
    with mall_scope(neighbour.mall.pk):
        assert StaffMember.objects.get(pk=theirs.pk).is_active


# --- Settings -----------------------------------------------------------------------


def test_settings_are_saved_as_typed(desk, mall):
    assert desk.post("/dashboard/settings", SETTINGS).status_code == 302
    with mall_scope(mall.pk):
        saved = Mall.objects.get()
    assert (saved.name, saved.notice, saved.service_phone, saved.brand_color) == (
        "新店名",
        "今日包邮",
        "400-1",
        "#123456",
    )
    assert (saved.unpaid_close_minutes, saved.auto_receive_days, saved.after_sales_days) == (45, 12, 5)
    assert (saved.payout_min_fen, saved.four_eyes_payouts, saved.phone_proof_required) == (250, True, True)
    assert saved.bank_instructions == ["户名：某某", "账号：1"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"), ({"name": "名" * 61}, "name"), ({"name": "a\u202eb"}, "name"),
        ({"unpaid_close_minutes": "0"}, "unpaid_close_minutes"),
        ({"unpaid_close_minutes": "x"}, "unpaid_close_minutes"),
        ({"auto_receive_days": "91"}, "auto_receive_days"), ({"after_sales_days": "-1"}, "after_sales_days"),
        ({"payout_min_fen": "0"}, "payout_min_fen"), ({"payout_min_fen": "0.005"}, "payout_min_fen"),
        ({"brand_color": "red"}, "brand_color"), ({"bank_instructions": "行\n" * 11}, "bank_instructions"),
        ({"bank_instructions": "长" * 201}, "bank_instructions"),
    ],
)  # fmt: skip
def test_settings_that_cannot_stand_are_said_and_nothing_is_saved(desk, mall, changes, field):
    found = desk.post("/dashboard/settings", SETTINGS | changes)
    assert found.status_code == 200
    assert field in found.context["form"].errors
    assert "今日包邮" in found.content.decode()
    with mall_scope(mall.pk):
        assert Mall.objects.get().notice == ""


def test_the_form_shows_the_settings_as_they_are(desk, mall):
    desk.post("/dashboard/settings", SETTINGS)
    form = desk.get("/dashboard/settings").context["form"]
    assert form["payout_min_fen"].value() == "2.5"
    assert form["bank_instructions"].value() == "户名：某某\n账号：1"
    text = desk.get("/dashboard/settings").content.decode()
    assert 'value="2.5"' in text
    assert host_of(mall) in text


# --- Events ---------------------------------------------------------------------------


@pytest.fixture
def parked(mall):
    """A delivery that failed too often."""
    make_member(mall)
    with mall_scope(mall.pk):
        delivery = Delivery.objects.select_related("event").latest("pk")
        Delivery.objects.filter(pk=delivery.pk).update(
            parked_at=clock.now(), attempts=8, last_error="ValueError: 坏数据 <b>", done_at=None
        )
    return delivery


def test_a_parked_event_is_shown_with_its_error_and_tried_again(desk, mall, parked):
    text = desk.get("/dashboard/events").content.decode()
    assert "ValueError: 坏数据 &lt;b&gt;" in text
    assert "会员注册" in text
    assert desk.get("/dashboard/").context["todo"]["events"] == 1
    desk.post(reverse("dashboard:event-retry", args=[parked.pk]))
    with mall_scope(mall.pk):
        again = Delivery.objects.get(pk=parked.pk)
        assert (again.parked_at, again.attempts, again.done_at) == (None, 0, None)
        assert AuditRecord.objects.latest("pk").action == "event.retried"
    assert desk.get("/dashboard/events").context["page"].rows == []
    assert [row.pk for row in desk.get("/dashboard/events?view=waiting").context["page"].rows] == [parked.pk]
    deliver(mall.pk)
    with mall_scope(mall.pk):
        assert Delivery.objects.get(pk=parked.pk).done_at is not None


def test_an_event_that_is_done_is_not_done_again(desk, mall, parked):
    with mall_scope(mall.pk):
        Delivery.objects.filter(pk=parked.pk).update(done_at=clock.now(), parked_at=None)
    found = desk.post(reverse("dashboard:event-retry", args=[parked.pk]), follow=True)
    assert "不用重试" in found.content.decode()
    with mall_scope(mall.pk):
        assert Delivery.objects.get(pk=parked.pk).done_at is not None


# --- The log -----------------------------------------------------------------------------


def test_the_log_says_in_words_who_did_what(desk, mall):
    manager = make_staff(mall)
    desk.post("/dashboard/settings", SETTINGS)
    desk.post(reverse("dashboard:staff-role", args=[manager.pk]), {"role": "finance"})
    rows = desk.get("/dashboard/audit").context["page"].rows
    me = owner_of(mall).user
    assert (rows[0].act_name, rows[0].actor_id) == ("修改员工角色", me.pk)
    assert rows[0].words == [("原为", "店长"), ("改为", "财务")]
    assert rows[1].act_name == "修改设置"
    assert ("最低提现", "¥2.50") in rows[1].words
    assert ("提现两人经手", "是") in rows[1].words


def test_the_log_is_narrowed_to_one_person(desk, mall):
    desk.post("/dashboard/settings", SETTINGS)
    me, other = owner_of(mall), make_staff(mall)
    assert {row.actor_id for row in desk.get(f"/dashboard/audit?who={me.pk}").context["page"].rows} == {me.user_id}
    assert desk.get(f"/dashboard/audit?who={other.pk}").context["page"].rows == []
    assert desk.get("/dashboard/audit?who=nonsense").status_code == 200
