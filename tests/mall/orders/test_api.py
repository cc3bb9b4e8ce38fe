"""Orders by the API, for buyers and for staff."""

from __future__ import annotations

import base64
import uuid

import pytest

from mall.catalogue.models import Sku
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, api_as, api_as_staff, errors_of
from tests.factories.mall import make_staff
from tests.factories.members import make_member
from tests.factories.trade import an_address, make_sku, place, place_and_pay, receive, ship


def key() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": uuid.uuid4().hex}


@pytest.fixture
def sku(mall) -> Sku:
    return make_sku(mall, price_fen=1_234, stock=10)


def asking(sku: Sku, quantity=1, **more) -> dict:
    return {"lines": [{"sku": str(sku.public_id), "quantity": quantity}], "address": an_address(), **more}


@pytest.mark.usefixtures("by_both_ways")
def test_an_order_answers_what_the_contract_says(mall, api, sku):
    answer = api.post("orders", asking(sku, 2, note="请快"), **key())
    assert answer.status_code == 201
    order = answer.json()
    with mall_scope(mall.pk):
        placed = Order.objects.get()
        line = placed.lines.get()
    assert order == {
        "id": str(placed.public_id),
        "number": placed.number,
        "status": "awaiting_payment",
        "goods_fen": 2_468,
        "discount_fen": 0,
        "freight_fen": 0,
        "total_fen": 2_468,
        "refunded_fen": 0,
        "note": "请快",
        "placed_at": order["placed_at"],
        "expires_at": order["expires_at"],
        "paid_at": None,
        "received_at": None,
        "completed_at": None,
        "ended_at": None,
        "shipment": None,
        "lines": [
            {
                "id": str(line.public_id),
                "sku": str(sku.public_id),
                "product": str(sku.product.public_id),
                "name": sku.product.name,
                "specs": {},
                "quantity": 2,
                "price_fen": 1_234,
                "paid_fen": 2_468,
                "freight_fen": 0,
                "refunded_fen": 0,
                "refunded_quantity": 0,
            }
        ],
    }
    assert order["expires_at"].endswith("+08:00")


@pytest.mark.usefixtures("by_both_ways")
def test_sold_out_answers_409_and_reserves_nothing(mall, api, sku):
    answer = api.post("orders", asking(sku, 11), **key())
    assert (answer.status_code, errors_of(answer)) == (409, [("out_of_stock", "lines")])
    with mall_scope(mall.pk):
        assert (Order.objects.count(), Sku.objects.get().stock) == (0, 10)


@pytest.mark.usefixtures("by_both_ways")
@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"lines": None}, "lines"),
        ({"lines": []}, "lines"),
        ({"lines": {}}, "lines"),
        ({"lines": "x"}, "lines"),
        ({"lines": [1]}, "lines"),
        ({"lines": [{"quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": 5, "quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": "x" * 101, "quantity": 1}]}, "lines.0.sku"),
        ({"address": None}, "address"),
        ({"address": "x"}, "address"),
        ({"address": an_address(phone=13800138000)}, "address.phone"),
        ({"address": an_address(province="广东")}, "address.province"),
        ({"address": an_address(detail="a\u202eb")}, "address.detail"),
        ({"note": "x" * 201}, "note"),
        ({"note": 5}, "note"),
        ({"coupon": 5}, "coupon"),
        ({"expected_total_fen": "5"}, "expected_total_fen"),
        ({"visitor": "forged"}, "visitor"),
        ({"visitor": "x" * 401}, "visitor"),
    ],
)
def test_a_bad_field_is_named(mall, api, sku, change, attr):
    answer = api.post("orders", asking(sku) | change, **key())
    assert answer.status_code == 400, answer.content
    assert any((named or "").startswith(attr) for _code, named in errors_of(answer)), answer.content
    with mall_scope(mall.pk):
        assert (Order.objects.count(), Sku.objects.get().stock) == (0, 10)


@pytest.mark.usefixtures("by_both_ways")
@pytest.mark.parametrize(
    "quantity", ["0", "-1", "10000", str(2**63), "1" * 400, "1.0", "1e3", '"1"', "true", "null", "[]", "NaN", "-0.0"]
)
def test_a_quantity_is_a_json_integer_from_1_to_9999(mall, api, sku, quantity):
    import json

    body = json.dumps(asking(sku, 777777)).replace("777777", quantity)
    assert api.post("orders", body, **key()).status_code == 400
    with mall_scope(mall.pk):
        assert (Order.objects.count(), Sku.objects.get().stock) == (0, 10)


@pytest.mark.usefixtures("by_both_ways")
def test_a_sku_that_is_foreign_malformed_or_made_up_is_missing_in_the_same_words(mall, elsewhere, api):
    theirs = make_sku(elsewhere, stock=5)
    answers = set()
    for name in (
        theirs.public_id,
        uuid.uuid4(),
        "x",
        "",
        "a" * 100,
        "8a3c0f6e000040008000000000000000",
        "\ud83d\ude00",
    ):
        body = {"lines": [{"sku": str(name), "quantity": 1}], "address": an_address()}
        answer = api.post("orders", body, **key())
        if name == "":
            assert answer.status_code == 400
            continue
        assert answer.status_code == 404, name
        answers.add(answer.content)
    assert len(answers) == 1
    with mall_scope(elsewhere.pk):
        assert Sku.objects.get().stock == 5


@pytest.mark.usefixtures("by_both_ways")
def test_the_same_sku_twice_is_merged(api, sku):
    line = {"sku": str(sku.public_id), "quantity": 2}
    order = api.post("orders", {"lines": [line, line], "address": an_address()}, **key()).json()
    assert [one["quantity"] for one in order["lines"]] == [4]


def test_a_buyer_sees_his_own_orders_and_nobody_elses(mall, member, api, elsewhere, stranger_api):
    mine = [place(mall, member.buyer) for _ in range(3)]
    other = make_member(mall)
    theirs = place(mall, other.buyer)
    listed = api.get("orders?page_size=2").json()
    assert [row["id"] for row in listed["results"]] == [str(mine[2].public_id), str(mine[1].public_id)]
    rest = api.get(listed["next"].split("/api/v1/")[1]).json()
    assert ([row["id"] for row in rest["results"]], rest["next"]) == ([str(mine[0].public_id)], None)
    missing = {
        one.get(f"orders/{name}").content
        for one, name in [
            (api, theirs.public_id), (api, uuid.uuid4()), (api, "x"), (stranger_api, mine[0].public_id),
        ]
    }  # fmt: skip
    assert len(missing) == 1
    for action in ("cancel", "receipt"):
        assert api.post(f"orders/{theirs.public_id}/{action}").status_code == 404
        assert stranger_api.post(f"orders/{mine[0].public_id}/{action}").status_code == 404
    with mall_scope(mall.pk):
        assert set(Order.objects.values_list("status", flat=True)) == {"awaiting_payment"}


def test_orders_can_be_listed_by_status(mall, member, api):
    place(mall, member.buyer)
    paid = place_and_pay(mall, member.buyer)
    assert [row["id"] for row in api.get("orders?status=paid").json()["results"]] == [str(paid.public_id)]
    assert api.get("orders?status=lost").status_code == 400


@pytest.mark.parametrize(
    "cursor", ["p=nonsense", "p=1.5", "p=-1", "p=1e9", "p=" + "9" * 40, "p=1%00", "p=\ud83d", "o=-1", "r=7"]
)
def test_a_forged_cursor_is_no_bug(mall, member, api, cursor):
    place(mall, member.buyer)
    forged = base64.urlsafe_b64encode(cursor.encode("utf-8", "surrogatepass")).decode()
    assert api.get(f"orders?cursor={forged}").status_code in (200, 404)


@pytest.mark.parametrize("cursor", ["x", "%F0%9F%98%80", "A" * 500, "cD05OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_of_nonsense_is_missing(api, cursor):
    assert api.get(f"orders?cursor={cursor}").status_code in (200, 404)


def test_one_order_says_where_it_goes(mall, member, api):
    order = place(mall, member.buyer)
    assert api.get(f"orders/{order.public_id}").json()["address"] == an_address()


def test_cancelling_answers_the_order(mall, member, api, sku):
    order = place(mall, member.buyer, (sku, 4))
    answer = api.post(f"orders/{order.public_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    again = api.post(f"orders/{order.public_id}/cancel")
    assert (again.status_code, errors_of(again)) == (409, [("wrong_state", None)])
    with mall_scope(mall.pk):
        assert Sku.objects.get().stock == 10


def test_receipt_is_for_shipped_orders(mall, member, api):
    order = place_and_pay(mall, member.buyer)
    assert errors_of(api.post(f"orders/{order.public_id}/receipt")) == [("wrong_state", None)]
    ship(order)
    answer = api.post(f"orders/{order.public_id}/receipt")
    assert (answer.status_code, answer.json()["status"]) == (200, "received")
    assert answer.json()["shipment"] == {
        "company": "顺丰速运",
        "number": "SF1234567890",
        "shipped_at": answer.json()["shipment"]["shipped_at"],
    }


def test_lists_cost_a_constant_number_of_statements(mall, member, api, owner_api, query_counts):
    skus = [make_sku(mall) for _ in range(3)]
    for _ in range(4):
        order = place(mall, member.buyer, *((sku, 1) for sku in skus))
    with query_counts("orders.list"):
        assert len(api.get("orders").json()["results"]) == 4
    with query_counts("orders.detail"):
        api.get(f"orders/{order.public_id}")
    with query_counts("merchant.orders.list"):
        assert len(owner_api.get("merchant/orders").json()["results"]) == 4


def test_posting_an_order_costs_at_most_twelve_statements(api, sku, query_counts, settings):
    settings.EVENT_HANDLERS = {"order.placed": ["nobody.hears"]}
    with query_counts("orders.post"):
        assert api.post("orders", asking(sku), **key()).status_code == 201


# --- The merchant's side -----------------------------------------------------


def test_staff_see_the_malls_orders_with_their_buyers(mall, member, owner_api):
    order = place_and_pay(mall, member.buyer)
    (row,) = owner_api.get("merchant/orders?status=paid").json()["results"]
    assert (row["id"], row["address"], row["buyer"]["id"]) == (
        str(order.public_id), an_address(), str(member.buyer.public_id),
    )  # fmt: skip
    assert owner_api.get("merchant/orders?status=shipped").json()["results"] == []
    assert [one["id"] for one in owner_api.get(f"merchant/orders?number={order.number}").json()["results"]] == [
        row["id"]
    ]
    assert owner_api.get(f"merchant/orders/{order.public_id}").json() == row


def test_staff_ship_a_paid_order(mall, member, owner, owner_api):
    order = place_and_pay(mall, member.buyer)
    answer = owner_api.post(f"merchant/orders/{order.public_id}/ship", {"company": "顺丰", "number": "SF1"})
    assert (answer.status_code, answer.json()["status"], answer.json()["shipment"]["number"]) == (200, "shipped", "SF1")
    again = owner_api.post(f"merchant/orders/{order.public_id}/ship", {"company": "顺丰", "number": "SF2"})
    assert (again.status_code, errors_of(again)) == (409, [("wrong_state", None)])
    with mall_scope(mall.pk):
        assert Order.objects.get().tracking_number == "SF1"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"company": "顺丰"},
        {"company": "", "number": "1"},
        {"company": 5, "number": "1"},
        {"company": "x" * 41, "number": "1"},
        [],
    ],
)
def test_a_shipment_needs_carrier_and_number(mall, member, owner_api, body):
    order = place_and_pay(mall, member.buyer)
    assert owner_api.post(f"merchant/orders/{order.public_id}/ship", body).status_code == 400
    with mall_scope(mall.pk):
        assert Order.objects.get().status == "paid"


@pytest.mark.usefixtures("by_both_ways")
def test_only_those_may_who_may(mall, member, api, elsewhere):
    order = place_and_pay(mall, member.buyer)
    path = f"merchant/orders/{order.public_id}/ship"
    body = {"company": "顺丰", "number": "1"}
    assert Api(mall).post(path, body).status_code == 401
    assert api.post(path, body).status_code == 403
    assert api_as_staff(make_staff(mall, "finance")).post(path, body).status_code == 403
    assert api_as_staff(make_staff(elsewhere, "manager")).post(path, body).status_code == 404
    assert api_as_staff(make_staff(mall, "finance")).get(f"merchant/orders/{order.public_id}").status_code == 200
    assert api.get("merchant/orders").status_code == 403
    assert api_as_staff(make_staff(mall, "service")).post(path, body).status_code == 200
    staff = api_as_staff(make_staff(mall, "manager"))
    assert staff.get("orders").status_code == 403
    assert staff.post("orders", {}, **key()).status_code == 403


def test_a_closed_life_reads_the_same_for_buyer_and_staff(mall, member, api, owner_api):
    order = receive(place_and_pay(mall, member.buyer))
    mine = api.get(f"orders/{order.public_id}").json()
    theirs = owner_api.get(f"merchant/orders/{order.public_id}").json()
    assert {name: value for name, value in theirs.items() if name != "buyer"} == mine


def test_a_token_of_another_mall_opens_nothing(mall, elsewhere, member):
    token = api_as(member).headers["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    assert Api(elsewhere, token=token).get("orders").status_code == 401
