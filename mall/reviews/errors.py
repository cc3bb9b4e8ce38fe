"""What is refused about reviews."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadReview(BadInput):
    """400: stars or text cannot be meant; `field` says which."""


class NotReceivedYet(Conflict):
    """409: who has not got the goods cannot say how they are."""

    code = "not_received"
    field = "line"
    message = _("确认收货后才能评价这件商品。")


class AlreadyReviewed(Conflict):
    """409: a line is reviewed once; there is a follow-up for more."""

    code = "already_reviewed"
    field = "line"
    message = _("这件商品已经评价过，可以写追评。")


class AlreadyFollowedUp(Conflict):
    """409: one follow-up, no more."""

    code = "already_followed_up"
    field = "text"
    message = _("追评只能写一次。")


class AlreadyHidden(Conflict):
    """409: the review is hidden already."""

    code = "already_hidden"
    message = _("这条评价已经隐藏，请刷新后再看。")


class NotHidden(Conflict):
    """409: the review shows already."""

    code = "not_hidden"
    message = _("这条评价正在展示，请刷新后再看。")


class TooManyPictures(Conflict):
    """409: nine pictures are there already."""

    code = "too_many_pictures"
    field = "file"
