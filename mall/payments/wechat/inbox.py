"""Notifications of WeChat's: verified over their raw bytes, kept, then acted on once.

Whatever goes wrong afterwards, the row stays with the reason; WeChat sends again for a day, and what it says can
be asked for at any time (work.py). Lock order: the notification, then the order and the rest.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db import OperationalError, connection, transaction

from mall import clock
from mall.errors import DomainError
from mall.malls.models import Mall
from mall.payments.wechat import outcomes, signing
from mall.payments.wechat.accounts import Account, current_account
from mall.payments.wechat.models import Notification
from mall.tenancy.context import require_mall_id

logger = logging.getLogger(__name__)

PROVIDER = "wechat"
BODY_BYTES_MOST = 64 * 1024
# Forged ones of a day that are kept to be looked at; all are counted.
SAMPLES_A_DAY = 100
KEPT_DAYS = 180
HEADERS = (
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Signature",
    "Wechatpay-Serial",
    "Wechatpay-Signature-Type",
    "Request-ID",
    "Content-Type",
)


class Outcome(StrEnum):
    """What became of a notification."""

    DONE = "done"
    DUPLICATE = "duplicate"
    FORGED = "forged"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def receive(*, kind: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Take a notification in. Never raises for anything a sender can send."""
    kept = {name: headers[name].replace("\x00", "")[:1024] for name in HEADERS if name in headers}
    account = current_account()
    try:
        signing.verify(
            # Without an account nobody can have signed anything for this mall.
            keys=account.platform_keys if account else {},
            headers=signing.signed_headers(headers),
            body=body,
            now=clock.now().timestamp(),
        )
    except signing.Forged as error:
        _count_forged(kind, body, kept, str(error))
        return Outcome.FORGED
    told = _parsed(body)
    notify_id = told.get("id")
    if not isinstance(notify_id, str) or not 0 < len(notify_id) <= 64 or "\x00" in notify_id:
        _keep_sample(kind, body, kept, "no id")
        return Outcome.REFUSED
    row = _stored(kind, notify_id, body, kept)
    if row.processed_at is not None:
        return Outcome.DUPLICATE
    outcome, error = _act(account, told) if account else (Outcome.REFUSED, "no account")
    row.error = error[:200]
    row.processed_at = clock.now() if outcome is Outcome.DONE else None
    row.save(update_fields=["error", "processed_at"])
    return outcome


def forget_old_notifications() -> int:
    """Delete notifications and samples that nobody looks at any more: how many."""
    return Notification.objects.filter(received_at__lt=clock.now() - timedelta(days=KEPT_DAYS)).delete()[0]


def _stored(kind: str, notify_id: str, body: bytes, headers: dict[str, str]) -> Notification:
    """The row of this id, locked. Of several copies at once the later wait here for the first."""
    mall_id = require_mall_id("A notification")
    row = Notification(
        mall_id=mall_id, provider=PROVIDER, kind=kind, notify_id=notify_id, body=body, headers=headers, verified=True
    )
    Notification.objects.bulk_create([row], ignore_conflicts=True)
    return Notification.objects.select_for_update(no_key=True).get(
        provider=PROVIDER, notify_id=notify_id, verified=True
    )


def _act(account: Account, told: dict[str, Any]) -> tuple[Outcome, str]:
    try:
        # A savepoint: the row and its error outlive whatever goes wrong in here.
        with transaction.atomic():
            return _apply(account, told)
    except outcomes.Unknown as error:
        return Outcome.UNKNOWN, f"unknown {error}"
    except (outcomes.Mismatch, signing.Unreadable, DomainError) as error:
        return Outcome.REFUSED, f"{type(error).__name__}: {error}"
    except OperationalError:
        raise
    except Exception as error:
        # WeChat gets a no and sends it again; an answer of 5xx would tell it the same and us less.
        logger.exception("a notification of mall %s failed", require_mall_id())
        return Outcome.REFUSED, f"{type(error).__name__}: {error}"


def _apply(account: Account, told: dict[str, Any]) -> tuple[Outcome, str]:
    event = told.get("event_type")
    if not isinstance(event, str) or not event.startswith(("TRANSACTION.", "REFUND.")):
        return Outcome.DONE, "nothing we act on"
    plain = signing.open_resource(account.api_v3_key, told.get("resource"))
    if event.startswith("TRANSACTION."):
        outcomes.apply_trade(account, plain)
    else:
        if plain.get("mchid") != account.mchid:
            raise outcomes.Mismatch("mchid")
        outcomes.apply_refund(account, plain)
    return Outcome.DONE, ""


_COUNT = """
INSERT INTO mall_forgednotifications (mall_id, day, times) VALUES (%s, %s, 1)
ON CONFLICT (mall_id, day) DO UPDATE SET times = mall_forgednotifications.times + 1 RETURNING times
"""


def _count_forged(kind: str, body: bytes, headers: dict[str, str], why: str) -> None:
    mall_id = require_mall_id("A forged notification")
    timezone = Mall.objects.values_list("timezone", flat=True).get(pk=mall_id)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [mall_id, clock.mall_day(clock.now(), timezone)])
        times: int = cursor.fetchone()[0]
    if times <= SAMPLES_A_DAY:
        _keep_sample(kind, body, headers, why)


def _keep_sample(kind: str, body: bytes, headers: dict[str, str], why: str) -> None:
    Notification.objects.create(provider=PROVIDER, kind=kind, notify_id="", body=body, headers=headers, error=why[:200])


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
