"""Questions about refunds."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from mall.aftersales.models import Refund, RefundLine
from mall.orders.models import Order


def refunds_of(order: Order) -> QuerySet[Refund]:
    """An order's refunds with their lines, newest first."""
    return _complete(Refund.objects.filter(order=order)).order_by("-id")


def refunds_of_mall(*, status: str = "") -> QuerySet[Refund]:
    """The mall's refunds with their lines, of one status or all."""
    refunds = _complete(Refund.objects.all())
    return refunds.filter(status=status) if status else refunds


def _complete(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    lines = RefundLine.objects.select_related("line").order_by("id")
    return refunds.select_related("order").prefetch_related(Prefetch("lines", lines))
