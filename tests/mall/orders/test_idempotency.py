"""A repeated Idempotency-Key: one effect, the first answer, whatever has changed since and whoever comes at once."""

from __future__ import annotations

import pytest

from mall.catalogue.models import Sku
from mall.errors import DomainError
from mall.orders.errors import OutOfStock
from mall.orders.idempotency import fingerprint
from mall.orders.models import IdempotencyKey, Order
from mall.orders.services import place_order
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.http import api_as, errors_of
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import an_address, make_sku

pytestmark = pytest.mark.usefixtures("by_both_ways")


def asking(sku: Sku, quantity: int = 1, **more) -> dict:
    return {"lines": [{"sku": str(sku.public_id), "quantity": quantity}], "address": an_address(), **more}


def key(text: str) -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": text}


def stock(sku: Sku) -> int:
    with mall_scope(sku.mall_id):
        return Sku.objects.get(pk=sku.pk).stock


def orders(mall) -> int:
    with mall_scope(mall.pk):
        return Order.objects.count()


@pytest.fixture
def sku(mall) -> Sku:
    return make_sku(mall, stock=10)


def test_the_second_request_gets_the_first_answer(mall, api, sku):
    first = api.post("orders", asking(sku), **key("k1"))
    second = api.post("orders", asking(sku), **key("k1"))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert (orders(mall), stock(sku)) == (1, 9)


def test_the_order_of_keys_and_white_space_do_not_matter(mall, api, sku):
    body = asking(sku)
    first = api.post("orders", body, **key("k1"))
    import json

    turned = json.dumps(dict(reversed(body.items())), indent=4)
    assert api.post("orders", turned, **key("k1")).json() == first.json()
    assert orders(mall) == 1


def test_another_body_under_the_same_key_is_refused(mall, api, sku):
    api.post("orders", asking(sku), **key("k1"))
    answer = api.post("orders", asking(sku, 2), **key("k1"))
    assert (answer.status_code, errors_of(answer)) == (422, [("idempotency_key_reused", "Idempotency-Key")])
    assert (orders(mall), stock(sku)) == (1, 9)


def test_another_path_under_the_same_key_is_refused(mall, api, sku):
    order = api.post("orders", asking(sku), **key("k1")).json()
    answer = api.post(f"orders/{order['id']}/payments", {"provider": "sandbox"}, **key("k1"))
    assert answer.status_code == 422
    with mall_scope(mall.pk):
        assert Order.objects.get().status == "awaiting_payment"


def test_two_buyers_may_choose_the_same_key(mall, api, sku):
    other = api_as(make_member(mall))
    answers = [one.post("orders", asking(sku), **key("k1")).json()["id"] for one in (api, other)]
    assert len(set(answers)) == 2
    assert stock(sku) == 8


def test_a_refusal_is_repeated_even_when_it_would_no_longer_be_one(mall, api, sku):
    first = api.post("orders", asking(sku, 11), **key("k1"))
    assert (first.status_code, errors_of(first)) == (409, [("out_of_stock", "lines")])
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(stock=100)
    second = api.post("orders", asking(sku, 11), **key("k1"))
    assert (second.status_code, second.json()) == (409, first.json())
    assert (orders(mall), stock(sku)) == (0, 100)
    assert api.post("orders", asking(sku, 11), **key("k2")).status_code == 201


@pytest.mark.parametrize(
    ("change", "status"),
    [({"lines": []}, 400), ({"lines": [{"sku": "8a3c0f6e-0000-4000-8000-000000000000", "quantity": 1}]}, 404)],
)
def test_errors_of_the_request_itself_are_kept(mall, api, sku, change, status):
    first = api.post("orders", asking(sku) | change, **key("k1"))
    second = api.post("orders", asking(sku) | change, **key("k1"))
    assert (first.status_code, second.status_code, second.json()) == (status, status, first.json())
    assert "Idempotent-Replayed" in second.headers
    assert api.post("orders", asking(sku), **key("k1")).status_code == 422


def test_a_refusal_after_the_first_change_undoes_it_and_keeps_its_answer(mall, api, sku, monkeypatch):
    def places_and_refuses(**asked):
        place_order(**asked)
        raise OutOfStock

    monkeypatch.setattr("mall.orders.services.place_order", places_and_refuses)
    first, second = (api.post("orders", asking(sku), **key("k1")) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (409, 409, first.json())
    assert (orders(mall), stock(sku)) == (0, 10)


def test_an_error_of_ours_keeps_nothing(mall, api, sku, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("mall.orders.services.priced", lambda *_args: 1 / 0)
        assert api.post("orders", asking(sku), **key("k1")).status_code == 500
    assert (orders(mall), stock(sku)) == (0, 10)
    with mall_scope(mall.pk):
        assert not IdempotencyKey.objects.exists()
    assert api.post("orders", asking(sku), **key("k1")).status_code == 201
    assert (orders(mall), stock(sku)) == (1, 9)


def test_a_refusal_that_says_nothing_of_the_request_leaves_no_key_even_if_it_keeps_its_trace(
    mall, api, sku, monkeypatch
):
    class TooMany(DomainError):
        status, code, keeps_changes = 429, "too_many", True

    def refuse(*_args):
        raise TooMany

    with monkeypatch.context() as broken:
        broken.setattr("mall.orders.services.priced", refuse)
        assert api.post("orders", asking(sku), **key("k1")).status_code == 429
    with mall_scope(mall.pk):
        assert not IdempotencyKey.objects.exists()
    assert api.post("orders", asking(sku), **key("k1")).status_code == 201
    assert (orders(mall), stock(sku)) == (1, 9)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "idempotency_key_required"),
        ("", "idempotency_key_required"),
        ("   ", "idempotency_key_required"),
        ("x" * 121, "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("schlüssel", "idempotency_key_invalid"),
        ("a\x01", "idempotency_key_invalid"),
        ("a\x7f", "idempotency_key_invalid"),
    ],
)
def test_a_key_is_asked_for_and_must_be_visible_ascii(mall, api, sku, value, code):
    headers = {} if value is None else key(value)
    answer = api.post("orders", asking(sku), **headers)
    assert (answer.status_code, errors_of(answer)) == (400, [(code, "Idempotency-Key")])
    assert (orders(mall), stock(sku)) == (0, 10)


def test_the_longest_key_is_kept(mall, api, sku):
    long = "~" * 120
    ids = {api.post("orders", asking(sku), **key(long)).json()["id"] for _ in range(2)}
    assert len(ids) == 1


def test_without_a_token_no_key_is_looked_at(mall, sku):
    from tests.factories.http import Api

    assert Api(mall).post("orders", asking(sku), **key("k1")).status_code == 401
    with mall_scope(mall.pk):
        assert not IdempotencyKey.objects.exists()


def test_a_body_that_is_no_json_keeps_nothing(mall, api):
    assert api.post("orders", b"{", **key("k1")).status_code == 400
    assert api.post("orders", b'{"a": NaN}', **key("k1")).status_code == 400
    with mall_scope(mall.pk):
        assert not IdempotencyKey.objects.exists()


def test_fingerprints_differ_by_method_path_and_data():
    seen = {
        fingerprint("POST", "/a", {"x": 1}),
        fingerprint("PUT", "/a", {"x": 1}),
        fingerprint("POST", "/b", {"x": 1}),
        fingerprint("POST", "/a", {"x": "1"}),
        fingerprint("POST", "/a", None),
    }
    assert len(seen) == 5
    assert fingerprint("POST", "/a", {"x": 1, "y": [2]}) == fingerprint("POST", "/a", {"y": [2], "x": 1})


@pytest.mark.django_db(transaction=True)
def test_fifty_identical_requests_at_once_make_one_order():
    mall = make_mall()
    sku = make_sku(mall, stock=100)
    api = api_as(make_member(mall))
    answers = together([lambda: api.post("orders", asking(sku, 2), **key("same"))] * 50)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers if "Idempotent-Replayed" not in answer.headers}) == 1
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert (orders(mall), stock(sku)) == (1, 98)


@pytest.mark.django_db(transaction=True)
def test_when_the_first_of_two_at_once_breaks_the_second_does_the_work(monkeypatch):
    mall = make_mall()
    sku = make_sku(mall, stock=10)
    api = api_as(make_member(mall))
    from mall.orders import services

    real, calls = services.priced, []

    def breaks_once(*args):
        calls.append(1)
        return 1 / 0 if len(calls) == 1 else real(*args)

    monkeypatch.setattr("mall.orders.services.priced", breaks_once)
    statuses = sorted(
        answer.status_code for answer in together([lambda: api.post("orders", asking(sku), **key("k"))] * 2)
    )
    # The door leaves whatever breaks to the view, which then repeats the answer of the other.
    assert statuses in ([201, 500], [201, 201])
    assert (orders(mall), stock(sku)) == (1, 9)
