"""POST /orders/quote, and placing with what was quoted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mall import clock
from mall.coupons.models import Coupon
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.members import make_member
from tests.factories.offers import give_coupon, make_costed_sku, make_coupons, make_limited
from tests.factories.trade import an_address, make_sku

KEY = {"HTTP_IDEMPOTENCY_KEY": "k1"}


def asking(sku, quantity=1, **more) -> dict:
    return {"lines": [{"sku": str(sku.public_id), "quantity": quantity}], "address": an_address(), **more}


def test_a_quote_says_what_every_step_takes_and_which_coupons_fit(mall, buyer, api):
    sku = make_costed_sku(mall)
    limited = make_limited(mall, sku, 9_000, quantity_limit=5, name="限时")
    fits = give_coupon(mall, buyer, off_fen=500, name="五元")
    nearly = give_coupon(mall, buyer, threshold_fen=20_000, name="满二百")
    answer = api.post("orders/quote", asking(sku, 2, coupon="best"))
    assert answer.status_code == 200
    quote = answer.json()
    assert (quote["goods_fen"], quote["discount_fen"], quote["freight_fen"], quote["total_fen"]) == (
        18_000,
        500,
        0,
        17_500,
    )
    assert (quote["coupon"], quote["best_coupon"]) == (str(fits.public_id), str(fits.public_id))
    line = quote["lines"][0]
    assert (line["list_fen"], line["price_fen"], line["paid_fen"], line["deliverable"]) == (10_000, 9_000, 17_500, True)
    assert line["steps"] == [
        {"step": "limited", "amount_fen": 2_000, "label": "限时"},
        {"step": "coupon", "amount_fen": 500, "label": "五元"},
    ]
    assert (line["limited"]["id"], line["limited"]["left"]) == (str(limited.public_id), 5)
    assert datetime.fromisoformat(line["limited"]["ends_at"]) > datetime.fromisoformat(quote["server_now"])
    assert [(one["id"], one["fits"], one["taken_fen"], one["missing_fen"]) for one in quote["coupons"]] == [
        (str(fits.public_id), True, 500, None), (str(nearly.public_id), False, None, 2_000),
    ]  # fmt: skip
    with mall_scope(mall.pk):
        assert not Order.objects.exists()
        assert not Coupon.objects.filter(order__isnull=False).exists()


def test_without_an_address_freight_is_not_known(api, mall):
    asked = asking(make_sku(mall))
    del asked["address"]
    assert api.post("orders/quote", asked).json()["freight_known"] is False


def test_a_total_that_changed_answers_409_with_the_new_quote_and_the_same_again(mall, buyer, api):
    sku = make_costed_sku(mall)
    asked = asking(sku, expected_total_fen=9_000)
    answer = api.post("orders", asked, **KEY)
    assert answer.status_code == 409
    body = answer.json()
    assert body["errors"][0]["code"] == "price_changed"
    assert body["quote"]["total_fen"] == 10_000
    assert api.post("orders", asked, **KEY).json() == body
    placed = api.post("orders", asking(sku, expected_total_fen=body["quote"]["total_fen"]), HTTP_IDEMPOTENCY_KEY="k2")
    assert (placed.status_code, placed.json()["total_fen"]) == (201, 10_000)


@pytest.mark.parametrize("path", ["orders", "orders/quote"])
def test_a_coupon_that_is_not_his_is_missing_and_one_that_does_not_fit_says_why(mall, buyer, api, elsewhere, path):
    sku = make_sku(mall)
    for wrong in (give_coupon(elsewhere, make_member(elsewhere).buyer).public_id, "nonsense"):
        answer = api.post(path, asking(sku, coupon=str(wrong)), HTTP_IDEMPOTENCY_KEY=str(wrong))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")
    short = give_coupon(mall, buyer, threshold_fen=10_001)
    answer = api.post(path, asking(sku, coupon=str(short.public_id)), HTTP_IDEMPOTENCY_KEY="k3")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "coupon_below_threshold")
    assert "0.01" in answer.json()["errors"][0]["detail"]


def test_a_buyer_takes_a_coupon_and_orders_with_it(mall, api):
    template = make_coupons(mall, off_fen=300)
    shown = api.get("coupon-templates").json()["results"]
    assert [one["id"] for one in shown] == [str(template.public_id)]
    taken = api.post(f"coupon-templates/{template.public_id}/take", {})
    assert taken.status_code == 201
    assert api.post(f"coupon-templates/{template.public_id}/take", {}).status_code == 409
    order = api.post("orders", asking(make_sku(mall), coupon=taken.json()["id"]), **KEY).json()
    assert (order["discount_fen"], order["total_fen"], order["lines"][0]["paid_fen"]) == (300, 9_700, 9_700)
    assert api.get("coupons").json()["results"] == []
    used = api.get("coupons?status=used").json()["results"]
    assert [(one["id"], one["order"]) for one in used] == [(taken.json()["id"], order["id"])]


def test_staff_see_the_computation_when_a_price_is_too_low(mall, owner_api):
    sku = make_costed_sku(mall)
    body = {
        "sku": str(sku.public_id), "price_fen": 4_000,
        "starts_at": "2099-01-01T00:00:00+08:00", "ends_at": "2099-01-02T00:00:00+08:00",
    }  # fmt: skip
    assert owner_api.post("merchant/limited-prices", body).json()["errors"][0]["attr"] == "starts_at"
    now = clock.now()
    body |= {"starts_at": now.isoformat(), "ends_at": (now.replace(microsecond=0)).isoformat()}
    assert owner_api.post("merchant/limited-prices", body).json()["errors"][0]["attr"] == "ends_at"
    body["ends_at"] = (now + timedelta(days=1)).isoformat()
    answer = owner_api.post("merchant/limited-prices", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "below_floor")
    assert answer.json()["basis"]["floor_fen"] == 5_024
    simulated = owner_api.post("merchant/limited-prices/simulate", {"sku": str(sku.public_id), "price_fen": 6_000})
    assert (simulated.json()["earned_fen"], simulated.json()["allowed"]) == (964, True)
