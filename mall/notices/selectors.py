"""Questions about notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from mall.aftersales.case_models import Case
from mall.notices.models import StaffNotice
from mall.orders.models import Order


def notices_of_mall(*, seen: str = "", search: str = "") -> QuerySet[StaffNotice]:
    """What has come in. seen: "new", "seen" or empty for both; search: a part of the text."""
    notices = StaffNotice.objects.all()
    if search:
        notices = notices.filter(text__icontains=search)
    return notices.filter(seen_at__isnull=seen == "new") if seen else notices


def with_subjects(notices: Iterable[Any]) -> None:
    """Give each notice its `subject_row`: the order or the case it is about, or None. Two statements at most."""
    notices = list(notices)
    orders = _by_id(Order, [one.subject_id for one in notices if one.kind == "order.paid"])
    cases = _by_id(Case, [one.subject_id for one in notices if one.kind.startswith("case.")])
    for notice in notices:
        rows = cases if notice.kind.startswith("case.") else orders if notice.kind == "order.paid" else {}
        notice.subject_row = rows.get(notice.subject_id)


def _by_id(model: Any, ids: list[int]) -> dict[int, Any]:
    return model.objects.in_bulk(ids) if ids else {}
