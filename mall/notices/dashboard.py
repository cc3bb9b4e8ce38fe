"""通知: what has come in, the badge beside it, and the group it is passed on to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.aftersales.case_models import Case
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell
from mall.dashboard.fields import search_field
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.notices.models import StaffNotice
from mall.notices.selectors import notices_of_mall, with_subjects
from mall.notices.services import is_pushed, see_all, set_webhook
from mall.orders.models import Order
from mall.staff import rights

SHOWN_MOST = 99


class NoticeFilter(FilterForm):
    """What the notices can be narrowed to."""

    q = search_field(_("内容"))
    seen = forms.ChoiceField(
        required=False, label=_("状态"), choices=[("", _("全部")), ("new", _("未读")), ("seen", _("已读"))]
    )


class WebhookForm(DashboardForm):
    """A robot's address; what is kept is never shown again."""

    webhook = forms.CharField(
        required=False,
        max_length=300,
        label=_("机器人地址"),
        help_text=_("企业微信群 → 群机器人 → 添加，复制 Webhook 地址。留空则不再推送。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )


@staff_page(rights.SEE_ORDERS)
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What has come in, newest first."""
    form = filters_of(NoticeFilter, request)
    asked = form.asked()
    rows = notices_of_mall(seen=asked.get("seen", ""), search=asked.get("q", ""))
    if file := _exported(request, rows):
        return file
    page = page_of(request, rows)
    with_subjects(page.rows)
    for row in page.rows:
        row.address = _address(row.subject_row)
    newest = StaffNotice.objects.order_by("-pk").values_list("pk", flat=True).first() if asked else None
    context = {
        "section": "notices",
        "page": page,
        "form": form,
        "is_narrowed": bool(asked),
        "is_pushed": is_pushed(),
        "newest": newest or (page.rows[0].pk if page.rows else None),
    }
    return show(request, "dashboard/notices.html", context)


def _exported(request: HttpRequest, rows: QuerySet[StaffNotice]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("时间"), lambda one: at(one.at)),
        (_("内容"), lambda one: one.text),
        (_("已读时间"), lambda one: at(one.seen_at)),
    ]
    return export_of(request, rows, name="notices", columns=columns)


def _address(subject: Order | Case | None) -> str:
    if subject is None:
        return ""
    return reverse("dashboard:case" if isinstance(subject, Case) else "dashboard:order", args=[subject.public_id])


@staff_page(rights.SEE_ORDERS)
@require_safe
def notice_badge(request: HttpRequest) -> HttpResponse:
    """How many are new, for the menu."""
    unseen = StaffNotice.objects.filter(seen_at__isnull=True).order_by("-id").values("pk")[: SHOWN_MOST + 1].count()
    return show(request, "dashboard/parts/notice_badge.html", {"unseen": unseen, "most": SHOWN_MOST})


@staff_page(rights.SEE_ORDERS)
@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    """All that was on the page has been seen."""
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        see_all(until_id=int(newest))
    return HttpResponseRedirect(reverse("dashboard:notices"))


@staff_page(rights.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest) -> HttpResponse:
    """Name the robot, or take it away."""
    question = Question(
        title=_("企业微信群通知"),
        sentence=_("新订单和售后会推送到这个群。地址保存后不再显示。"),
        button=_("保存"),
        back=reverse("dashboard:notices"),
    )

    def save(typed: dict[str, Any]) -> None:
        set_webhook(address=typed["webhook"].strip(), actor=request.staff_member)

    return ask(request, question, save, form_class=WebhookForm, done=_t("群通知设置已保存。"))


urlpatterns = [
    path("notices", notice_list, name="notices"),
    path("notices/badge", notice_badge, name="notice-badge"),
    path("notices/seen", notices_seen, name="notices-seen"),
    path("notices/webhook", webhook, name="webhook"),
]
