"""Reviews: written by who received the goods, answered by the merchant, hidden only with a reason.

A hidden review still counts in the mean: the merchant takes words away, never stars. Lock order: the order, the review.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.pictures import LIST_SIDE, WITH_SIZES, drawn_anew, keep_in_sizes
from mall.inputs import checked_line, checked_number, checked_text
from mall.orders.models import OrderLine
from mall.orders.services import lock_order
from mall.reviews.errors import (
    AlreadyFollowedUp,
    AlreadyHidden,
    AlreadyReviewed,
    BadReview,
    NotHidden,
    NotReceivedYet,
    TooManyPictures,
)
from mall.reviews.models import Review, ReviewPicture
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

STARS_MAX = 5
TEXT_MAX = 500
PICTURES_MAX = 9


def write_review(*, line: OrderLine, buyer: Buyer, stars: int, text: str = "", is_anonymous: bool = False) -> Review:
    """The buyer's word about one line of an order he has received. Locks the order.

    stars: 1..5. text: up to 500 characters, stars alone will do. Raises BadReview, NotReceivedYet, AlreadyReviewed.
    """
    stars = checked_number("stars", stars, STARS_MAX, least=1, refuse=BadReview)
    text = checked_text("text", text, TEXT_MAX, refuse=BadReview)
    order = lock_order(line.order)
    if order.buyer_id != buyer.pk or order.received_at is None:
        raise NotReceivedYet
    if Review.objects.filter(line=line).exists():
        raise AlreadyReviewed
    return Review.objects.create(
        line=line,
        buyer=buyer,
        product_id=line.product_id,
        sku_id=line.sku_id,
        stars=stars,
        text=text,
        is_anonymous=is_anonymous,
        created_at=clock.now(),
    )


def add_review_picture(*, review: Review, data: bytes) -> ReviewPicture:
    """Keep a picture as the review's last one, drawn anew, and a small one for lists; everybody may see it.

    Locks the review. Raises BadPicture, TooManyPictures.
    """
    drawn = drawn_anew(data)
    _lock(review)
    places = list(ReviewPicture.objects.filter(review=review).values_list("position", flat=True))
    if len(places) >= PICTURES_MAX:
        raise TooManyPictures(_("一条评价至多 %(most)s 张图片。") % {"most": PICTURES_MAX})
    file = f"{require_mall_id('A picture')}/reviews/{uuid.uuid4().hex}{WITH_SIZES}"
    keep_in_sizes(file, drawn, (LIST_SIDE,))
    return ReviewPicture.objects.create(review=review, file=file, position=max(places, default=-1) + 1)


def follow_up(*, review: Review, text: str) -> Review:
    """What the buyer has to add later, once. Locks the review. Raises BadReview, AlreadyFollowedUp."""
    text = _said(text)
    review = _lock(review)
    if review.followup_at is not None:
        raise AlreadyFollowedUp
    return _write(review, followup_text=text, followup_at=clock.now())


def reply_to_review(*, review: Review, text: str, actor: StaffMember) -> Review:
    """The merchant's answer, for everybody to read; another one takes its place. Locks the review. Raises BadReview."""
    text = _said(text)
    review = _write(_lock(review), reply=text, replied_at=clock.now())
    log(action="review.replied", actor=actor, subject=review)
    return review


def hide_review(*, review: Review, reason: str, actor: StaffMember) -> Review:
    """Take a review's words and pictures off the pages; its stars stay in mean and count. Locks the review.

    Raises BadReview without a reason, AlreadyHidden.
    """
    reason = checked_line("reason", reason, 200, least=1, refuse=BadReview)
    review = _lock(review)
    if review.hidden_at is not None:
        raise AlreadyHidden
    review = _write(review, hidden_at=clock.now(), hidden_reason=reason, hidden_by=actor.user)
    log(action="review.hidden", actor=actor, subject=review, detail={"stars": review.stars})
    return review


def show_review(*, review: Review, actor: StaffMember) -> Review:
    """Let a hidden review be read again. Locks the review. Raises NotHidden."""
    review = _lock(review)
    if review.hidden_at is None:
        raise NotHidden
    review = _write(review, hidden_at=None, hidden_reason="", hidden_by=None)
    log(action="review.shown", actor=actor, subject=review)
    return review


def _said(text: Any) -> str:
    said = checked_text("text", text, TEXT_MAX, refuse=BadReview)
    if not said:
        raise BadReview(_("请写下内容（text），1 到 %(most)s 个字符。") % {"most": TEXT_MAX}, field="text")
    return said


def _lock(review: Review) -> Review:
    return Review.objects.select_for_update(no_key=True).get(pk=review.pk)


def _write(review: Review, **columns: Any) -> Review:
    for name, value in columns.items():
        setattr(review, name, value)
    review.save(update_fields=list(columns))
    return review
