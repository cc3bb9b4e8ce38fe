"""What happened today, counted from the newest backwards: the cost is today's rows, not all there ever were."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from mall import clock
from mall.dashboard.lists import day_begins

Row = TypeVar("Row", bound=Model)

# Rows whose moment was taken in one process and whose id in another may lie this many ids out of order.
_DISORDER = 1_000


def today_begins(request: HttpRequest | Request) -> datetime:
    """The first moment of the mall's calendar day."""
    timezone_name = request.mall.timezone
    return day_begins(clock.mall_day(clock.now(), timezone_name), timezone_name)


def rows_since(rows: QuerySet[Row], moment_field: str, since: datetime) -> QuerySet[Row]:
    """The rows from a moment on, for tables whose ids grow with that moment.

    The newest row before it is found by walking back over the ids, so no index on the moment is needed.
    """
    last_before = rows.filter(**{f"{moment_field}__lt": since}).order_by("-pk").values_list("pk", flat=True).first()
    found = rows.filter(**{f"{moment_field}__gte": since})
    return found.filter(pk__gt=last_before - _DISORDER) if last_before is not None else found
