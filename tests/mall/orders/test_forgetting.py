"""Idempotency keys are kept for their time, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.orders import forgetting
from mall.orders.forgetting import forget_old_keys
from mall.orders.idempotency import claim, keep
from mall.orders.models import IdempotencyKey, Order
from mall.orders.tasks import forget_old_keys_everywhere
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import an_address, make_sku

pytestmark = pytest.mark.django_db


def leave_keys(mall, ages_in_days: list[float]) -> None:
    with mall_scope(mall.pk):
        for number, days in enumerate(ages_in_days):
            claim(principal="buyer:1", key=f"key-{number}", fingerprint="f")
            keep(principal="buyer:1", key=f"key-{number}", status=201, body={"id": number})
            at = clock.now() - timedelta(days=days)
            IdempotencyKey.objects.filter(key=f"key-{number}").update(created_at=at)


def keys_of(mall) -> list[str]:
    with mall_scope(mall.pk):
        return sorted(IdempotencyKey.objects.values_list("key", flat=True))


def test_keys_past_their_time_go_and_the_others_stay(settings):
    settings.IDEMPOTENCY_KEEP_DAYS = 7
    mall = make_mall()
    leave_keys(mall, [0, 6.99, 7.01, 400])
    assert forget_old_keys(mall.pk) == 2
    assert keys_of(mall) == ["key-0", "key-1"]
    assert forget_old_keys(mall.pk) == 0


def test_keys_go_in_batches_until_none_is_left(monkeypatch):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    mall = make_mall()
    leave_keys(mall, [40, 41, 42, 43, 44, 1])
    assert forget_old_keys(mall.pk) == 5
    assert keys_of(mall) == ["key-5"]


def test_another_malls_keys_stay():
    ours, theirs = make_mall(), make_mall()
    leave_keys(ours, [40])
    leave_keys(theirs, [40])
    forget_old_keys(ours.pk)
    assert (keys_of(ours), keys_of(theirs)) == ([], ["key-0"])


def test_the_clock_reaches_every_mall():
    malls = [make_mall(), make_mall()]
    for mall in malls:
        leave_keys(mall, [31, 29])
    forget_old_keys_everywhere()
    assert [keys_of(mall) for mall in malls] == [["key-1"], ["key-1"]]


def test_a_key_that_was_forgotten_makes_a_new_order_and_one_that_is_kept_does_not():
    mall = make_mall()
    api, sku = api_as(make_member(mall)), make_sku(mall, stock=10)
    asked = {"lines": [{"sku": str(sku.public_id), "quantity": 1}], "address": an_address()}
    first = api.post("orders", asked, HTTP_IDEMPOTENCY_KEY="once").json()["id"]
    forget_old_keys(mall.pk)
    assert api.post("orders", asked, HTTP_IDEMPOTENCY_KEY="once").json()["id"] == first
    with mall_scope(mall.pk):
        IdempotencyKey.objects.update(created_at=clock.now() - timedelta(days=31))
    forget_old_keys(mall.pk)
    assert api.post("orders", asked, HTTP_IDEMPOTENCY_KEY="once").json()["id"] != first
    with mall_scope(mall.pk):
        assert Order.objects.count() == 2
