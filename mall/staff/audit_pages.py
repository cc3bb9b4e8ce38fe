"""操作记录: what staff did, newest first. Nothing here can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.lists import day_begins, day_ends, page_of
from mall.dashboard.pages import show
from mall.staff import rights
from mall.staff.acts import ACTS, act_name, detail_in_words, subject_name
from mall.staff.models import AuditRecord, StaffMember

PAGE_SIZE = 50


class AuditFilter(FilterForm):
    """What the list of acts can be narrowed to."""

    who = forms.ModelChoiceField(queryset=None, required=False, label=_("谁"), empty_label=_("所有人"))
    act = forms.ChoiceField(required=False, label=_("做了什么"), choices=[("", _("全部操作")), *ACTS.items()])
    since = forms.DateField(required=False, label=_("自"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("至"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["who"]
        field.queryset = StaffMember.objects.select_related("user").order_by("id")
        field.label_from_instance = lambda member: member.user.name or member.user.email


@staff_page(rights.MANAGE_STAFF)
@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    """The acts that the address asks for; as a file too."""
    form = filters_of(AuditFilter, request)
    asked = form.asked()
    rows = _narrowed(AuditRecord.objects.select_related("actor"), asked, request.mall.timezone)
    if file := _exported(request, rows):
        return file
    page = page_of(request, rows, size=PAGE_SIZE)
    _dress(page.rows)
    context = {"section": "audit", "page": page, "form": form, "is_narrowed": bool(asked)}
    return show(request, "dashboard/audit.html", context)


def _narrowed(rows: QuerySet[AuditRecord], asked: dict[str, Any], timezone_name: str) -> QuerySet[AuditRecord]:
    if who := asked.get("who"):
        rows = rows.filter(actor=who.user)
    if act := asked.get("act"):
        rows = rows.filter(action=act)
    if since := asked.get("since"):
        rows = rows.filter(at__gte=day_begins(since, timezone_name))
    if until := asked.get("until"):
        rows = rows.filter(at__lt=day_ends(until, timezone_name))
    return rows


def _dress(records: Sequence[Any]) -> None:
    for record in records:
        record.act_name = act_name(record.action)
        record.words = detail_in_words(record.detail)
        record.subject_name = subject_name(record.subject_kind)


def _exported(request: HttpRequest, rows: QuerySet[AuditRecord]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("时间"), lambda one: at(one.at)),
        (_("谁"), lambda one: (one.actor.name or one.actor.email) if one.actor else _t("系统")),
        (_("做了什么"), lambda one: one.act_name),
        (_("对象"), lambda one: f"{one.subject_name} #{one.subject_id}" if one.subject_id else ""),
        (_("细节"), lambda one: _t("；").join(f"{name} {value}" for name, value in one.words)),
    ]
    return export_of(request, rows, name="audit", columns=columns, complete=_dress)


urlpatterns = [path("audit", audit_list, name="audit")]
