"""The room's tasks: thin doors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.db import connection

from mall import clock
from mall.payments.wechat.bills import compare_yesterday
from mall.payments.wechat.inbox import forget_old_notifications
from mall.payments.wechat.work import ask_wechat
from mall.tenancy.context import mall_scope

# Well below the task's soft time limit; what is left over is next round's.
ROUND_SECONDS = 15.0


@shared_task
def ask_wechat_of_mall(*, mall_id: int) -> None:
    """The doorbell: a refund is to be sent, or a payment to be looked up now."""
    ask_wechat(mall_id)


@shared_task
def ask_wechat_everywhere() -> None:
    """Every 15 s: pending payments and unfinished refunds, in every mall that has some due."""
    _in_turn("SELECT malls_with_wechat_due(%s)", [clock.now()], ask_wechat)


@shared_task
def compare_wechat_bills() -> None:
    """Every hour: yesterday's bill of every mall that has an account, once it is there; old notifications go."""
    _in_turn("SELECT malls_with_wechat_account()", [], _tidy)


def _tidy(mall_id: int) -> None:
    with mall_scope(mall_id):
        forget_old_notifications()
    compare_yesterday(mall_id)


def _in_turn(question: str, parameters: list[Any], work: Callable[[int], object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        mall_ids = [row[0] for row in cursor.fetchall()]
    until = time.monotonic() + ROUND_SECONDS
    for mall_id in mall_ids:
        if time.monotonic() > until:
            return
        work(mall_id)
