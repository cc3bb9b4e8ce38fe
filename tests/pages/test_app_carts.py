"""What an app's user put into his cart before he said who he is."""

from __future__ import annotations

import pytest

from mall.buyers.services import send_phone_code
from mall.carts.models import CartItem
from mall.tenancy.context import mall_scope
from tests.factories.http import Api
from tests.factories.mall import make_mall
from tests.factories.members import make_member, new_phone
from tests.factories.trade import make_sku

pytestmark = pytest.mark.django_db


def code_for(mall, phone, purpose):
    with mall_scope(mall.pk):
        return send_phone_code(phone=phone, purpose=purpose)[1]


def cart_with(mall, sku, quantity):
    put = Api(mall).post("cart/items", {"sku": str(sku.public_id), "quantity": quantity})
    return {"HTTP_CART_TOKEN": put.json()["cart_token"]}


def pieces(mall, token):
    return Api(mall, token=token).get("cart").json()["pieces"]


def test_it_is_the_members_who_registers():
    mall, phone = make_mall(), new_phone()
    cart = cart_with(mall, make_sku(mall), 3)
    joined = Api(mall).post("members", {"phone": phone, "code": code_for(mall, phone, "register")}, **cart)
    assert joined.status_code == 201
    assert pieces(mall, joined.json()["token"]) == 3
    assert Api(mall).get("cart", **cart).json()["items"] == []


def test_it_joins_the_cart_of_the_member_who_logs_in():
    mall = make_mall()
    member, sku = make_member(mall), make_sku(mall)
    phone = member.buyer.phone
    logged_in = {"phone": phone, "code": code_for(mall, phone, "login")}
    token = Api(mall).post("tokens", logged_in, **cart_with(mall, sku, 1)).json()["token"]
    logged_in["code"] = code_for(mall, phone, "login")
    Api(mall).post("tokens", logged_in, **cart_with(mall, sku, 2))
    assert pieces(mall, token) == 3


def test_another_malls_cart_joins_nobodys():
    mall, elsewhere = make_mall(), make_mall()
    member, theirs = make_member(mall), make_sku(elsewhere)
    phone = member.buyer.phone
    cart = cart_with(elsewhere, theirs, 2)
    token = Api(mall).post("tokens", {"phone": phone, "code": code_for(mall, phone, "login")}, **cart).json()["token"]
    assert pieces(mall, token) == 0
    with mall_scope(elsewhere.pk):
        assert [(row.buyer_id, row.quantity) for row in CartItem.objects.all()] == [(None, 2)]
