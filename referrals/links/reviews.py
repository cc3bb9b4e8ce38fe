"""A promoter's own review of a product, shown first behind his link, and marked as what it is."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.http import HttpRequest

from mall.pages.rendering import code_in_address
from mall.reviews.models import Review
from referrals.links.errors import ReviewNotMeant
from referrals.links.models import LinkKind, ShareLink
from referrals.links.selectors import link_by_code


def put_review_first(*, link: ShareLink, review: Review | None) -> ShareLink:
    """Show this review first to whoever comes through the link; None: none of them.

    It must be readable, written by the link's owner, and of the link's own product. Locks nothing.
    Raises ReviewNotMeant.
    """
    if review is not None:
        is_his = review.buyer_id == link.owner.buyer_id and review.product_id == link.product_id
        if link.kind != LinkKind.PRODUCT or not is_his or review.hidden_at is not None:
            raise ReviewNotMeant
    link.review = review
    link.save(update_fields=["review"])
    return link


def review_first(request: HttpRequest, product_id: UUID) -> int | None:
    """The key of the review that the link at hand puts first on this product (port of the ground floor's reviews).

    The code stands in the page's address, or, where a part of a page asks, in the address of that page.
    """
    code = code_in_address(request) or _code_around(request)
    link = link_by_code(code) if code else None
    if link is None or link.product is None or link.product.public_id != product_id:
        return None
    return link.review_id


def _code_around(request: HttpRequest) -> str:
    around = request.htmx.current_url_abs_path if request.htmx else None
    return parse_qs(urlsplit(around).query).get("ref", [""])[0] if around else ""
