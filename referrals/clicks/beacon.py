"""POST /t: the landing page says that it is on a screen. What browsers do; apps confirm by the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mall.buyers.sessions import buyer_of_request
from members.models import Member
from members.selectors import member_of_buyer
from referrals.clicks.models import VisitorMember
from referrals.clicks.services import show_page
from referrals.clicks.sightings import is_staff, observe
from referrals.clicks.visitors import key_of_request, new_key, remember, set_cookie
from referrals.links.models import ShareLink
from referrals.links.selectors import link_by_code

BODY_MAX_BYTES = 2048


# sendBeacon sends no header of ours, so no CSRF token; where it comes from is looked at instead.
@csrf_exempt
@require_POST
def beacon(request: HttpRequest) -> HttpResponse:
    """204. The body is {"code": …} or {}, as any type a browser may send; unknown keys are dropped."""
    if _is_cross_site(request):
        return HttpResponse(status=403)
    raw = request.read(BODY_MAX_BYTES + 1)
    if len(raw) > BODY_MAX_BYTES:
        return HttpResponse(status=413)
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        return HttpResponse(status=400)
    _show(request, key := key_of_request(request) or new_key(), body.get("code") if isinstance(body, dict) else None)
    response = HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    set_cookie(response, request.mall_id, key)
    return response


def _show(request: HttpRequest, key: str, code: Any) -> None:
    buyer = buyer_of_request(request)
    member = member_of_buyer(buyer.pk) if buyer is not None else None
    if member is not None:
        remember(key, buyer_id=member.buyer_id)
    link = link_by_code(code)
    show_page(
        seen=observe(request, mall_id=request.mall_id, visitor_key=key, source="browser", method="GET"),
        link=link,
        member=member,
        by_staff=is_staff(request),
        is_own=link is not None and _is_promoter(link, key, member),
    )


def _is_promoter(link: ShareLink, key: str, member: Member | None) -> bool:
    if member is not None and member.pk == link.owner_id:
        return True
    return VisitorMember.objects.filter(visitor_key=key, member=link.owner_id).exists()


def _is_cross_site(request: HttpRequest) -> bool:
    """Whether another site's page sent it. Old browsers say nothing; they are believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != request.META.get("HTTP_HOST", "").lower()
    except ValueError:
        return True
