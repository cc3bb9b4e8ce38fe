"""The signed link to one order."""

from __future__ import annotations

import pytest

from mall.orders.links import link_token, order_behind
from mall.tenancy.context import mall_scope
from tests.factories.trade import place


def test_a_link_leads_to_its_order_in_its_mall_only(mall, elsewhere, buyer):
    order = place(mall, buyer)
    with mall_scope(mall.pk):
        token = link_token(order)
        assert order_behind(token) == order
    with mall_scope(elsewhere.pk):
        assert order_behind(token) is None


@pytest.mark.parametrize("token", ["", "x", ":", "a:b", "\x00", "\ud83d\ude00:x", "x" * 5_000])
def test_a_forged_link_leads_nowhere(mall, buyer, token):
    order = place(mall, buyer)
    with mall_scope(mall.pk):
        assert order_behind(token) is None
        assert order_behind(f"{order.public_id}:{token}") is None
        assert order_behind(link_token(order)[:-1]) is None
