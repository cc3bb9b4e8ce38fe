"""What falls due by the passing of time: releases, and registrations that came to nothing."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from commissions.settlement.services import settle
from commissions.settlement.targets import ACTIVITY_DAYS
from mall import clock
from mall.tenancy.context import mall_scope

BATCH = 500

_DUE = """
SELECT conversion_id FROM commissions_commission
WHERE mall_id = %s AND released_at IS NULL AND held_at IS NULL AND reversed_fen < accrued_fen
  AND (releases_at <= %s OR (kind = 'registration' AND releases_at IS NULL AND occurred_at <= %s))
ORDER BY conversion_id LIMIT %s
"""


def release_due(mall_id: int) -> int:
    """Settle everything of a mall that fell due, batch by batch, each in its own transaction; returns the journals.

    Safe to run twice at once: settlement locks each conversion and finds nothing left to post.
    """
    journals = 0
    while True:
        with mall_scope(mall_id):
            now = clock.now()
            with connection.cursor() as cursor:
                cursor.execute(_DUE, [mall_id, now, now - timedelta(days=ACTIVITY_DAYS), BATCH])
                due = sorted({row[0] for row in cursor.fetchall()})
            posted = settle(due) if due else 0
        journals += posted
        if posted == 0:
            return journals
