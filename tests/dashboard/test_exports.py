"""Lists leave the dashboard as files: narrowed as on the page, safe to open, and written down."""

from __future__ import annotations

import csv
import io

import pytest

from mall.buyers.models import Buyer
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.events import drain
from tests.factories.mall import host_of, make_mall, make_staff
from tests.factories.members import make_chain
from tests.factories.trade import make_sku, place, place_and_pay

pytestmark = pytest.mark.django_db

LISTS = ("orders", "members", "commissions", "conversions", "payouts", "ledger")


def table(answer):
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_can_be_taken_along(desk, mall, name, kind):
    _top, _middle, buyer = make_chain(mall, 3)
    place_and_pay(mall, buyer.buyer, (make_sku(mall), 1))
    drain(mall.pk)
    answer = desk.get(f"/dashboard/{name}?export={kind}&status=")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert "export=csv" in desk.get(f"/dashboard/{name}").content.decode()
    assert desk.get(f"/dashboard/{name}?export=exe")["Content-Type"].startswith("text/html")


def test_an_export_holds_what_the_filter_leaves_and_harmless_cells(desk, mall):
    _top, _middle, buyer = make_chain(mall, 3)
    with mall_scope(mall.pk):
        Buyer.objects.filter(pk=buyer.buyer_id).update(nickname='=HYPERLINK("http://evil")')
    paid = place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=12_345), 2))
    place(mall, buyer.buyer, (make_sku(mall), 1))
    (row,) = table(desk.get("/dashboard/orders?export=csv&status=paid"))
    assert (row["订单号"], row["应付"], row["状态"]) == (paid.number, "246.90", "待发货")
    assert row["买家"] == '\'=HYPERLINK("http://evil")'
    assert len(table(desk.get("/dashboard/orders?export=csv"))) == 2
    with mall_scope(mall.pk):
        details = [act.detail for act in AuditRecord.objects.filter(action="list.exported").order_by("id")]
    assert details == [{"list": "orders", "rows": 1}, {"list": "orders", "rows": 2}]


def test_the_ledgers_export_adds_up_to_nothing(desk, mall):
    _top, _middle, buyer = make_chain(mall, 3)
    place_and_pay(mall, buyer.buyer, (make_sku(mall, price_fen=10_000), 1))
    drain(mall.pk)
    rows = table(desk.get("/dashboard/ledger?export=csv"))
    assert rows
    assert sum(round(float(row["金额"]) * 100) * (1 if row["增减"] == "增" else -1) for row in rows) == 0


def test_a_list_that_is_too_long_is_refused_with_the_mend(desk, mall, monkeypatch):
    monkeypatch.setattr("mall.dashboard.exports.ROWS_MAX", 1)
    _top, _middle, buyer = make_chain(mall, 3)
    for _ in range(2):
        place(mall, buyer.buyer, (make_sku(mall), 1))
    answer = desk.get("/dashboard/orders?export=csv&status=", follow=True)
    assert "请先用筛选缩小范围" in answer.content.decode()
    assert "export" not in answer.request["QUERY_STRING"]


def test_who_may_not_see_a_list_does_not_get_its_file(client, mall):
    client.defaults["HTTP_HOST"] = host_of(mall)
    assert client.get("/dashboard/orders?export=csv").status_code == 302
    other = make_staff(make_mall())
    client.force_login(other.user)
    assert client.get("/dashboard/members?export=csv").status_code == 302
