"""Running the outbox in a test, as the worker would."""

from __future__ import annotations

from mall.events.delivery import deliver
from mall.events.models import Delivery
from mall.tenancy.context import mall_scope


def drain(mall_id: int) -> int:
    """Deliver until nothing is due; fails the test when a handler failed, instead of hiding it."""
    done = deliver(mall_id)
    with mall_scope(mall_id):
        failed = list(
            Delivery.objects.filter(done_at__isnull=True).exclude(last_error="").values_list("handler", "last_error")
        )
    assert not failed, failed
    return done
