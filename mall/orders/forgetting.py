"""Idempotency keys that nobody will repeat any more: with their answers, and the addresses in these, they go."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from mall import clock
from mall.orders.models import IdempotencyKey
from mall.tenancy.context import mall_scope

# So many in one transaction: a short one, that no order waits for.
BATCH = 1_000


def forget_old_keys(mall_id: int) -> int:
    """Delete the mall's keys older than IDEMPOTENCY_KEEP_DAYS days, in batches of 1,000; how many went.

    Each batch is a transaction of its own and locks only what it deletes. A request that repeats such a key
    afterwards is a new request.
    """
    before = clock.now() - timedelta(days=settings.IDEMPOTENCY_KEEP_DAYS)
    gone = 0
    while True:
        with mall_scope(mall_id):
            old = IdempotencyKey.objects.filter(created_at__lt=before).order_by().values_list("pk", flat=True)[:BATCH]
            deleted, _per_table = IdempotencyKey.objects.filter(pk__in=list(old)).delete()
        gone += deleted
        if deleted < BATCH:
            return gone
