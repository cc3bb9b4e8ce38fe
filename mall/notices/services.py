"""Telling staff: one notice per cause, and the group's robot that passes it on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mall import clock
from mall.malls.models import Mall
from mall.notices import webhook
from mall.notices.errors import BadWebhook
from mall.notices.models import StaffNotice
from mall.sealing import SealBroken, seal, unseal
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import mall_scope, require_mall_id

PURPOSE = "mall.webhook"
TEXT_MAX = 200
TRIES_MOST = 6
# A message to a group holds so many notices; the next ones go with the next message.
BATCH = 20
# While one worker sends, no other takes the same notices; a killed one's come back after this.
LEASE = timedelta(minutes=2)
BACK_OFF_SECONDS = (30, 60, 300, 900, 3600)
SWITCHED_OFF = "webhook.off"


def notify(*, kind: str, subject_id: int, text: str) -> None:
    """Tell the staff of the mall in force, once per kind and subject. One statement or two; locks nothing."""
    mall_id = require_mall_id("A notice")
    now = clock.now()
    is_pushed = Mall.objects.filter(pk=mall_id).exclude(webhook_sealed="").exists()
    notice = StaffNotice(
        mall_id=mall_id, kind=kind, subject_id=subject_id, text=text[:TEXT_MAX], at=now,
        push_due_at=now if is_pushed else None,
    )  # fmt: skip
    StaffNotice.objects.bulk_create([notice], ignore_conflicts=True)


def see_all(*, until_id: int | None = None, until: datetime | None = None) -> int:
    """Mark the notices up to this one, or up to this moment, as seen; how many were new. Without either: all."""
    new = StaffNotice.objects.filter(seen_at__isnull=True)
    if until_id is not None:
        new = new.filter(pk__lte=until_id)
    if until is not None:
        new = new.filter(at__lte=until)
    return new.update(seen_at=clock.now())


def is_pushed() -> bool:
    """Whether a group's robot passes the notices of the mall in force on."""
    return Mall.objects.exclude(webhook_sealed="").exists()


def set_webhook(*, address: str, actor: StaffMember | None) -> None:
    """Let the group's robot pass notices on; empty: no longer. Only its key is kept, sealed.

    Locks the mall's row. Raises BadWebhook for whatever is not an address of 企业微信's robots.
    """
    sealed = ""
    if address:
        key = webhook.key_in(address)
        if key is None:
            raise BadWebhook
        sealed = seal({"key": key}, PURPOSE)
    mall = Mall.objects.select_for_update(no_key=True).get(pk=require_mall_id("A webhook"))
    mall.webhook_sealed = sealed
    mall.save(update_fields=["webhook_sealed"])
    if not sealed:
        StaffNotice.objects.filter(push_due_at__isnull=False).update(push_due_at=None)
    log(action="webhook.set" if sealed else "webhook.removed", actor=actor, subject=mall)


def push_due(mall_id: int) -> int:
    """Send what is due to the mall's group, as one message; how many notices went. Sends outside any transaction."""
    now = clock.now()
    with mall_scope(mall_id), transaction.atomic():
        due = list(
            StaffNotice.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(push_due_at__lte=now)
            .order_by("id")[:BATCH]
        )
        mall = Mall.objects.get(pk=mall_id)
        ids = [notice.pk for notice in due]
        sealed = mall.webhook_sealed
        key = _key(sealed) if due else None
        StaffNotice.objects.filter(pk__in=ids).update(push_due_at=now + LEASE if sealed else None)
    if key is None:
        return 0
    text = "\n".join([mall.name, *(notice.text for notice in due)])
    try:
        webhook.send(key=key, text=text)
    except webhook.NotTaken as refused:
        _put_off(mall_id, due, sealed, refused)
        return 0
    with mall_scope(mall_id):
        StaffNotice.objects.filter(pk__in=ids).update(push_due_at=None)
    return len(ids)


def _key(sealed: str) -> str | None:
    """The robot's key; None without a robot, empty where the installation's keys no longer open it."""
    if not sealed:
        return None
    try:
        return unseal(sealed, PURPOSE)["key"]
    except (ValueError, SealBroken):
        return ""


def _put_off(mall_id: int, due: list[StaffNotice], sealed: str, refused: webhook.NotTaken) -> None:
    """Later again; or, after too many tries in vain, never: the merchant is told in the dashboard."""
    tries = max(notice.times_pushed for notice in due) + 1
    with mall_scope(mall_id), transaction.atomic():
        if tries >= TRIES_MOST or refused.is_final:
            mall = Mall.objects.select_for_update(no_key=True).get(pk=mall_id)
            if mall.webhook_sealed != sealed:
                # Another robot has been named meanwhile: it gets its own tries.
                _again([notice.pk for notice in due], 0, clock.now())
                return
            mall.webhook_sealed = ""
            mall.save(update_fields=["webhook_sealed"])
            StaffNotice.objects.filter(push_due_at__isnull=False).update(push_due_at=None)
            log(action="webhook.failed", actor=None, subject=mall, detail={"reason": refused.reason})
            text = _("企业微信群通知多次发送失败（%(reason)s），已关闭。请在设置里重新填写机器人地址。")
            notify(kind=SWITCHED_OFF, subject_id=due[-1].pk, text=text % {"reason": refused.reason})
            return
        wait = BACK_OFF_SECONDS[min(tries, len(BACK_OFF_SECONDS)) - 1]
        _again([notice.pk for notice in due], tries, clock.now() + timedelta(seconds=wait))


def _again(ids: list[Any], tries: int, at: datetime) -> None:
    StaffNotice.objects.filter(pk__in=ids).update(push_due_at=at, times_pushed=tries)
