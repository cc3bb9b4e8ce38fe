"""Payments by the API."""

from __future__ import annotations

import uuid

import pytest

from mall.orders.models import Order
from mall.payments.models import Payment
from mall.payments.services import start_payment
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, api_as, api_as_staff, errors_of
from tests.factories.mall import make_staff
from tests.factories.members import make_member
from tests.factories.trade import place, place_and_pay


def key() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": uuid.uuid4().hex}


@pytest.fixture
def order(mall, member) -> Order:
    return place(mall, member.buyer)


def test_a_sandbox_payment_answers_what_the_contract_says(mall, api, order):
    answer = api.post(f"orders/{order.public_id}/payments", {"provider": "sandbox"}, **key())
    with mall_scope(mall.pk):
        payment = Payment.objects.get()
    body = answer.json()
    assert (answer.status_code, body) == (
        201,
        {
            "id": str(payment.public_id),
            "order": str(order.public_id),
            "provider": "sandbox",
            "status": "succeeded",
            "amount_fen": 10_000,
            "number": payment.number,
            "instructions": None,
            "created_at": body["created_at"],
            "succeeded_at": body["succeeded_at"],
        },
    )
    again = api.post(f"orders/{order.public_id}/payments", {"provider": "sandbox"}, **key())
    assert (again.status_code, errors_of(again)) == (409, [("already_paid", None)])


def test_a_replayed_payment_answers_the_first_one(mall, api, order):
    same = key()
    answers = [api.post(f"orders/{order.public_id}/payments", {"provider": "sandbox"}, **same) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    with mall_scope(mall.pk):
        assert Payment.objects.count() == 1


def test_a_transfer_is_pending_until_staff_confirm_it(mall, api, owner_api, order):
    started = api.post(f"orders/{order.public_id}/payments", {"provider": "bank_transfer"}, **key()).json()
    assert (started["status"], started["instructions"]["remark"]) == ("pending", order.number)
    pending = owner_api.get("merchant/payments?status=pending").json()["results"]
    assert [row["id"] for row in pending] == [started["id"]]
    confirmed = owner_api.post(f"merchant/payments/{started['id']}/confirm", {"reference": "ICBC-1"})
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "succeeded")
    assert api.get(f"orders/{order.public_id}").json()["status"] == "paid"
    again = owner_api.post(f"merchant/payments/{started['id']}/confirm")
    assert (again.status_code, errors_of(again)) == (409, [("payment_not_pending", None)])
    assert [row["status"] for row in api.get(f"orders/{order.public_id}/payments").json()["results"]] == ["succeeded"]


def test_a_confirmation_needs_no_body(mall, api, owner_api, order):
    started = api.post(f"orders/{order.public_id}/payments", {"provider": "bank_transfer"}, **key()).json()
    assert owner_api.post(f"merchant/payments/{started['id']}/confirm").status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "provider"),
        ({"provider": None}, "null", "provider"),
        ({"provider": 5}, "invalid", "provider"),
        ({"provider": "x" * 21}, "max_length", "provider"),
        ({"provider": "cash"}, "unknown_provider", "provider"),
        ([], "invalid", None),
    ],
)
def test_a_bad_way_is_refused(mall, api, order, body, code, attr):
    answer = api.post(f"orders/{order.public_id}/payments", body, **key())
    assert answer.status_code == 400
    assert errors_of(answer)[0][0] == code
    assert attr is None or errors_of(answer)[0][1] == attr
    with mall_scope(mall.pk):
        assert not Payment.objects.exists()


def test_payments_without_a_key_are_refused(api, order):
    answer = api.post(f"orders/{order.public_id}/payments", {"provider": "sandbox"})
    assert (answer.status_code, errors_of(answer)) == (400, [("idempotency_key_required", "Idempotency-Key")])


def test_nobody_pays_or_reads_what_is_not_his(mall, order, stranger_api):
    other = api_as(make_member(mall))
    for one in (other, stranger_api):
        assert one.post(f"orders/{order.public_id}/payments", {"provider": "sandbox"}, **key()).status_code == 404
        assert one.get(f"orders/{order.public_id}/payments").status_code == 404
    with mall_scope(mall.pk):
        assert Order.objects.get().status == "awaiting_payment"


def test_confirming_is_for_those_who_count_money(mall, api, elsewhere, order):
    with mall_scope(mall.pk):
        payment = start_payment(order=order, provider="bank_transfer")
    path = f"merchant/payments/{payment.public_id}/confirm"
    assert Api(mall).post(path).status_code == 401
    assert api.post(path).status_code == 403
    for role in ("manager", "service"):
        assert api_as_staff(make_staff(mall, role)).post(path).status_code == 403
        assert api_as_staff(make_staff(mall, role)).get("merchant/payments").status_code == 403
    assert api_as_staff(make_staff(elsewhere, "finance")).post(path).status_code == 404
    with mall_scope(mall.pk):
        assert Payment.objects.get().status == "pending"
    assert api_as_staff(make_staff(mall, "finance")).post(path).status_code == 200


@pytest.mark.parametrize("name", ["x", "0b6f4c1e-5d1a-4b8e-9f1d-3a7c2e9d4f60", "1", "a" * 300])
def test_a_payment_that_is_not_there_is_missing(owner_api, name):
    assert owner_api.post(f"merchant/payments/{name}/confirm").status_code == 404


def test_the_list_costs_a_constant_number_of_statements(mall, member, owner_api, query_counts):
    for _ in range(4):
        place_and_pay(mall, member.buyer)
    with query_counts("merchant.payments.list"):
        assert len(owner_api.get("merchant/payments?provider=sandbox").json()["results"]) == 4
