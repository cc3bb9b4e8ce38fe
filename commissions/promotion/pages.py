"""推广中心: what a promoter has, and what came in just now without his asking."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from commissions.payouts.selectors import balance_of
from commissions.settlement import showing
from commissions.settlement.selectors import commissions_of_member
from mall.pages.rendering import page
from members.models import Member
from members.pages import member_page

NEWEST = 5


@member_page
@require_safe
def promotion(request: HttpRequest) -> HttpResponse:
    """推广中心."""
    suspended = request.member.standing == Member.Standing.SUSPENDED
    return page(request, "h5/promotion/centre.html", {**_live(request.member), "suspended": suspended, "tab": "me"})


@member_page
@require_safe
def live_part(request: HttpRequest) -> HttpResponse:
    """The part that changes by itself; asked for every few seconds, answered only when something changed."""
    live = _live(request.member, newest=request.GET.get("newest", ""))
    if live["stamp"] == request.GET.get("seen", ""):
        return HttpResponse(status=204)
    return page(request, "h5/promotion/live.html", live)


def _live(member: Member, *, newest: str = "") -> dict[str, Any]:
    balance = balance_of(member.pk)
    rows = showing.rows(commissions_of_member(member_id=member.pk)[:NEWEST])
    ids = [str(row["id"]) for row in rows]
    # Above the one the page showed first: these came in since.
    fresh = ids.index(newest) if newest in ids else (len(ids) if newest else 0)
    for position, row in enumerate(rows):
        row["is_new"] = position < fresh
    facts = [sorted(balance.items()), [(row["id"], row["amount_fen"], row["state"]) for row in rows]]
    return {
        "balance": balance,
        "commissions": rows,
        "stamp": hashlib.sha256(repr(facts).encode()).hexdigest()[:12],
        "newest": ids[0] if ids else "none",
    }
