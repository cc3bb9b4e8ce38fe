"""What happens to cases by the passing of time. Money never moves by the clock: a silent merchant is called.

One transaction for each case: a run that dies half-way leaves whole cases behind, to be found by the next.
"""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from mall import clock
from mall.aftersales.case_models import Case
from mall.aftersales.case_services import confirm_case, withdraw_case
from mall.aftersales.case_transitions import MERCHANTS_TURN, lock_case, note_step
from mall.events.services import record
from mall.tenancy.context import mall_scope

log = logging.getLogger(__name__)

BATCH = 100


def run_case_timers(mall_id: int) -> int:
    """Move every case of one mall whose time has come; answers how many. Opens its own transactions; needs none."""
    moved, failed = 0, set[int]()
    while True:
        with mall_scope(mall_id):
            due = Case.objects.filter(deadline_at__lte=clock.now(), closed_at__isnull=True).exclude(pk__in=failed)
            ids = list(due.order_by("deadline_at").values_list("pk", flat=True)[:BATCH])
        for case_id in ids:
            try:
                moved += _move(mall_id, case_id)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("mall %s: the deadline of case %s cannot be kept", mall_id, case_id)
                failed.add(case_id)
        if len(ids) < BATCH:
            return moved


def _move(mall_id: int, case_id: int) -> int:
    with mall_scope(mall_id):
        _order, case = lock_case(Case.objects.select_related("order").get(pk=case_id))
        # Somebody was quicker than the clock.
        if case.closed_at is not None or case.deadline_at is None or case.deadline_at > clock.now():
            return 0
        if case.status == Case.Status.AWAITING_RETURN:
            withdraw_case(case=case, actor=None, note=_("买家超时未寄回，系统关闭"))
        elif case.status == Case.Status.RESENT:
            confirm_case(case=case, actor=None, note=_("超时未确认，系统完成"))
        elif case.status in MERCHANTS_TURN:
            _call_merchant(case)
        return 1


def _call_merchant(case: Case) -> None:
    """Say once that the merchant's time is over; the case waits on, and stands first in his list."""
    Case.objects.filter(pk=case.pk).update(deadline_at=None)
    note_step(case, before=case.status, actor=None, note=_("商家超时未处理"))
    record("case.overdue", case.pk, {"order": case.order_id})
