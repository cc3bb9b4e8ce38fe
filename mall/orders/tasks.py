"""The room's tasks: thin doors."""

from __future__ import annotations

from celery import shared_task

from mall.malls.selectors import all_mall_ids
from mall.orders.forgetting import forget_old_keys


@shared_task
def forget_old_keys_everywhere() -> None:
    """Every hour: idempotency keys that are past their time leave each mall."""
    for mall_id in all_mall_ids():
        forget_old_keys(mall_id)
