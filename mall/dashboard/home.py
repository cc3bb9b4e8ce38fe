"""概览: the day so far, and what waits for somebody. The floors above add their parts as fragments."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from mall.aftersales.case_models import Case
from mall.aftersales.case_transitions import MERCHANTS_TURN
from mall.aftersales.models import Refund
from mall.aftersales.selectors import refunds_beside_cases
from mall.dashboard.doors import staff_page
from mall.dashboard.pages import show
from mall.dashboard.today import rows_since, today_begins
from mall.events.models import Delivery
from mall.malls.checklist import checklist
from mall.orders.models import Order, OrderStatus
from mall.payments.models import Payment
from mall.staff import rights


@staff_page(None)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page after logging in."""
    held = rights.RIGHTS.get(request.staff_member.role, frozenset())
    context: dict[str, Any] = {
        "section": "home",
        "todo": waiting(held),
        "checklist": checklist(request.mall_id) if rights.EDIT_PRODUCTS in held else None,
    }
    if rights.SEE_ORDERS in held:
        context["trade"] = trade_today(request)
    return show(request, "dashboard/home.html", context)


def trade_today(request: HttpRequest | Request) -> dict[str, int]:
    """The shop's figures since the mall's midnight. Six statements."""
    since = today_begins(request)
    placed = rows_since(Order.objects.all(), "placed_at", since).aggregate(
        placed=Count("id"), paid=Count("id", filter=Q(paid_at__isnull=False)), buyers=Count("buyer", distinct=True)
    )
    received = Payment.objects.filter(status=Payment.Status.SUCCEEDED, succeeded_at__gte=since).aggregate(
        payments=Count("id"), paid_fen=Sum("amount_fen", default=0)
    )
    returned = Refund.objects.filter(status=Refund.Status.REFUNDED, decided_at__gte=since).aggregate(
        refunds=Count("id"), refunded_fen=Sum("amount_fen", default=0)
    )
    return {**placed, **received, **returned}


def waiting(held: frozenset[str]) -> dict[str, int]:
    """What waits on this floor, as far as whoever looks may deal with it."""
    found: dict[str, int] = {}
    if rights.SHIP in held:
        found["ship"] = Order.objects.filter(status=OrderStatus.PAID).count()
    if rights.CONFIRM_PAYMENTS in held:
        found["payments"] = Payment.objects.filter(
            status=Payment.Status.PENDING,
            provider="bank_transfer",
            order__status=OrderStatus.AWAITING_PAYMENT,
        ).count()
    if rights.DECIDE_REFUNDS in held:
        found["cases"] = Case.objects.filter(status__in=MERCHANTS_TURN).count()
        found["refunds"] = refunds_beside_cases().count()
    if rights.RETRY_EVENTS in held:
        found["events"] = Delivery.objects.filter(parked_at__isnull=False, done_at__isnull=True).count()
    return found


urlpatterns = [path("", home, name="home")]
