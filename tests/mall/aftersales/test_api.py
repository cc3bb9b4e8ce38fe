"""Refunds by the API."""

from __future__ import annotations

import uuid

import pytest

from mall.aftersales.models import Refund
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, api_as, api_as_staff, errors_of
from tests.factories.mall import make_staff
from tests.factories.members import make_member
from tests.factories.trade import ask_refund, lines_of, place_and_pay


def key() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": uuid.uuid4().hex}


@pytest.fixture
def order(mall, member) -> Order:
    return place_and_pay(mall, member.buyer)


def asking(order, amount_fen=1_000, **more) -> dict:
    line = {"line": str(lines_of(order)[0].public_id), "amount_fen": amount_fen, **more}
    return {"lines": [line], "reason": "不想要了"}


def path(order) -> str:
    return f"orders/{order.public_id}/refunds"


def test_a_refund_answers_what_the_contract_says(mall, api, owner_api, order):
    answer = api.post(path(order), asking(order), **key())
    with mall_scope(mall.pk):
        refund = Refund.objects.get()
    body = answer.json()
    assert (answer.status_code, body) == (
        201,
        {
            "id": str(refund.public_id),
            "number": refund.number,
            "order": str(order.public_id),
            "status": "requested",
            "amount_fen": 1_000,
            "reason": "不想要了",
            "decision_note": "",
            "requested_at": body["requested_at"],
            "decided_at": None,
            "lines": [
                {
                    "line": str(lines_of(order)[0].public_id),
                    "name": lines_of(order)[0].name,
                    "amount_fen": 1_000,
                    "quantity": 0,
                }
            ],
        },
    )
    approved = owner_api.post(f"merchant/refunds/{body['id']}/approve")
    assert (approved.status_code, approved.json()["status"]) == (200, "refunded")
    assert api.get(f"orders/{order.public_id}").json()["refunded_fen"] == 1_000
    assert [row["status"] for row in api.get(path(order)).json()["results"]] == ["refunded"]


def test_a_replayed_refund_is_asked_for_once(mall, api, order):
    same = key()
    ids = {api.post(path(order), asking(order), **same).json()["id"] for _ in range(3)}
    assert len(ids) == 1
    with mall_scope(mall.pk):
        assert Refund.objects.count() == 1


def test_more_than_is_left_names_what_is_left(api, order):
    answer = api.post(path(order), asking(order, 10_001), **key())
    assert (answer.status_code, errors_of(answer)) == (409, [("more_than_left", "lines.0.amount_fen")])
    assert "100.00" in answer.json()["errors"][0]["detail"]
    answer = api.post(path(order), asking(order, 1, quantity=2), **key())
    assert (answer.status_code, errors_of(answer)) == (409, [("more_than_left", "lines.0.quantity")])


@pytest.mark.parametrize("value", ["0", "-1", str(2**63), "1.0", '"1"', "true", "null", "[]", "1e2", "NaN"])
def test_an_amount_is_a_json_integer_from_1(mall, api, order, value):
    import json

    body = json.dumps(asking(order, 777777)).replace("777777", value)
    assert api.post(path(order), body, **key()).status_code == 400
    with mall_scope(mall.pk):
        assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"lines": []}, "lines"),
        ({"lines": None}, "lines"),
        ({"lines": [5]}, "lines"),
        ({"lines": [{"amount_fen": 1}]}, "lines.0.line"),
        ({"lines": [{"line": 5, "amount_fen": 1}]}, "lines.0.line"),
        ({"reason": ""}, "reason"),
        ({"reason": None}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": "a\nb"}, "reason"),
    ],
)
def test_a_bad_field_is_named(api, order, change, attr):
    answer = api.post(path(order), asking(order) | change, **key())
    assert answer.status_code == 400
    assert any((named or "").startswith(attr) for _code, named in errors_of(answer)), answer.content


def test_a_foreign_malformed_or_made_up_line_is_missing_in_the_same_words(mall, elsewhere, member, api, order):
    other = place_and_pay(mall, member.buyer)
    theirs = place_and_pay(elsewhere, make_member(elsewhere).buyer)
    answers = set()
    for name in (lines_of(other)[0].public_id, lines_of(theirs)[0].public_id, uuid.uuid4(), "x"):
        body = {"lines": [{"line": str(name), "amount_fen": 1}], "reason": "x"}
        answer = api.post(path(order), body, **key())
        assert answer.status_code == 404
        answers.add(answer.content)
    assert len(answers) == 1


def test_nobody_claims_or_reads_what_is_not_his(mall, order, stranger_api):
    other = api_as(make_member(mall))
    for one in (other, stranger_api):
        assert one.post(path(order), asking(order), **key()).status_code == 404
        assert one.get(path(order)).status_code == 404
    with mall_scope(mall.pk):
        assert not Refund.objects.exists()


def test_rejecting_needs_a_reason_the_buyer_reads(api, owner_api, order):
    claim = ask_refund(order, 500)
    assert owner_api.post(f"merchant/refunds/{claim.public_id}/reject").status_code == 400
    answer = owner_api.post(f"merchant/refunds/{claim.public_id}/reject", {"reason": "已使用"})
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    assert api.get(path(order)).json()["results"][0]["decision_note"] == "已使用"
    again = owner_api.post(f"merchant/refunds/{claim.public_id}/approve")
    assert (again.status_code, errors_of(again)) == (409, [("refund_not_requested", None)])


def test_deciding_is_for_those_who_may(mall, api, elsewhere, order):
    claim = ask_refund(order, 500)
    for action, body in (("approve", {}), ("reject", {"reason": "x"})):
        target = f"merchant/refunds/{claim.public_id}/{action}"
        assert Api(mall).post(target, body).status_code == 401
        assert api.post(target, body).status_code == 403
        assert api_as_staff(make_staff(mall, "service")).post(target, body).status_code == 403
        assert api_as_staff(make_staff(elsewhere, "manager")).post(target, body).status_code == 404
    assert api_as_staff(make_staff(mall, "service")).get("merchant/refunds").status_code == 403
    with mall_scope(mall.pk):
        assert Refund.objects.get().status == "requested"
    assert (
        api_as_staff(make_staff(mall, "manager")).post(f"merchant/refunds/{claim.public_id}/approve").status_code == 200
    )


@pytest.mark.parametrize("name", ["x", "0b6f4c1e-5d1a-4b8e-9f1d-3a7c2e9d4f60", "1"])
def test_a_refund_that_is_not_there_is_missing(owner_api, name):
    assert owner_api.post(f"merchant/refunds/{name}/approve").status_code == 404
    assert owner_api.post(f"merchant/refunds/{name}/reject", {"reason": "x"}).status_code == 404


def test_staff_list_what_is_to_decide(mall, member, owner_api, query_counts):
    claims = [ask_refund(place_and_pay(mall, member.buyer), 500) for _ in range(3)]
    with query_counts("merchant.refunds.list"):
        listed = owner_api.get("merchant/refunds?status=requested").json()["results"]
    assert [row["id"] for row in listed] == [str(claim.public_id) for claim in reversed(claims)]
    assert owner_api.get("merchant/refunds?status=refunded").json()["results"] == []
    assert owner_api.get("merchant/refunds?status=lost").status_code == 400
