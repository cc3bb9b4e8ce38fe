"""事件: what could not be handed on, with its error, and another try."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.dashboard.actions import leave_for
from mall.dashboard.doors import staff_page
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.events.models import Delivery
from mall.events.services import retry_delivery
from mall.staff import rights
from mall.staff.audit import log

VIEWS = ("parked", "waiting")


@staff_page(rights.RETRY_EVENTS)
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Deliveries set apart after failing too often, or those still on their way."""
    view = request.GET.get("view", "parked")
    view = view if view in VIEWS else "parked"
    rows = Delivery.objects.filter(done_at__isnull=True, parked_at__isnull=view != "parked").select_related("event")
    return show(
        request,
        "dashboard/events.html",
        {"section": "events", "page": page_of(request, rows), "view": view, "now": clock.now()},
    )


@staff_page(rights.RETRY_EVENTS)
@require_POST
def event_retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Give one delivery a fresh set of attempts."""
    delivery = Delivery.objects.select_related("event").filter(pk=delivery_id).first()
    if delivery is None:
        raise Http404
    if delivery.done_at is not None:
        messages.info(request, _t("这个事件已经处理完成，不用重试。"))
    else:
        retry_delivery(delivery=delivery)
        log(
            action="event.retried",
            actor=request.staff_member,
            subject=delivery,
            detail={"kind": delivery.event.kind, "handler": delivery.handler},
        )
        messages.success(request, _t("已重新排队，几秒后刷新查看结果。"))
    return leave_for(request, reverse("dashboard:events"))


urlpatterns = [
    path("events", event_list, name="events"),
    path("events/<int:delivery_id>/retry", event_retry, name="event-retry"),
]
