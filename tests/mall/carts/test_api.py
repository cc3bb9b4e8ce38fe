"""The cart by the API."""

from __future__ import annotations

import uuid

import pytest

from mall.catalogue.models import Sku
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as, errors_of
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import make_sku

pytestmark = pytest.mark.django_db


def test_goods_are_put_in_changed_and_taken_out(api, mall):
    sku = make_sku(mall, price_fen=2_500, stock=9)
    path = f"cart/items/{sku.public_id}"
    put = api.post("cart/items", {"sku": str(sku.public_id), "quantity": 2})
    assert put.status_code == 201
    (item,) = put.json()["items"]
    assert (item["quantity"], item["selected"], item["reason"], item["stock"]) == (2, True, "", 9)
    assert (put.json()["pieces"], put.json()["goods_fen"]) == (2, 5_000)

    assert api.patch(path, {"quantity": 4}).json()["goods_fen"] == 10_000
    assert api.patch(path, {"selected": False}).json()["pieces"] == 0
    assert api.patch("cart", {"selected": True}).json()["pieces"] == 4
    assert api.delete(path).status_code == 204
    assert api.get("cart").json() == {"items": [], "pieces": 0, "goods_fen": 0, "cart_token": None}
    assert api.delete(path).status_code == 404


def test_refusals_say_what_is_wrong_and_change_nothing(api, mall):
    sku = make_sku(mall, stock=3)
    one = {"sku": str(sku.public_id), "quantity": 1}
    assert errors_of(api.post("cart/items", {**one, "quantity": 4})) == [("out_of_stock", "quantity")]
    for quantity in (0, -1, 10_000, "1", 1.0, True, None):
        assert api.post("cart/items", {**one, "quantity": quantity}).status_code == 400
    for unknown in (str(uuid.uuid4()), "x", str(make_sku(make_mall()).public_id)):
        assert api.post("cart/items", {**one, "sku": unknown}).status_code == 404
    assert api.patch("cart", {"selected": 1}).status_code == 400
    assert api.get("cart").json()["items"] == []


def test_what_is_no_longer_sold_keeps_its_place_with_the_reason(api, mall):
    sku = make_sku(mall, price_fen=1_000)
    api.post("cart/items", {"sku": str(sku.public_id), "quantity": 1})
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(is_active=False, price_fen=1_200)
    (item,) = api.get("cart").json()["items"]
    assert (item["reason"], item["price_change_fen"]) == ("inactive", 200)
    assert api.get("cart").json()["goods_fen"] == 0


def test_a_cart_is_nobody_elses(api, mall):
    sku = make_sku(mall)
    api.post("cart/items", {"sku": str(sku.public_id), "quantity": 1})
    other = api_as(make_member(mall))
    assert other.get("cart").json()["items"] == []
    assert other.patch(f"cart/items/{sku.public_id}", {"quantity": 5}).status_code == 404
    assert api.get("cart").json()["pieces"] == 1
