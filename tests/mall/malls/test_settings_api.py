"""The mall's settings by the merchant API."""

from __future__ import annotations

import pytest

from mall.malls.models import Mall
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import host_of, make_mall, make_staff, owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def test_settings_are_read_as_they_stand(mall, desk):
    found = desk.get("merchant/settings").json()
    assert (found["name"], found["after_sales_days"], found["payout_min_fen"]) == ("测试商城", 7, 100)
    assert (found["payment_fee_bps"], found["promotion_margin_bps"], found["bank_instructions"]) == (60, 0, [])
    assert found["hosts"] == [host_of(mall)]
    assert "webhook_sealed" not in found


def test_what_is_given_changes_and_the_rest_stays(mall, desk):
    before = desk.get("merchant/settings").json()
    changes = {
        "service_phone": "400-1", "licence": "某某茶业 91330000", "returns_promise": "七天无理由",
        "returns_address": "杭州市西湖区 1 号", "payment_fee_bps": 100, "promotion_margin_bps": 500,
        "bank_instructions": ["户名：某某", "账号：1"], "phone_proof_required": False,
    }  # fmt: skip
    answer = desk.patch("merchant/settings", changes)
    assert (answer.status_code, answer.json()) == (200, before | changes)
    assert desk.get("merchant/settings").json() == before | changes
    with mall_scope(mall.pk):
        record = AuditRecord.objects.latest("id")
        assert (record.action, record.actor_id, record.detail) == (
            "mall.settings_changed", owner_of(mall).user_id, changes,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "attr"),
    [({"name": ""}, "name"), ({"name": "a\nb"}, "name"), ({"after_sales_days": 91}, "after_sales_days"),
     ({"after_sales_days": "7"}, "after_sales_days"), ({"payout_min_fen": 0}, "payout_min_fen"),
     ({"brand_color": "red"}, "brand_color"), ({"timezone": "Mars/Base"}, "timezone"),
     ({"phone_proof_required": "yes"}, "phone_proof_required"), ({"payment_fee_bps": 2001}, "payment_fee_bps"),
     ({"bank_instructions": ["x"] * 11}, "bank_instructions")],
)  # fmt: skip
def test_what_cannot_stand_is_refused_and_nothing_changes(mall, desk, changes, attr):
    answer = desk.patch("merchant/settings", {"notice": "新公告", **changes})
    assert (answer.status_code, {at for _code, at in errors_of(answer)}) == (400, {attr})
    with mall_scope(mall.pk):
        assert Mall.objects.get().notice == ""


def test_only_the_owner_reads_and_changes_them_and_of_his_own_mall(mall, desk):
    manager, other = api_as_staff(make_staff(mall)), make_mall()
    assert manager.get("merchant/settings").status_code == 403
    assert manager.patch("merchant/settings", {"name": "x"}).status_code == 403
    desk.patch("merchant/settings", {"name": "新名"})
    with mall_scope(other.pk):
        assert Mall.objects.get().name == "测试商城"
