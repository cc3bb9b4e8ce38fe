"""Today's commissions and the payouts that wait: parts of the first page."""

from __future__ import annotations

from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from commissions.payouts.models import Payout, PayoutStatus
from commissions.settlement.models import Commission
from mall.dashboard.doors import staff_page
from mall.dashboard.pages import show
from mall.dashboard.today import rows_since, today_begins
from mall.staff import rights


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What accrued since midnight and still stands, with the promoters it went to."""
    return show(request, "dashboard/parts/today_commissions.html", commissions_today(request))


def commissions_today(request: HttpRequest | Request) -> dict[str, int]:
    """Commissions since the mall's midnight: how many, to how many promoters, and their sum. Two statements."""
    return rows_since(Commission.objects.all(), "occurred_at", today_begins(request)).aggregate(
        count=Count("id"),
        promoters=Count("beneficiary", distinct=True),
        fen=Sum(F("accrued_fen") - F("reversed_fen"), default=0),
    )


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def payouts_waiting(request: HttpRequest) -> HttpResponse:
    """Payouts to approve and to transfer, as far as whoever looks may do that."""
    return show(request, "dashboard/parts/todo_payouts.html", payouts_that_wait())


def payouts_that_wait() -> dict[str, int]:
    """How many payouts wait for approval, and how many for the transfer. One statement."""
    waiting = dict(
        Payout.objects.filter(status__in=[PayoutStatus.REQUESTED, PayoutStatus.APPROVED])
        .values_list("status")
        .annotate(Count("id"))
    )
    return {"requested": waiting.get(PayoutStatus.REQUESTED, 0), "approved": waiting.get(PayoutStatus.APPROVED, 0)}


urlpatterns = [
    path("today/commissions", today, name="today-commissions"),
    path("today/payouts", payouts_waiting, name="today-payouts"),
]
