"""佣金明细, why each of them is what it is, and what paid nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from commissions.settlement import showing, words
from commissions.settlement.explaining import explanation
from commissions.settlement.models import Settlement
from commissions.settlement.selectors import STATES, commissions_of_member, outcome_of
from mall.api.lookup import get_or_404
from mall.pages.rendering import page
from members.pages import member_page
from referrals.conversions.models import Conversion, ConversionKind

PAGE_SIZE = 20
ALL = {"": _("全部")}


@member_page
@require_safe
def commissions(request: HttpRequest) -> HttpResponse:
    """佣金明细, by kind and state."""
    kind, state = _one_of(request, "kind", ConversionKind.values), _one_of(request, "state", list(STATES))
    mine = commissions_of_member(member_id=request.member.pk)
    found = commissions_of_member(member_id=request.member.pk, kind=kind or None, state=state or None)
    rows, older = _keyset(request, found, among=mine, query={"kind": kind, "state": state})
    context = {
        "commissions": showing.rows(rows),
        "more": older,
        "kinds": _choices(request, "kind", ALL | words.KIND_NAMES, kind),
        "states": _choices(request, "state", ALL | words.STATE_NAMES, state),
    }
    return page(request, "h5/commissions/list.html", context)


@member_page
@require_safe
def commission(request: HttpRequest, commission_id: UUID) -> HttpResponse:
    """Why this commission is what it is, in numbers that add up."""
    found = get_or_404(
        commissions_of_member(member_id=request.member.pk).select_related("conversion__link__channel"), commission_id
    )
    why = explanation(found)
    context = {
        "commission": showing.row(found),
        "why": why,
        "rule": words.RULES.get(why["attribution"]["rule"], why["attribution"]["rule"]),
        "lines": [{**line, "scope_name": words.SCOPES.get(line["scope"], line["scope"])} for line in why["lines"]],
        "cut": _cut(why),
        "movements": [
            {
                **movement,
                "name": words.MOVEMENTS.get(movement["type"], movement["type"]),
                "account_name": words.ACCOUNTS.get(movement["account"], movement["account"]),
            }
            for movement in why["movements"]
        ],
        "ended": words.reason_sentence(why["release"]["ended_reason"]) if why["release"]["ended_reason"] else "",
    }
    return page(request, "h5/commissions/explanation.html", context)


@member_page
@require_safe
def conversions(request: HttpRequest) -> HttpResponse:
    """推广记录: everything his links brought, paid or not, and why not."""
    only = _one_of(request, "only", ["unpaid"])
    mine = Conversion.objects.filter(level_1=request.member).select_related("link__channel", "customer__buyer")
    found = mine.order_by("-id")
    if only:
        said_no = Settlement.objects.filter(conversion=OuterRef("pk")).exclude(reason="")
        found = found.filter(~Q(reason="") | Exists(said_no))
    rows, older = _keyset(request, found, among=mine, query={"only": only})
    context = {
        "conversions": _conversion_rows(rows),
        "more": older,
        "tabs": _choices(request, "only", ALL | {"unpaid": _("未计佣")}, only),
    }
    return page(request, "h5/commissions/conversions.html", context)


def _conversion_rows(found: list[Conversion]) -> list[dict[str, Any]]:
    outcomes = outcome_of([conversion.pk for conversion in found])
    shown = []
    for conversion in found:
        outcome = outcomes.get(conversion.pk)
        reason = conversion.reason or (outcome["reason"] if outcome else "")
        shown.append(
            {
                "sign": words.KIND_SIGNS[conversion.kind],
                "kind_name": words.KIND_NAMES[conversion.kind],
                "occurred_at": conversion.occurred_at,
                "code": conversion.link.code if conversion.link else "",
                "commission_fen": outcome["commission_fen"] if outcome else 0,
                "reason_name": words.reason_name(reason) if reason else "",
                "reason": words.reason_sentence(reason) if reason else "",
                "is_waiting": outcome is None and not reason,
            }
        )
    return shown


def _cut(why: dict[str, Any]) -> int:
    """What the mall's ceiling took from this level, in fen."""
    full = 0
    for line in why["lines"]:
        if line["rate_bps"] is not None:
            full += line["base_fen"] * line["rate_bps"] // 10_000
        elif line["flat_fen"] is not None and line["base_at_placement_fen"]:
            full += line["flat_fen"] * line["quantity"] * line["base_fen"] // line["base_at_placement_fen"]
    return max(0, full - sum(line["amount_fen"] for line in why["lines"]))


def _one_of(request: HttpRequest, name: str, allowed: list[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in allowed else ""


def _choices(request: HttpRequest, name: str, labels: dict[str, Any], chosen: str) -> list[dict[str, Any]]:
    """The tabs of one filter, each keeping the others."""
    kept = {key: request.GET[key] for key in ("kind", "state", "only") if key != name and request.GET.get(key)}
    return [
        {"label": label, "current": key == chosen, "address": _query({**kept, name: key})}
        for key, label in labels.items()
    ]


def _query(query: dict[str, str]) -> str:
    asked = {key: value for key, value in query.items() if value}
    return f"?{urlencode(asked)}" if asked else "?"


def _keyset(request: HttpRequest, found: Any, *, among: Any, query: dict[str, str]) -> tuple[list[Any], str]:
    """One page of rows, newest first, and where older ones are."""
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(among, before).pk)
    rows = list(found[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return rows, ""
    address = reverse(f"pages:{request.resolver_match.url_name}")
    return rows[:PAGE_SIZE], address + _query({**query, "before": str(rows[PAGE_SIZE - 1].public_id)})
