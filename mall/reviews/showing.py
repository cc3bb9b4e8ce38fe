"""How reviews look on pages."""

from __future__ import annotations

from collections.abc import Sequence

from mall.catalogue.pictures import LIST_SIDE
from mall.catalogue.selectors import picture_url
from mall.reviews.models import Review
from mall.reviews.naming import public_name
from mall.reviews.services import STARS_MAX


def dress(reviews: Sequence[Review]) -> Sequence[Review]:
    """Give each review what the templates ask of it; no statement more than selectors joined."""
    for review in reviews:
        review.author = public_name(review)
        review.full = range(review.stars)
        review.empty = range(STARS_MAX - review.stars)
        review.shown_pictures = [
            {"large": picture_url(picture.file), "small": picture_url(picture.file, LIST_SIDE)}
            for picture in review.pictures.all()
        ]
        review.may_follow_up = review.followup_at is None
    return reviews
