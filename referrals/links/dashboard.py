"""A promoter's links with what each brought: a part of his page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from mall.api.lookup import get_or_404
from mall.dashboard.doors import staff_page
from mall.dashboard.pages import show
from mall.staff import rights
from members.models import Member
from referrals.links.selectors import counts_of, links_of

SHOWN = 20


@staff_page(rights.SEE_COMMISSIONS)
@require_safe
def member_links(request: HttpRequest, public_id: str) -> HttpResponse:
    """The newest links of a member."""
    member = get_or_404(Member.objects.all(), public_id)
    links = list(links_of(member)[: SHOWN + 1])
    counts = counts_of([link.pk for link in links[:SHOWN]])
    return show(
        request,
        "dashboard/parts/member_links.html",
        {
            "rows": [(link, counts[link.pk]) for link in links[:SHOWN]],
            "has_more": len(links) > SHOWN,
            "shown": SHOWN,
        },
    )


urlpatterns = [path("members/<str:public_id>/links", member_links, name="member-links")]
