"""Invoices: asked for once per order, issued or refused by staff, never by the wrong ones."""

from __future__ import annotations

from functools import partial

import pytest

from mall.buyers.closing import close_buyer
from mall.invoices.errors import BadInvoice, InvoiceDecided, NothingToInvoice
from mall.invoices.models import InvoiceRequest
from mall.invoices.services import issue_invoice, refuse_invoice, request_invoice
from mall.orders.services import complete_order
from mall.staff.models import AuditRecord, Role
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.http import api_as, api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_member
from tests.factories.trade import place, place_and_pay, receive, refund

pytestmark = pytest.mark.django_db

TAX = "91330100MA2ABCDEFG"


def test_a_paid_order_has_one_request_that_can_be_changed_until_it_is_issued(mall, buyer, owner):
    order = place_and_pay(mall, buyer)
    with mall_scope(mall.pk):
        first = request_invoice(order=order, title="王小明")
        again = request_invoice(order=order, title="某公司", tax_number="9133 0100 ma2abcdefg", email="a@example.com")
        assert (again.pk, again.tax_number) == (first.pk, TAX)
        issue_invoice(invoice=again, number="26112200001", actor=owner)
        with pytest.raises(InvoiceDecided):
            request_invoice(order=order, title="别的公司")
        kept = InvoiceRequest.objects.get()
        assert (kept.title, kept.status, kept.number) == ("某公司", "issued", "26112200001")
        assert AuditRecord.objects.filter(action="invoice.issued", subject_id=kept.pk).count() == 1


def test_who_was_refused_corrects_and_asks_again(mall, buyer, owner):
    order = place_and_pay(mall, buyer)
    with mall_scope(mall.pk):
        asked = request_invoice(order=order, title="某公司")
        refused = refuse_invoice(invoice=asked, reason="单位抬头请填写税号", actor=owner)
        assert (refused.status, refused.note) == ("refused", "单位抬头请填写税号")
        with pytest.raises(InvoiceDecided):
            issue_invoice(invoice=refused, number="1", actor=owner)
        again = request_invoice(order=order, title="某公司", tax_number=TAX)
        assert (again.status, again.note, again.decided_at) == ("requested", "", None)


def test_nothing_is_invoiced_that_is_not_paid(mall, buyer):
    unpaid, returned = place(mall, buyer), place_and_pay(mall, buyer)
    refund(returned)
    with mall_scope(mall.pk):
        for order in (unpaid, returned):
            with pytest.raises(NothingToInvoice):
                request_invoice(order=order, title="王小明")
        assert not InvoiceRequest.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"tax_number": "123"}, "tax_number"),
        ({"tax_number": "=1+1" * 5}, "tax_number"),
        ({"email": "nobody"}, "email"),
        ({"email": "a" * 250 + "@b.cn"}, "email"),
    ],
)
def test_what_cannot_stand_on_an_invoice_is_refused_beside_its_field(mall, buyer, fields, field):
    order = place_and_pay(mall, buyer)
    with mall_scope(mall.pk):
        with pytest.raises(BadInvoice) as refused:
            request_invoice(order=order, **{"title": "王小明", **fields})
        assert refused.value.field == field
        assert not InvoiceRequest.objects.exists()


def test_closing_the_account_erases_who_asked_and_keeps_the_number(mall, buyer, owner):
    order = receive(place_and_pay(mall, buyer))
    with mall_scope(mall.pk):
        complete_order(order=order)
        asked = request_invoice(order=order, title="王小明", email="a@example.com")
        issue_invoice(invoice=asked, number="26112200001", actor=owner)
        close_buyer(buyer=buyer)
        kept = InvoiceRequest.objects.get()
        assert (kept.title, kept.email, kept.number) == ("", "", "26112200001")


@pytest.mark.django_db(transaction=True)
def test_two_of_the_staff_decide_at_once_and_one_of_them_is_heard():
    mall = make_mall()
    order = place_and_pay(mall, make_member(mall).buyer)
    owner = owner_of(mall)
    with mall_scope(mall.pk):
        asked = request_invoice(order=order, title="王小明")

    def issue(number: str) -> None:
        with mall_scope(mall.pk):
            issue_invoice(invoice=InvoiceRequest.objects.get(pk=asked.pk), number=number, actor=owner)

    answers = together([partial(issue, str(number)) for number in range(6)], keep_errors=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["InvoiceDecided"] * 5 + ["NoneType"]


def test_the_whole_way_by_the_api(mall, api, buyer, owner_api):
    order = place_and_pay(mall, buyer)
    path = f"orders/{order.public_id}/invoice"
    assert api.get(path).status_code == 404
    asked = api.put(path, {"title": "某公司", "tax_number": TAX, "email": "a@example.com"})
    assert (asked.status_code, asked.json()["status"]) == (200, "requested")
    (listed,) = owner_api.get("merchant/invoices?status=requested").json()["results"]
    assert (listed["order_number"], listed["total_fen"], listed["tax_number"]) == (order.number, 10_000, TAX)
    issued = owner_api.post(f"merchant/invoices/{listed['id']}/issue", {"number": "26112200001"})
    assert issued.json()["status"] == "issued"
    assert api.get(path).json()["number"] == "26112200001"
    assert errors_of(owner_api.post(f"merchant/invoices/{listed['id']}/refuse", {"reason": "x"})) == [
        ("invoice_decided", None)
    ]
    assert errors_of(api.put(path, {"title": "改"})) == [("invoice_decided", None)]


def test_nobody_else_sees_or_decides(mall, buyer, owner_api, stranger_api):
    order = place_and_pay(mall, buyer)
    path = f"orders/{order.public_id}/invoice"
    with mall_scope(mall.pk):
        asked = request_invoice(order=order, title="王小明")
    for other in (api_as(make_member(mall)), stranger_api):
        assert other.get(path).status_code == 404
        assert other.put(path, {"title": "x"}).status_code == 404
    service = api_as_staff(make_staff(mall, Role.SERVICE))
    assert service.post(f"merchant/invoices/{asked.public_id}/issue", {"number": "1"}).status_code == 403
    with mall_scope(mall.pk):
        assert InvoiceRequest.objects.get().status == "requested"
