"""Invoices in the dashboard: what waits, issued under its number or refused with a reason, and taken along."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mall.invoices.models import InvoiceRequest
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(world):
    return world.browser("owner")


def path(name, world):
    return reverse(f"dashboard:{name}", args=[world.invoice.public_id])


def fresh(world):
    with mall_scope(world.mall.pk):
        return InvoiceRequest.objects.get(pk=world.invoice.pk)


def test_what_waits_is_listed_and_the_rest_by_its_state(world, owner):
    waiting, issued = f">{world.invoice.title}", f">{world.marker}号<"
    listed = reverse("dashboard:invoices")
    for query, shown, hidden in (("", waiting, issued), ("?status=issued", issued, "91330100MA2ABCDEFG")):
        page = owner.get(listed + query).content.decode()
        assert shown in page
        assert hidden not in page
    assert "没有这笔订单的开票申请" in owner.get(f"{listed}?q=1").content.decode()


def test_an_invoice_is_marked_as_issued_under_its_number(world, owner):
    asked = owner.get(path("invoice-issue", world)).content.decode()
    assert "91330100MA2ABCDEFG" in asked
    assert "¥200.00" in asked
    assert fresh(world).status == "requested"
    assert owner.post(path("invoice-issue", world), {"number": ""}).status_code == 200
    assert fresh(world).status == "requested"
    owner.post(path("invoice-issue", world), {"number": "26112200001"})
    assert (fresh(world).status, fresh(world).number) == ("issued", "26112200001")
    again = owner.post(path("invoice-refuse", world), {"reason": "不行"})
    assert "已处理过" in again.content.decode()
    assert fresh(world).status == "issued"
    with mall_scope(world.mall.pk):
        assert AuditRecord.objects.filter(action="invoice.issued", subject_id=world.invoice.pk).count() == 1


def test_a_refusal_carries_its_reason(world, owner):
    owner.post(path("invoice-refuse", world), {"reason": "单位抬头请填写税号"})
    assert (fresh(world).status, fresh(world).note) == ("refused", "单位抬头请填写税号")


def test_who_may_not_confirm_payments_sees_but_does_not_decide(world):
    browser = world.browser("service")
    assert path("invoice-issue", world) not in browser.get(reverse("dashboard:invoices")).content.decode()
    assert browser.post(path("invoice-issue", world), {"number": "1"}).status_code == 403
    assert fresh(world).status == "requested"


def test_the_list_is_taken_along_with_no_formula_in_it(world, owner):
    with mall_scope(world.mall.pk):
        InvoiceRequest.objects.filter(pk=world.invoice.pk).update(title="=HYPERLINK(1)")
    file = owner.get(reverse("dashboard:invoices") + "?export=csv")
    text = file.content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert ",200.00," in text
    assert f"{world.marker}号" not in text
