"""事件: what could not be handed on, with its error, and another try."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.dashboard.actions import leave_for
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell
from mall.dashboard.fields import search_field
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.events.models import Delivery
from mall.events.services import retry_delivery
from mall.staff import rights
from mall.staff.audit import log

VIEWS = ("parked", "waiting")


class EventFilter(FilterForm):
    """What the deliveries can be narrowed to."""

    q = search_field(_("事件、处理者或错误"))


@staff_page(rights.RETRY_EVENTS)
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Deliveries set apart after failing too often, or those still on their way."""
    view = request.GET.get("view", "parked")
    view = view if view in VIEWS else "parked"
    rows = Delivery.objects.filter(done_at__isnull=True, parked_at__isnull=view != "parked").select_related("event")
    form = filters_of(EventFilter, request)
    asked = form.asked()
    if wanted := asked.get("q"):
        rows = rows.filter(
            Q(event__kind__icontains=wanted) | Q(handler__icontains=wanted) | Q(last_error__icontains=wanted)
        )
    if file := _exported(request, rows):
        return file
    context = {
        "section": "events",
        "page": page_of(request, rows),
        "form": form,
        "view": view,
        "now": clock.now(),
        "is_narrowed": bool(asked),
    }
    return show(request, "dashboard/events.html", context)


def _exported(request: HttpRequest, rows: QuerySet[Delivery]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("事件"), lambda one: one.event.kind),
        (_("编号"), lambda one: one.event.subject_id),
        (_("处理者"), lambda one: one.handler),
        (_("已试"), lambda one: one.attempts),
        (_("错误"), lambda one: one.last_error),
        (_("发生时间"), lambda one: at(one.event.at)),
        (_("下次尝试"), lambda one: at(one.due_at)),
        (_("停下时间"), lambda one: at(one.parked_at)),
    ]
    return export_of(request, rows, name="events", columns=columns)


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
