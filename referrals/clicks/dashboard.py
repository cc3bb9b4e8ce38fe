"""Today's clicks: a part of the first page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from mall.dashboard.doors import staff_page
from mall.dashboard.pages import show
from mall.dashboard.today import rows_since, today_begins
from mall.staff import rights
from members.models import Member
from referrals.clicks.models import Click
from referrals.conversions.models import Conversion, ConversionKind


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Clicks, new members and orders that links brought since midnight. Ratios come as their two integers."""
    return show(request, "dashboard/parts/today_referrals.html", referrals_today(request))


def referrals_today(request: HttpRequest | Request) -> dict[str, Any]:
    """Clicks, members and orders since the mall's midnight. Six statements."""
    since = today_begins(request)
    clicks = rows_since(Click.objects.all(), "at", since).aggregate(
        all=Count("id"),
        valid=Count("id", filter=Q(is_attributable=True, reason="")),
        unjudged=Count("id", filter=Q(judged_at__isnull=True)),
        visitors=Count("visitor_key", distinct=True),
    )
    joined = rows_since(Member.objects.all(), "joined_at", since).aggregate(
        all=Count("id"), brought=Count("id", filter=Q(referrer__isnull=False))
    )
    orders = rows_since(
        Conversion.objects.filter(kind=ConversionKind.ORDER, promoter__isnull=False), "occurred_at", since
    ).count()
    return {"clicks": clicks, "joined": joined, "orders": orders}


urlpatterns = [path("today/referrals", today, name="today-referrals")]
