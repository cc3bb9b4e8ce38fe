"""Picking and sending off many orders by the merchant API: row by row, once, and only what is right."""

from __future__ import annotations

import pytest

from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_sku, place, place_and_pay, refund, ship
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def paid(mall, *lines):
    return place_and_pay(mall, make_member(mall).buyer, *(lines or ((make_sku(mall), 3),)))


def send(desk, parcels, key="ship-1", **more):
    return desk.post("merchant/shipments", {"parcels": parcels, **more}, HTTP_IDEMPOTENCY_KEY=key)


def parcel(order, number="SF1", company="顺丰速运"):
    return {"order": str(order.public_id), "company": company, "number": number}


def states(mall):
    with mall_scope(mall.pk):
        return {order.number: (order.status, order.carrier, order.tracking_number) for order in Order.objects.all()}


# --- Picking --------------------------------------------------------------------------


def test_the_pick_list_adds_up_pieces_and_leaves_out_what_was_refunded(mall, desk):
    tea, cup = make_sku(mall), make_sku(mall)
    first, second = paid(mall, (tea, 2), (cup, 1)), paid(mall, (tea, 3))
    ship(paid(mall, (tea, 7)))
    place(mall, make_member(mall).buyer, (tea, 5))
    refund(second, 10_000, quantity=1)
    found = desk.get("merchant/pick-list").json()
    assert found["is_more"] is False
    assert {row["sku"]: (row["quantity"], row["orders"]) for row in found["goods"]} == {
        str(tea.public_id): (4, 2),
        str(cup.public_id): (1, 1),
    }
    assert [(one["id"], [line["quantity"] for line in one["lines"]]) for one in found["orders"]] == [
        (str(first.public_id), [2, 1]),
        (str(second.public_id), [2]),
    ]
    assert found["orders"][0]["address"]["province"] == "广东省"


def test_the_pick_list_costs_the_same_however_long(mall, desk, query_counts):  # noqa: F811 - the fixture
    for orders in (1, 3):
        for _ in range(orders):
            paid(mall)
        with query_counts("merchant.pick_list"):
            assert desk.get("merchant/pick-list").status_code == 200


# --- Rows ---------------------------------------------------------------------------------


def test_parcels_are_sent_off_by_id_or_number_and_the_buyer_sees_them(mall, desk):
    one, other = paid(mall), paid(mall)
    answer = send(desk, [parcel(one), {"order": other.number, "company": "中通快递", "number": "ZT2"}])
    assert (answer.status_code, answer.json()) == (200, {"shipped": 2, "unchanged": 0, "errors": []})
    assert states(mall) == {
        one.number: ("shipped", "顺丰速运", "SF1"),
        other.number: ("shipped", "中通快递", "ZT2"),
    }


def test_with_one_wrong_parcel_nothing_goes_and_every_error_names_its_row(mall, desk):
    good, unpaid, foreign = paid(mall), place(mall, make_member(mall).buyer), paid(make_mall())
    rows = [parcel(good), parcel(unpaid), parcel(foreign), parcel(good, "SF2"), {**parcel(good), "order": "none"}]
    answer = send(desk, rows)
    assert (answer.status_code, errors_of(answer)) == (409, [("shipments_have_errors", None)])
    found = answer.json()["result"]
    assert (found["shipped"], found["unchanged"]) == (0, 0)
    assert [(one["row"], one["field"]) for one in found["errors"]] == [
        (2, ""), (3, "order"), (4, "order"), (5, "order"),
    ]  # fmt: skip
    assert "第 1 行" in found["errors"][2]["error"]
    assert {state for state, _carrier, _number in states(mall).values()} == {"paid", "awaiting_payment"}


def test_only_the_good_ones_go_where_that_is_asked(mall, desk):
    good, foreign = paid(mall), paid(make_mall())
    answer = send(desk, [parcel(foreign), parcel(good)], only_good=True).json()
    assert (answer["shipped"], answer["unchanged"]) == (1, 0)
    assert [(one["row"], one["field"]) for one in answer["errors"]] == [(1, "order")]
    assert states(mall) == {good.number: ("shipped", "顺丰速运", "SF1")}


def test_the_same_again_changes_nothing_and_another_number_is_refused(mall, desk):
    order = paid(mall)
    assert send(desk, [parcel(order)], "a").json()["shipped"] == 1
    assert send(desk, [parcel(order)], "b").json() == {"shipped": 0, "unchanged": 1, "errors": []}
    assert send(desk, [parcel(order, "SF9")], "c").status_code == 409
    assert states(mall) == {order.number: ("shipped", "顺丰速运", "SF1")}


def test_a_repeated_key_answers_the_first_answer_and_another_body_is_refused(mall, desk):
    order, other = paid(mall), paid(mall)
    first = send(desk, [parcel(order)])
    again = send(desk, [parcel(order)])
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert send(desk, [parcel(other)]).status_code == 422
    assert states(mall)[other.number][0] == "paid"
    assert errors_of(desk.post("merchant/shipments", {"parcels": [parcel(other)]})) == [
        ("idempotency_key_required", "Idempotency-Key")
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"parcels": []}, {"parcels": "x"}, {"parcels": [{"order": 5, "company": "x", "number": "y"}]},
     {"parcels": [{"order": "x", "company": "", "number": "y"}]},
     {"parcels": [{"order": "x", "company": "a\nb", "number": "y"}]},
     {"parcels": [{"order": "x", "company": "x", "number": "y"}], "only_good": "yes"},
     {"parcels": [{"order": "x", "company": "x", "number": "y"}] * 1_001}],
    ids=range(8),
)  # fmt: skip
def test_what_cannot_be_meant_is_a_bad_request(mall, desk, body):
    assert desk.post("merchant/shipments", body, HTTP_IDEMPOTENCY_KEY="k").status_code == 400


def test_finance_may_not_ship(mall):
    assert send(api_as_staff(make_staff(mall, "finance")), [parcel(paid(mall))]).status_code == 403


# --- Tables -----------------------------------------------------------------------------------


def test_a_table_is_looked_through_first_and_carried_out_once(mall, desk):
    good, unpaid = paid(mall), place(mall, make_member(mall).buyer)
    table = f"订单号,快递公司,运单号\n{good.number},顺丰速运,SF1\n{unpaid.number},顺丰速运,SF2\n".encode()
    looked = desk.post("merchant/shipping-tables", table)
    assert (looked.status_code, looked.json()["status"]) == (201, "checked")
    assert looked.json()["result"] == {"shipped": 1, "unchanged": 0, "errors": 1}
    assert [(one["row"], one["field"]) for one in looked.json()["errors"]] == [(3, "")]
    assert states(mall)[good.number][0] == "paid"
    at = f"merchant/shipping-tables/{looked.json()['id']}"
    assert desk.get(at).json() == looked.json()
    assert errors_of(desk.post(f"{at}/apply", {})) == [("import_has_errors", None)]
    done = desk.post(f"{at}/apply", {"only_good": True})
    assert (done.status_code, done.json()["status"], done.json()["result"]["shipped"]) == (200, "done", 1)
    assert states(mall)[good.number] == ("shipped", "顺丰速运", "SF1")
    assert errors_of(desk.post(f"{at}/apply", {"only_good": True})) == [("import_done", None)]


@pytest.mark.parametrize("body", [b"", b"\x00\x01", "没有表头".encode()])
def test_what_is_no_table_is_refused(desk, body):
    assert desk.post("merchant/shipping-tables", body).status_code == 400
