"""会员与推广者: who joined, who brought him, and whether he may earn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.actors import name_actors
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.staff import rights
from members.models import Binding, Member, StandingChange
from members.selectors import downline_counts, members_with_buyers, upline

TAIL_LEAST = 4


class MemberFilter(FilterForm):
    """What the list of members can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("昵称或手机尾号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ReasonForm(DashboardForm):
    """Why somebody's standing changes; kept for good."""

    reason = PlainTextField(
        max_length=200,
        label=_("原因"),
        help_text=_("写入操作记录，不会自动通知会员。"),
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
    )


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """The mall's members, newest first."""
    form = filters_of(MemberFilter, request)
    asked = form.asked()
    standing = request.GET.get("standing", "")
    rows = _narrowed(members_with_buyers(), asked)
    if standing in Member.Standing.values:
        rows = rows.filter(standing=standing)
    brought_by = request.GET.get("brought_by", "")
    referrer = None
    if brought_by:
        referrer = get_or_404(Member.objects.select_related("buyer"), brought_by)
        rows = rows.filter(referrer=referrer)
    at = time_cell(request)
    columns = [
        (_("会员编号"), lambda member: str(member.public_id)),
        (_("昵称"), lambda member: member.buyer.nickname),
        (_("手机号"), lambda member: (member.buyer.phone or "").removeprefix("+86")),
        (_("状态"), lambda member: str(member.get_standing_display())),
        (_("推荐人"), lambda member: member.referrer.buyer.nickname if member.referrer else ""),
        (_("加入时间"), lambda member: at(member.joined_at)),
    ]
    people = rows.select_related("buyer", "referrer__buyer")
    if file := export_of(request, people, name="members", columns=columns):
        return file
    return show(
        request,
        "dashboard/members.html",
        {
            "section": "members",
            "page": page_of(request, rows),
            "form": form,
            "standing": standing,
            "standings": Member.Standing.choices,
            "referrer": referrer,
            "is_narrowed": bool(asked) or bool(standing) or referrer is not None,
        },
    )


def _narrowed(members: QuerySet[Member], asked: dict[str, Any]) -> QuerySet[Member]:
    wanted = asked.get("q", "").replace(" ", "")
    if not wanted:
        return members
    if wanted.lstrip("+").isdigit() and wanted.isascii() and len(wanted.lstrip("+")) >= TAIL_LEAST:
        return members.filter(buyer__phone__endswith=wanted.lstrip("+"))
    return members.filter(buyer__nickname__icontains=wanted)


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def member_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One member: how he came, who stands above and below, what his standing was."""
    member = get_or_404(Member.objects.select_related("buyer", "referrer__buyer"), public_id)
    above = upline(member.pk, 3)
    people = Member.objects.select_related("buyer").in_bulk(above)
    changes = list(StandingChange.objects.filter(member=member).order_by("-id"))
    name_actors(changes)
    standings = dict(Member.Standing.choices)
    return show(
        request,
        "dashboard/member.html",
        {
            "section": "members",
            "member": member,
            "upline": [people[member_id] for member_id in above],
            "downline": downline_counts(member.pk),
            "binding": Binding.objects.filter(member=member).order_by("-id").first(),
            "changes": [(change, standings.get(change.before), standings.get(change.after)) for change in changes],
        },
    )


@staff_page(rights.MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_suspend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a promoter's right to earn, with a reason."""
    from members.standing.services import suspend

    member = get_or_404(Member.objects.select_related("buyer"), public_id)
    name = member.buyer.nickname or _t("该会员")
    question = Question(
        title=_("停权"),
        sentence=_t(
            "停权后“%(name)s”不再产生新佣金，也不能提现；他这一级的佣金留在商城，不会给其他人。"
            "已经产生的佣金不变，随时可以恢复。"
        )
        % {"name": name},
        button=_("确认停权"),
        back=reverse("dashboard:member", args=[member.public_id]),
        is_grave=True,
    )
    return ask(
        request,
        question,
        lambda typed: suspend(member=member, reason=typed["reason"], actor=request.staff_member),
        form_class=ReasonForm,
        done=_t("“%(name)s”已停权。") % {"name": name},
    )


@staff_page(rights.MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_reinstate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give it back."""
    from members.standing.services import reinstate

    member = get_or_404(Member.objects.select_related("buyer"), public_id)
    name = member.buyer.nickname or _t("该会员")
    question = Question(
        title=_("恢复推广"),
        sentence=_t("从现在起“%(name)s”重新可以获得佣金和提现；停权期间的转化不补发。") % {"name": name},
        button=_("确认恢复"),
        back=reverse("dashboard:member", args=[member.public_id]),
    )
    return ask(
        request,
        question,
        lambda typed: reinstate(member=member, reason=typed["reason"], actor=request.staff_member),
        form_class=ReasonForm,
        done=_t("“%(name)s”已恢复。") % {"name": name},
    )


urlpatterns = [
    path("members", member_list, name="members"),
    path("members/<str:public_id>", member_detail, name="member"),
    path("members/<str:public_id>/suspend", member_suspend, name="member-suspend"),
    path("members/<str:public_id>/reinstate", member_reinstate, name="member-reinstate"),
]
