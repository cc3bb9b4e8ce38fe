"""What is refused about coupons."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, Missing


class BadCoupon(BadInput):
    """400: a coupon nobody could mean; `field` says where."""


class CouponMissing(Missing):
    """404: no such coupon in this buyer's wallet."""

    field = "coupon"
    message = _("您的卡包里没有这张优惠券，请重新选择或不使用优惠券。")


class CouponUsed(Conflict):
    """409: used by another order."""

    code = "coupon_used"
    field = "coupon"
    message = _("这张优惠券已经使用过，请换一张或不使用优惠券。")


class CouponExpired(Conflict):
    """409: its time is over."""

    code = "coupon_expired"
    field = "coupon"
    message = _("这张优惠券已过期，请换一张或不使用优惠券。")


class CouponNotYet(Conflict):
    """409: its time has not begun."""

    code = "coupon_not_yet"
    field = "coupon"
    message = _("这张优惠券还未到使用时间，请换一张或不使用优惠券。")


class CouponBelowThreshold(Conflict):
    """409: the goods it is for cost too little."""

    code = "coupon_below_threshold"
    field = "coupon"


class CouponOutOfScope(Conflict):
    """409: it is for other goods."""

    code = "coupon_out_of_scope"
    field = "coupon"
    message = _("这张优惠券不适用于所选商品，请换一张或不使用优惠券。")


class NotTakeable(Conflict):
    """409: closed, given by staff only, over, or all of them are gone."""

    code = "coupon_not_takeable"


class AllTaken(Conflict):
    """409: as many were taken as there are."""

    code = "coupon_all_taken"
    message = _("优惠券已被领完。")


class TakenAlready(Conflict):
    """409: this buyer has as many as one person may have."""

    code = "coupon_taken_already"
    message = _("您已领取过这张优惠券，已达到每人限领数量。")
