"""GET /q/<code>.png and .svg: the QR picture of a link, for its owner."""

from __future__ import annotations

from io import BytesIO

import segno
from django.http import Http404, HttpRequest, HttpResponse

from mall.buyers.sessions import buyer_of_request
from members.selectors import member_of_buyer
from referrals.links.selectors import link_by_code, link_url

TYPES = {"png": "image/png", "svg": "image/svg+xml"}
# Pixels (or units) per module and the quiet zone in modules that scanners ask for.
SCALE, BORDER = 10, 4


def qr_picture(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The picture; 404 for everybody but the owner, in the same words as for a code that is not there."""
    link = link_by_code(code)
    buyer = buyer_of_request(request)
    member = member_of_buyer(buyer.pk) if buyer is not None else None
    if link is None or form not in TYPES or member is None or link.owner_id != member.pk:
        raise Http404
    response = HttpResponse(draw(link_url(link), form), content_type=TYPES[form])
    response["Cache-Control"] = "private, max-age=86400"
    return response


def draw(address: str, form: str) -> bytes:
    """An address as a QR picture in one of TYPES, readable with 15 % of it covered."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind=form, scale=SCALE, border=BORDER)
    return picture.getvalue()
