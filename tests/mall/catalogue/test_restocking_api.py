"""Putting goods on the shelf by the merchant API: added once, however often it is sent."""

from __future__ import annotations

import pytest

from mall.catalogue.models import Sku
from mall.catalogue.skus import STOCK_MAX
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.trade import make_sku

pytestmark = pytest.mark.django_db


def stock(sku: Sku) -> int:
    with mall_scope(sku.mall_id):
        return Sku.objects.get(pk=sku.pk).stock


def test_pieces_are_added_once_under_one_key():
    mall = make_mall()
    api, sku = api_as_staff(owner_of(mall)), make_sku(mall, stock=3)
    at = f"merchant/skus/{sku.public_id}/restock"
    answers = [api.post(at, {"pieces": 50}, HTTP_IDEMPOTENCY_KEY="delivery-1") for _ in range(2)]
    assert [(one.status_code, one.json()["stock"]) for one in answers] == [(200, 53), (200, 53)]
    assert stock(sku) == 53
    assert api.post(at, {"pieces": 1}, HTTP_IDEMPOTENCY_KEY="delivery-2").json()["stock"] == 54
    assert errors_of(api.post(at, {"pieces": 1})) == [("idempotency_key_required", "Idempotency-Key")]
    assert stock(sku) == 54


@pytest.mark.parametrize("pieces", [0, -1, STOCK_MAX, "5", 1.5, None, True])
def test_a_number_that_cannot_be_meant_adds_nothing(pieces):
    mall = make_mall()
    api, sku = api_as_staff(owner_of(mall)), make_sku(mall, stock=3)
    answer = api.post(f"merchant/skus/{sku.public_id}/restock", {"pieces": pieces}, HTTP_IDEMPOTENCY_KEY="d")
    assert (answer.status_code, errors_of(answer)[0][1]) == (400, "pieces")
    assert stock(sku) == 3


def test_another_malls_sku_and_another_role_are_kept_out():
    mall = make_mall()
    sku = make_sku(mall, stock=3)
    at = f"merchant/skus/{sku.public_id}/restock"
    foreign = api_as_staff(owner_of(make_mall())).post(at, {"pieces": 5}, HTTP_IDEMPOTENCY_KEY="d")
    service = api_as_staff(make_staff(mall, "service")).post(at, {"pieces": 5}, HTTP_IDEMPOTENCY_KEY="d")
    assert (foreign.status_code, service.status_code, stock(sku)) == (404, 403, 3)
