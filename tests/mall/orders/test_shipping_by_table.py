"""Many parcels by one table: looked through first, and only what is right goes."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from mall.imports.errors import BadColumns, ImportDone, ImportHasErrors
from mall.orders.models import Order
from mall.orders.shipping_table import TITLES, apply_shipments, take_in_shipments
from mall.tenancy.context import mall_scope
from tests.factories.mall import host_of, make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_sku, place, place_and_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


def paid(mall):
    return place_and_pay(mall, make_member(mall).buyer, (make_sku(mall), 3))


def taken_in(mall, *rows, header="订单号,快递公司,运单号"):
    data = "\n".join([header, *(",".join(row) for row in rows)]).encode("gb18030")
    with mall_scope(mall.pk):
        return take_in_shipments(data=data, file_name="发货.csv", author=None)


def states(mall):
    with mall_scope(mall.pk):
        return {order.number: (order.status, order.tracking_number) for order in Order.objects.all()}


def test_a_dry_run_sends_nothing_and_names_row_column_and_mend(mall):
    one, waiting = paid(mall), place(mall, make_member(mall).buyer, (make_sku(mall), 1))
    elsewhere = paid(make_mall())
    job = taken_in(
        mall, (one.number, "顺丰速运", "SF1"), (one.number, "顺丰速运", "SF2"), (waiting.number, "顺丰速运", "SF3"),
        (elsewhere.number, "顺丰速运", "SF4"), (one.number, "", "SF5"),
    )  # fmt: skip
    assert job.result == {"shipped": 1, "unchanged": 0, "errors": 4}
    assert [(error["row"], error["field"]) for error in job.errors] == [
        (3, "订单号"), (4, ""), (5, "订单号"), (6, "快递公司"),
    ]  # fmt: skip
    assert "第 2 行" in job.errors[0]["error"]
    assert states(mall)[one.number] == ("paid", "")
    with mall_scope(mall.pk), pytest.raises(ImportHasErrors):
        apply_shipments(job=job, only_good=False, actor=owner_of(mall))
    with mall_scope(mall.pk):
        apply_shipments(job=job, only_good=True, actor=owner_of(mall))
    assert states(mall) == {one.number: ("shipped", "SF1"), waiting.number: ("awaiting_payment", "")}


def test_a_table_is_carried_out_once_and_again_changes_nothing(mall):
    orders = [paid(mall) for _ in range(3)]
    rows = [(order.number, "中通快递", f"ZT{order.pk}") for order in orders]
    job = taken_in(mall, *rows)
    with mall_scope(mall.pk):
        apply_shipments(job=job, only_good=False, actor=owner_of(mall))
    assert states(mall) == {order.number: ("shipped", f"ZT{order.pk}") for order in orders}
    with mall_scope(mall.pk), pytest.raises(ImportDone):
        apply_shipments(job=job, only_good=False, actor=owner_of(mall))
    assert taken_in(mall, *rows).result == {"shipped": 0, "unchanged": 3, "errors": 0}


def test_a_table_without_its_columns_is_refused(mall):
    with pytest.raises(BadColumns) as refused:
        taken_in(mall, ("1", "2"), header="订单号,备注")
    assert "快递公司、运单号" in str(refused.value)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_our_own_titles_are_understood_in_both_languages(mall, language):
    order = paid(mall)
    with override(language):
        header = ",".join(str(title) for title in TITLES.values())
    job = taken_in(mall, (order.number, "顺丰速运", "SF1"), header=header)
    assert job.result == {"shipped": 1, "unchanged": 0, "errors": 0}


def test_the_pages_lead_from_the_pick_list_to_the_parcels(mall, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    order = paid(mall)
    client.defaults["HTTP_HOST"] = host_of(mall)
    client.force_login(owner_of(mall).user)
    slip = client.get("/dashboard/shipping/pick-list").content.decode()
    assert order.number in slip
    assert "×3" in slip
    template = client.get("/dashboard/shipping/template")
    assert template.content[:2] == b"PK"
    table = f"订单号,快递公司,运单号\n{order.number},顺丰速运,SF9\n".encode()
    answer = client.post("/dashboard/shipping", {"file": SimpleUploadedFile("a.csv", table)})
    job = client.get(answer["Location"])
    assert "确认发货" in job.content.decode()
    client.post(f"{answer['Location']}/apply")
    assert states(mall)[order.number] == ("shipped", "SF9")
    assert order.number not in client.get("/dashboard/shipping/pick-list").content.decode()
    refused = client.post("/dashboard/shipping", {"file": SimpleUploadedFile("a.csv", b"\x00\x01")})
    assert refused.status_code == 200
