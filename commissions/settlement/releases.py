"""What falls due by the passing of time: releases, and registrations that came to nothing."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection

from commissions.settlement.services import settle
from commissions.settlement.targets import ACTIVITY_DAYS
from mall import clock
from mall.tenancy.context import mall_scope

log = logging.getLogger(__name__)

BATCH = 500

_DUE = """
SELECT conversion_id FROM commissions_commission
WHERE mall_id = %s AND released_at IS NULL AND held_at IS NULL AND reversed_fen < accrued_fen
  AND (releases_at <= %s OR (kind = 'registration' AND releases_at IS NULL AND occurred_at <= %s))
ORDER BY conversion_id LIMIT %s
"""


def release_due(mall_id: int) -> int:
    """Settle everything of a mall that fell due, batch by batch, each in its own transaction; returns the journals.

    Safe to run twice at once: settlement locks each conversion and finds nothing left to post. A
    conversion that fails is logged and left for the next sweep; it holds up no other.
    """
    journals = 0
    failed: set[int] = set()
    while True:
        due = [conversion_id for conversion_id in _due(mall_id) if conversion_id not in failed]
        posted = _settled(mall_id, due, failed) if due else 0
        journals += posted
        if posted == 0:
            return journals


def _due(mall_id: int) -> list[int]:
    now = clock.now()
    with mall_scope(mall_id), connection.cursor() as cursor:
        cursor.execute(_DUE, [mall_id, now, now - timedelta(days=ACTIVITY_DAYS), BATCH])
        return sorted({row[0] for row in cursor.fetchall()})


def _settled(mall_id: int, due: list[int], failed: set[int]) -> int:
    try:
        with mall_scope(mall_id):
            return settle(due)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(due) == 1:
            log.exception("mall %s: conversion %s cannot be released", mall_id, due[0])
            failed.add(due[0])
            return 0
    return sum(_settled(mall_id, [conversion_id], failed) for conversion_id in due)
