"""Forgetting what is no longer needed."""

from __future__ import annotations

from celery import shared_task

from mall.buyers.services import forget_spent_secrets
from mall.malls.selectors import all_mall_ids
from mall.tenancy.context import mall_scope


@shared_task
def forget_spent_secrets_everywhere() -> None:
    """Every hour: phones that only asked for a code, and log-ins long ended, leave each mall."""
    for mall_id in all_mall_ids():
        with mall_scope(mall_id):
            forget_spent_secrets()
