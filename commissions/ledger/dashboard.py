"""账本: read-only. What every account stands at, every journal with its entries, and the books computed again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from commissions.ledger.audit import audit
from commissions.ledger.models import MALL_KINDS, MEMBER_KINDS, AccountKind, Entry, Journal
from commissions.payouts.models import Payout
from commissions.settlement.models import Commission
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.forms import FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.staff import rights
from mall.templatetags.dashboard import JOURNALS

KIND_HELP: dict[str, Any] = {
    "pending": _("已计佣、等收货和结算期"),
    "available": _("推广者随时可以申请提现"),
    "in_transit": _("已申请、还没到账"),
    "debt": _("退款时已提走的部分，从以后的佣金里扣"),
    "expense": _("计佣减收回，商城一共承担的佣金"),
    "paid_out": _("已经转给推广者的钱"),
    "write_off": _("放弃追回的欠款"),
}


class JournalFilter(FilterForm):
    """What the list of journals can be narrowed to."""

    type = forms.ChoiceField(required=False, label=_("类型"), choices=[("", _("全部")), *JOURNALS.items()])


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def ledger_page(request: HttpRequest) -> HttpResponse:
    """Totals by kind of account, and the journals, newest first."""
    form = filters_of(JournalFilter, request)
    asked = form.asked()
    rows = Journal.objects.all()
    if wanted := asked.get("type"):
        rows = rows.filter(event_type=wanted)
    if file := _exported(request, rows):
        return file
    page = page_of(request, rows)
    _complete(page.rows)
    return show(
        request,
        "dashboard/ledger.html",
        {
            "section": "ledger",
            "totals": _totals(request.mall_id),
            "page": page,
            "form": form,
            "is_narrowed": bool(asked),
        },
    )


def _exported(request: HttpRequest, journals: QuerySet[Journal]) -> HttpResponse | None:
    """One row an entry. A sign before an amount would be taken for a formula, so it stands in a column of its own."""
    at = time_cell(request)

    def owner(entry: Entry) -> str:
        return entry.account.member.buyer.nickname if entry.account.member else _t("商城")

    columns = [
        (_("凭证"), lambda entry: entry.journal_id),
        (_("类型"), lambda entry: str(JOURNALS.get(entry.journal.event_type, entry.journal.event_type))),
        (_("科目"), lambda entry: str(entry.account.get_kind_display())),
        (_("归属"), owner),
        (_("增减"), lambda entry: _t("增") if entry.amount_fen > 0 else _t("减")),
        (_("金额"), lambda entry: yuan_cell(abs(entry.amount_fen))),
        (_("发生时间"), lambda entry: at(entry.journal.occurred_at)),
        (_("记账时间"), lambda entry: at(entry.journal.posted_at)),
    ]
    entries = Entry.objects.filter(journal__in=journals).select_related("journal", "account__member__buyer")
    return export_of(request, entries, name="ledger", columns=columns)


@staff_page(rights.SEE_COMMISSIONS)
@require_POST
def ledger_audit(request: HttpRequest) -> HttpResponse:
    """Compute the books again by other code and say what came out. Changes nothing."""
    result = audit(request.mall_id)
    template = "dashboard/parts/audit_result.html" if request.htmx else "dashboard/ledger_audit.html"
    return show(request, template, {"section": "ledger", "result": result})


def _totals(mall_id: int) -> list[dict[str, Any]]:
    """What each kind of account stands at, as people say it: money owed, spent and paid is positive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, sum(balance_fen)::bigint FROM commissions_account "
            "WHERE mall_id = %s AND member_id IS NOT NULL GROUP BY kind",
            [mall_id],
        )
        found = dict(cursor.fetchall())
        cursor.execute(
            "SELECT a.kind, coalesce(sum(e.amount_fen), 0)::bigint FROM commissions_account a "
            "LEFT JOIN commissions_entry e ON e.mall_id = a.mall_id AND e.account_id = a.id "
            "WHERE a.mall_id = %s AND a.member_id IS NULL GROUP BY a.kind",
            [mall_id],
        )
        found |= dict(cursor.fetchall())
    turned = {"debt", "expense", "write_off"}
    return [
        {
            "kind": kind,
            "name": AccountKind(kind).label,
            "help": KIND_HELP[kind],
            "fen": -found.get(kind, 0) if kind in turned else found.get(kind, 0),
            "is_malls": kind in MALL_KINDS,
        }
        for kind in (*MEMBER_KINDS, *MALL_KINDS)
    ]


def _complete(journals: Any) -> None:
    """Give each journal its entries, its name and where it came from. Three statements for a page."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    ids = [journal.pk for journal in journals]
    for entry in Entry.objects.filter(journal__in=ids).select_related("account__member__buyer").order_by("id"):
        entries[entry.journal_id].append(entry)
    conversions = [journal.conversion_id for journal in journals if journal.conversion_id]
    commissions = dict(
        Commission.objects.filter(conversion__in=conversions, level=1).values_list("conversion_id", "public_id")
    )
    payouts = Payout.objects.in_bulk([journal.payout_id for journal in journals if journal.payout_id])
    for journal in journals:
        journal.name = JOURNALS.get(journal.event_type, journal.event_type)
        journal.entries = entries[journal.pk]
        journal.commission = commissions.get(journal.conversion_id)
        journal.payout = payouts.get(journal.payout_id)


urlpatterns = [
    path("ledger", ledger_page, name="ledger"),
    path("ledger/audit", ledger_audit, name="ledger-audit"),
]
