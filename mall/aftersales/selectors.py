"""Questions about refunds and cases."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from mall.aftersales.case_models import Case, CaseLine, CasePicture
from mall.aftersales.case_transitions import MERCHANTS_TURN
from mall.aftersales.models import Refund, RefundLine
from mall.buyers.models import Buyer
from mall.orders.models import Order


def refunds_of(order: Order) -> QuerySet[Refund]:
    """An order's refunds with their lines, newest first."""
    return _complete(Refund.objects.filter(order=order)).order_by("-id")


def refunds_of_mall(*, status: str = "") -> QuerySet[Refund]:
    """The mall's refunds with their lines, of one status or all."""
    refunds = _complete(Refund.objects.all())
    return refunds.filter(status=status) if status else refunds


def refunds_beside_cases() -> QuerySet[Refund]:
    """Refunds that wait for the merchant and belong to no case: asked for through the API."""
    waiting = Refund.objects.filter(status=Refund.Status.REQUESTED)
    return waiting.exclude(pk__in=Case.objects.filter(refund__isnull=False).values("refund"))


def _complete(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    lines = RefundLine.objects.select_related("line").order_by("id")
    return refunds.select_related("order").prefetch_related(Prefetch("lines", lines))


def cases_of(buyer: Buyer) -> QuerySet[Case]:
    """A buyer's own cases with lines and pictures, newest first."""
    return with_case_parts(Case.objects.filter(order__buyer=buyer)).order_by("-id")


def cases_of_mall(*, status: str = "", kind: str = "", overdue: bool = False) -> QuerySet[Case]:
    """The mall's cases with lines and pictures: of one status, of one kind, those the merchant let lie."""
    cases = with_case_parts(Case.objects.all())
    if status:
        cases = cases.filter(status=status)
    if kind:
        cases = cases.filter(kind=kind)
    return cases.filter(is_overdue()) if overdue else cases


def is_overdue() -> Q:
    """Cases whose deadline passed while it was the merchant's turn: the clock has taken it away."""
    return Q(status__in=MERCHANTS_TURN, deadline_at__isnull=True)


def with_case_parts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With order, buyer and refund, the lines and what they claim, and the pictures: three queries more."""
    lines = CaseLine.objects.select_related("line__product").order_by("id")
    claimed = RefundLine.objects.order_by("id")
    return cases.select_related("order__buyer", "refund").prefetch_related(
        Prefetch("lines", lines),
        Prefetch("refund__lines", claimed),
        Prefetch("pictures", CasePicture.objects.order_by("position")),
    )
