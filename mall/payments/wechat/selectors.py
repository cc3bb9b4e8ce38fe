"""Questions about WeChat's bills and refunds."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from mall.payments.wechat.models import Bill, BillDifference, WeChatRefund


def bills_with_counts() -> QuerySet[Bill]:
    """Every bill with `found`, the number of its differences."""
    return Bill.objects.annotate(found=Count("differences"))


def differences(*, kind: str = "", subject: str = "", number: str = "") -> QuerySet[BillDifference]:
    """Differences of all bills, narrowed; newest first."""
    rows = BillDifference.objects.select_related("bill").order_by("-id")
    if kind in BillDifference.Kind.values:
        rows = rows.filter(kind=kind)
    if subject in BillDifference.Subject.values:
        rows = rows.filter(subject=subject)
    return rows.filter(number=number) if number else rows


def unfinished_refunds() -> QuerySet[WeChatRefund]:
    """Refunds that WeChat has not sent yet, those it refused first."""
    return (
        WeChatRefund.objects.exclude(status=WeChatRefund.Status.SUCCEEDED)
        .select_related("payment__order", "refund")
        .order_by("-id")
    )
