"""How reviewers are called in public: never by their whole name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mall.reviews.models import Review


def public_name(review: Review) -> str:
    """First and last character of the nickname, or 匿名用户 for who asked for it and for who has gone."""
    if review.is_anonymous or review.buyer.closed_at is not None or not review.buyer.nickname:
        return _("匿名用户")
    name = review.buyer.nickname
    return f"{name[0]}***{name[-1]}" if len(name) > 1 else f"{name}***"
