"""Serializers without their price answer what the framework's own would."""

from __future__ import annotations

import pytest

from mall.api.shapes import as_shown
from mall.orders.models import Order
from mall.orders.selectors import with_lines
from mall.orders.serializers import OrderLineShown, OrderShown
from mall.orders.services import ship_order
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import make_product, place, place_and_pay


@pytest.mark.django_db
def test_a_row_is_shown_as_the_framework_shows_it() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        product = make_product(mall)
        sku = product.skus.get()
        place(mall, member.buyer, (sku, 2), note="请早些发货")
        shipped = place_and_pay(mall, member.buyer, (sku, 1))
        ship_order(order=shipped, company="顺丰速运", number="SF1", actor=None)
        orders = list(with_lines(Order.objects.order_by("id")))
        assert [as_shown(OrderShown, order) for order in orders] == [dict(OrderShown(order).data) for order in orders]
        for line in orders[0].lines.all():
            assert as_shown(OrderLineShown, line) == dict(OrderLineShown(line).data)
