"""提现: where to, how much, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from commissions.payouts.models import Payee, Payout, PayoutStatus
from commissions.payouts.selectors import balance_of, payees_of, payouts_of
from commissions.payouts.services import add_payee, request_payout
from mall.api.lookup import get_or_404
from mall.money import yuan
from mall.orders.attempts import once
from mall.pages.forms import Line, PageForm, YuanField
from mall.pages.rendering import page
from members.pages import member_page

SHOWN = 50
STATUS_NAMES = {
    PayoutStatus.REQUESTED: gettext_lazy("待审核"),
    PayoutStatus.APPROVED: gettext_lazy("待打款"),
    PayoutStatus.SETTLED: gettext_lazy("已到账"),
    PayoutStatus.REJECTED: gettext_lazy("已退回"),
}
STATUS_TONES = {
    PayoutStatus.REQUESTED: "tag_warm",
    PayoutStatus.APPROVED: "tag_warm",
    PayoutStatus.SETTLED: "tag_ok",
    PayoutStatus.REJECTED: "tag_bad",
}


class PayeeForm(PageForm):
    """收款账户."""

    name = Line(label=gettext_lazy("开户姓名"), max_length=40, autocomplete="name")
    bank = Line(label=gettext_lazy("开户银行"), max_length=60, placeholder=gettext_lazy("例如：招商银行杭州分行"))
    account = Line(label=gettext_lazy("银行卡号"), min_length=4, max_length=40, inputmode="numeric")


class PayoutForm(PageForm):
    """How much, and where to."""

    amount_fen = YuanField(label=gettext_lazy("提现金额（元）"))
    payee = forms.CharField(max_length=36, error_messages={"required": gettext_lazy("请选择收款账户。")})
    attempt = forms.UUIDField(widget=forms.HiddenInput)


@member_page
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    """提现."""
    return _payout_page(request)


@member_page
@require_POST
def request_one(request: HttpRequest) -> HttpResponse:
    """Ask for a transfer; the money is held from now on."""
    form = PayoutForm(request.POST)
    if form.is_valid():
        payee = get_or_404(payees_of(request.member.pk), form.cleaned_data["payee"])
        with form.service():
            once(
                request,
                make=lambda: request_payout(
                    member=request.member, amount_fen=form.cleaned_data["amount_fen"], payee=payee
                ),
                among=Payout.objects.all(),
            )
        if not form.errors:
            messages.success(request, _("提现申请已提交，请等待审核。"))
            return redirect("pages:payouts")
    return _payout_page(request, form=form)


@member_page
@require_POST
def add_account(request: HttpRequest) -> HttpResponse:
    """Keep a 收款账户."""
    form = PayeeForm(request.POST)
    if form.is_valid():
        with form.service():
            add_payee(member=request.member, method="bank", **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("收款账户已保存。"))
            return redirect("pages:payouts")
    return _payout_page(request, payee_form=form)


def _payout_page(
    request: HttpRequest, *, form: PayoutForm | None = None, payee_form: PayeeForm | None = None
) -> HttpResponse:
    balance = balance_of(request.member.pk)
    payees = list(payees_of(request.member.pk)[:SHOWN])
    if form is None:
        available = balance["available_fen"]
        # Most people take everything.
        form = PayoutForm(
            initial={"amount_fen": yuan(available).replace(",", "") if available else "", "attempt": uuid4()}
        )
    chosen = form["payee"].value() or (str(payees[0].public_id) if payees else "")
    context: dict[str, Any] = {
        "balance": balance,
        "minimum_fen": request.mall.payout_min_fen,
        "may_request": bool(payees)
        and not balance["debt_fen"]
        and balance["available_fen"] >= request.mall.payout_min_fen,
        "form": form,
        "payees": [_payee_row(payee, chosen) for payee in payees],
        "payee_form": payee_form or PayeeForm(),
        "is_adding": payee_form is not None or not payees,
        "payouts": [_payout_row(payout) for payout in payouts_of(request.member.pk)[:SHOWN]],
    }
    return page(request, "h5/payouts/payouts.html", context)


def _payee_row(payee: Payee, chosen: str) -> dict[str, Any]:
    return {"id": payee.public_id, "masked": payee.masked, "chosen": str(payee.public_id) == chosen}


def _payout_row(payout: Payout) -> dict[str, Any]:
    status = PayoutStatus(payout.status)
    return {
        "number": payout.number,
        "amount_fen": payout.amount_fen,
        "masked": payout.payee.masked,
        "requested_at": payout.requested_at,
        "status_name": STATUS_NAMES[status],
        "tone": STATUS_TONES[status],
        "why": payout.reason if status == PayoutStatus.REJECTED else "",
    }
