"""The room's tasks: thin doors."""

from __future__ import annotations

from celery import shared_task

from mall.carts.services import forget_left_carts
from mall.malls.selectors import all_mall_ids
from mall.tenancy.context import mall_scope


@shared_task
def forget_left_carts_everywhere() -> None:
    """Every hour: the carts of guests who have been away for thirty days leave each mall."""
    for mall_id in all_mall_ids():
        with mall_scope(mall_id):
            forget_left_carts()
