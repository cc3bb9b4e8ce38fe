"""提现: approve, transfer by hand and enter the evidence, or send back; and what a member's account holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from commissions.payouts import services
from commissions.payouts.models import Payout, PayoutStatus
from commissions.payouts.selectors import balance_of, payouts_of_mall
from commissions.settlement.models import Commission
from commissions.settlement.selectors import commissions_of_member
from mall import money
from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import may, staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField, YuanField, search_field
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import day_begins, day_ends, page_of
from mall.dashboard.pages import show
from mall.staff import rights
from members.models import Member

NEWEST = 5


class PayoutFilter(FilterForm):
    """What the withdrawals can be narrowed to."""

    q = search_field(_("提现单号或推广者昵称"))
    since = forms.DateField(required=False, label=_("申请自"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("至"), widget=forms.DateInput(attrs={"type": "date"}))


class EvidenceForm(DashboardForm):
    """How the transfer is found again."""

    evidence = PlainTextField(
        max_length=200,
        label=_("打款凭证"),
        help_text=_("银行流水号或回单编号，推广者对账时能查到。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class ReasonForm(DashboardForm):
    """Why the money goes back; the member reads it."""

    reason = PlainTextField(
        max_length=200,
        label=_("退回原因"),
        help_text=_("推广者会看到这句话。"),
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
    )


class WriteOffForm(DashboardForm):
    """How much of a debt is given up, and why."""

    amount = YuanField(least=1, label=_("核销金额"))
    reason = PlainTextField(max_length=200, label=_("原因"), widget=forms.Textarea(attrs={"rows": 2}))


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def payout_list(request: HttpRequest) -> HttpResponse:
    """Withdrawals, those that wait for approval first unless asked otherwise."""
    status = request.GET.get("status", PayoutStatus.REQUESTED)
    rows = payouts_of_mall(status=status if status in PayoutStatus.values else None)
    member = None
    if wanted := request.GET.get("member"):
        member = get_or_404(Member.objects.select_related("buyer"), wanted)
        rows = rows.filter(member=member)
    form = filters_of(PayoutFilter, request)
    asked = form.asked()
    rows = _narrowed(rows, asked, request.mall.timezone)
    at = time_cell(request)
    columns = [
        (_("提现编号"), lambda payout: str(payout.public_id)),
        (_("会员"), lambda payout: payout.member.buyer.nickname),
        (_("金额"), lambda payout: yuan_cell(payout.amount_fen)),
        (_("状态"), lambda payout: str(payout.get_status_display())),
        (_("申请时间"), lambda payout: at(payout.requested_at)),
        (_("打款凭证"), lambda payout: payout.evidence),
    ]
    if file := export_of(request, rows.select_related("member__buyer"), name="payouts", columns=columns):
        return file
    return show(
        request,
        "dashboard/payouts.html",
        {
            "section": "payouts",
            "page": page_of(request, rows),
            "status": status,
            "statuses": PayoutStatus.choices,
            "member": member,
            "form": form,
            "is_narrowed": bool(asked),
        },
    )


def _narrowed(rows: QuerySet[Payout], asked: dict[str, Any], timezone_name: str) -> QuerySet[Payout]:
    if wanted := asked.get("q"):
        rows = rows.filter(Q(number=wanted) | Q(member__buyer__nickname__icontains=wanted))
    if since := asked.get("since"):
        rows = rows.filter(requested_at__gte=day_begins(since, timezone_name))
    if until := asked.get("until"):
        rows = rows.filter(requested_at__lt=day_ends(until, timezone_name))
    return rows


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def payout_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One withdrawal; the whole account number is shown to who transfers, and only until it has ended."""
    payout = _payout_or_404(public_id)
    is_open = payout.status in (PayoutStatus.REQUESTED, PayoutStatus.APPROVED)
    shows_payee = is_open and may(request, rights.SETTLE_PAYOUTS)
    return show(
        request,
        "dashboard/payout.html",
        {
            "section": "payouts",
            "payout": payout,
            "is_open": is_open,
            "payee": services.payee_details(payout.payee) if shows_payee else None,
            "balance": balance_of(payout.member_id),
            "must_be_other": request.mall.four_eyes_payouts and payout.approved_by_id == request.staff_member.user_id,
        },
    )


@staff_page(rights.APPROVE_PAYOUTS)
@require_http_methods(["GET", "HEAD", "POST"])
def payout_approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let it go to be transferred."""
    payout = _payout_or_404(public_id)
    amount = money.yuan(payout.amount_fen)
    question = Question(
        title=_("审核通过"),
        sentence=_t("通过后等待打款，钱仍冻结在“提现中”。"),
        button=_t("通过 ¥%(amount)s") % {"amount": amount},
        back=_address(payout),
        amount_fen=payout.amount_fen,
        facts=_facts(payout),
    )
    return ask(
        request,
        question,
        lambda _typed: services.approve_payout(payout=payout, staff=request.staff_member),
        done=_t("提现 ¥%(amount)s 已通过，等待打款。") % {"amount": amount},
    )


@staff_page(rights.SETTLE_PAYOUTS)
@require_http_methods(["GET", "HEAD", "POST"])
def payout_settle(request: HttpRequest, public_id: str) -> HttpResponse:
    """The transfer was made by hand; its evidence ends the withdrawal."""
    payout = _payout_or_404(public_id)
    amount = money.yuan(payout.amount_fen)
    question = Question(
        title=_("登记打款"),
        sentence=_t("请先用您的银行账户转出这笔钱，再在这里登记。登记后不能撤回。"),
        button=_t("已转出 ¥%(amount)s，登记") % {"amount": amount},
        back=_address(payout),
        amount_fen=payout.amount_fen,
        facts=_facts(payout),
    )
    return ask(
        request,
        question,
        lambda typed: services.settle_payout(payout=payout, staff=request.staff_member, evidence=typed["evidence"]),
        form_class=EvidenceForm,
        done=_t("已登记打款 ¥%(amount)s。") % {"amount": amount},
    )


@staff_page(rights.APPROVE_PAYOUTS)
@require_http_methods(["GET", "HEAD", "POST"])
def payout_reject(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the money back to the member's balance."""
    payout = _payout_or_404(public_id)
    amount = money.yuan(payout.amount_fen)
    question = Question(
        title=_("退回提现"),
        sentence=_t("这笔钱回到推广者的可提现余额；他有欠款时先抵扣欠款。"),
        button=_t("退回 ¥%(amount)s") % {"amount": amount},
        back=_address(payout),
        amount_fen=payout.amount_fen,
        facts=_facts(payout),
        is_grave=True,
    )
    return ask(
        request,
        question,
        lambda typed: services.reject_payout(payout=payout, staff=request.staff_member, reason=typed["reason"]),
        form_class=ReasonForm,
        done=_t("提现 ¥%(amount)s 已退回。") % {"amount": amount},
    )


def _payout_or_404(public_id: str) -> Payout:
    return get_or_404(Payout.objects.select_related("payee", "member__buyer", "approved_by", "ended_by"), public_id)


def _address(payout: Payout) -> str:
    return reverse("dashboard:payout", args=[payout.public_id])


def _facts(payout: Payout) -> list[tuple[object, str]]:
    return [
        (_("推广者"), payout.member.buyer.nickname or _t("未填昵称")),
        (_("收款账户"), payout.payee.masked or "—"),
        (_("提现单号"), payout.number),
    ]


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def member_account(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a member has and earned: a part of his page."""
    member = get_or_404(Member.objects.all(), public_id)
    newest: list[Commission] = list(
        commissions_of_member(member_id=member.pk).select_related("conversion__member__buyer")[:NEWEST]
    )
    return show(
        request,
        "dashboard/parts/member_account.html",
        {"member": member, "balance": balance_of(member.pk), "newest": newest},
    )


@staff_page(rights.WRITE_OFF)
@require_http_methods(["GET", "HEAD", "POST"])
def member_write_off(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give up on what a member owes, or on a part of it."""
    member = get_or_404(Member.objects.select_related("buyer"), public_id)
    debt_fen = int(balance_of(member.pk)["debt_fen"])
    question = Question(
        title=_("核销欠款"),
        sentence=_t("“%(name)s”的欠款如上。核销的部分由商城承担，写入账本，不能撤回。")
        % {"name": member.buyer.nickname or _t("该会员")},
        button=_("确认核销"),
        back=reverse("dashboard:member", args=[member.public_id]),
        amount_fen=debt_fen,
        is_grave=True,
    )
    return ask(
        request,
        question,
        lambda typed: services.write_off_debt(
            member=member, amount_fen=typed["amount"], staff=request.staff_member, reason=typed["reason"]
        ),
        form_class=WriteOffForm,
        initial={"amount": debt_fen or None},
        done=_t("已核销。"),
    )


urlpatterns = [
    path("payouts", payout_list, name="payouts"),
    path("payouts/<str:public_id>", payout_detail, name="payout"),
    path("payouts/<str:public_id>/approve", payout_approve, name="payout-approve"),
    path("payouts/<str:public_id>/settle", payout_settle, name="payout-settle"),
    path("payouts/<str:public_id>/reject", payout_reject, name="payout-reject"),
    path("members/<str:public_id>/account", member_account, name="member-account"),
    path("members/<str:public_id>/write-off", member_write_off, name="member-write-off"),
]
