"""The cart of an app whose user has not said yet who he is."""

from __future__ import annotations

import pytest

from mall import clock
from mall.carts.models import CartItem
from mall.carts.owners import new_guest_cart
from mall.carts.tasks import forget_left_carts_everywhere
from mall.errors import TooMany
from mall.limits import policy
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, errors_of
from tests.factories.trade import make_sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(mall):
    return Api(mall)


def one(sku, quantity=1):
    return {"sku": str(sku.public_id), "quantity": quantity}


def with_cart(token):
    return {"HTTP_CART_TOKEN": token}


def items(answer):
    return [(item["sku"], item["quantity"], item["selected"]) for item in answer.json()["items"]]


def rows(mall):
    with mall_scope(mall.pk):
        return list(CartItem.objects.order_by("id"))


def test_a_caller_without_a_token_gets_a_cart_with_the_first_goods(app, mall):
    sku, other = make_sku(mall, price_fen=2_500), make_sku(mall)
    assert app.get("cart").json() == {"items": [], "pieces": 0, "goods_fen": 0, "cart_token": None}
    put = app.post("cart/items", one(sku, 2))
    assert (put.status_code, put.json()["goods_fen"]) == (201, 5_000)
    cart = with_cart(put.json()["cart_token"])

    again = app.post("cart/items", one(other), **cart)
    assert again.json()["cart_token"] == put.json()["cart_token"]
    assert app.patch(f"cart/items/{sku.public_id}", {"quantity": 3}, **cart).json()["pieces"] == 4
    assert app.patch("cart", {"selected": False}, **cart).json()["pieces"] == 0
    assert app.delete(f"cart/items/{other.public_id}", **cart).status_code == 204
    assert items(app.get("cart", **cart)) == [(str(sku.public_id), 3, False)]
    # Who reads the table cannot open the cart.
    assert all(row.guest_key not in put.json()["cart_token"] for row in rows(mall))


def test_what_is_refused_makes_no_cart(app, mall):
    sku = make_sku(mall, stock=1)
    assert errors_of(app.post("cart/items", one(sku, 2))) == [("out_of_stock", "quantity")]
    assert app.post("cart/items", {"sku": "x", "quantity": 1}).status_code == 404
    assert rows(mall) == []


@pytest.mark.parametrize("what", ["forged", "foreign", "cut", "long", "letters"])
def test_a_cart_token_that_is_none_of_this_malls_is_none(app, mall, elsewhere, what):
    sku, theirs = make_sku(mall), make_sku(elsewhere)
    foreign = Api(elsewhere).post("cart/items", one(theirs)).json()["cart_token"]
    mine = app.post("cart/items", one(sku)).json()["cart_token"]
    token = {"forged": "a:b", "foreign": foreign, "cut": mine[:-1], "long": mine * 9, "letters": "é" * 40}[what]

    assert app.get("cart", **with_cart(token)).content == app.get("cart").content
    path = f"cart/items/{sku.public_id}"
    for method, body in ((app.patch, {"quantity": 2}), (app.delete, None)):
        without, wrong = method(path, body), method(path, body, **with_cart(token))
        assert (wrong.status_code, wrong.content) == (404, without.content)
    assert app.patch("cart", {"selected": False}, **with_cart(token)).status_code == 200
    new = app.post("cart/items", one(sku), **with_cart(token)).json()["cart_token"]
    assert new not in (token, mine)
    assert [(row.quantity, row.is_selected) for row in rows(mall)] == [(1, True)] * 2
    assert [row.quantity for row in rows(elsewhere)] == [1]


def test_a_buyer_has_his_own_cart_whatever_cart_token_he_sends(api, app, mall):
    sku = make_sku(mall)
    cart = with_cart(app.post("cart/items", one(sku)).json()["cart_token"])
    assert api.get("cart", **cart).json() == {"items": [], "pieces": 0, "goods_fen": 0, "cart_token": None}
    assert api.patch(f"cart/items/{sku.public_id}", {"quantity": 2}, **cart).status_code == 404
    # A token that has ended is refused, not taken for nobody.
    bad = app.get("cart", HTTP_AUTHORIZATION="Bearer by_" + "A" * 43, **cart)
    assert bad.status_code == 401


def test_a_guests_cart_holds_fifty_kinds(app, mall):
    cart = with_cart(app.post("cart/items", one(make_sku(mall))).json()["cart_token"])
    for _number in range(49):
        assert app.post("cart/items", one(make_sku(mall)), **cart).status_code == 201
    assert errors_of(app.post("cart/items", one(make_sku(mall)), **cart)) == [("cart_full", None)]
    assert len(rows(mall)) == 50


def test_one_network_makes_so_many_carts_and_no_more(mall, settings, monkeypatch):
    settings.SANDBOX_ALLOWED = False
    monkeypatch.setattr(policy, "CARTS_PER_NETWORK", policy.Limit("carts-few", 2, 60))
    with mall_scope(mall.pk):
        for _number in range(2):
            new_guest_cart("198.51.100.7")
        with pytest.raises(TooMany):
            new_guest_cart("198.51.100.7")
        new_guest_cart("198.51.100.8")


def test_what_guests_left_thirty_days_ago_goes_and_what_buyers_have_stays(api, app, mall, elsewhere):
    sku = make_sku(mall)
    app.post("cart/items", one(sku))
    api.post("cart/items", one(sku))
    with clock.unmoved():
        clock.advance(days=29)
        fresh = app.post("cart/items", one(sku)).json()["cart_token"]
        forget_left_carts_everywhere()
        assert len(rows(mall)) == 3
        clock.advance(days=2)
        forget_left_carts_everywhere()
    assert [row.buyer_id is None for row in rows(mall)] == [False, True]
    assert len(items(app.get("cart", **with_cart(fresh)))) == 1
