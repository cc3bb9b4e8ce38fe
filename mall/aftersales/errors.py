"""What is refused about refunds and cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, Missing


class BadRefund(BadInput):
    """400: what is asked for cannot be meant; `field` says which part."""


class LineMissing(Missing):
    """404: the order has no such line."""

    field = "lines"
    message = _("订单中没有这一行商品。")


class NotRefundable(Conflict):
    """409: not paid yet, or after-sales are over."""

    code = "wrong_state"
    message = _("订单当前的状态不能申请退款：须已付款，且售后期未结束。")


class MoreThanLeft(Conflict):
    """409: more than what is left of a line; the message names it."""

    code = "more_than_left"
    field = "lines"


class PiecesInCase(MoreThanLeft):
    """409: there is that much, but an open exchange or repair holds it; the message names what is free."""

    code = "pieces_in_case"


class AlreadyDecided(Conflict):
    """409: the refund was approved or rejected before."""

    code = "refund_not_requested"
    message = _("这笔退款已经处理过，请刷新后再看。")


class RefundFailed(Conflict):
    """409: the provider did not send the money back."""

    code = "refund_failed"
    message = _("支付渠道没有完成退款，请稍后再试。")


class BadCase(BadInput):
    """400: what a case is asked or answered with cannot be meant; `field` says which part."""


class NotSentYet(Conflict):
    """409: goods that were not sent cannot come back."""

    code = "not_sent_yet"
    field = "kind"
    message = _("订单还未发货，只能申请“仅退款”。")


class WrongCaseState(Conflict):
    """409: the case has moved on, or is not there yet."""

    code = "wrong_state"
    message = _("售后单当前的状态不允许此操作，请刷新后再看。")


class ReturnAddressMissing(BadInput):
    """400: the buyer must be told where to send the goods."""

    code = "return_to_required"
    field = "return_to"
    message = _("请填写退货地址（return_to），或先在商城设置中填写默认退货地址。")


class NothingToResend(Conflict):
    """409: an exchange needs new pieces, and there are none."""

    code = "out_of_stock"
    message = _("该规格库存不足，无法寄出新的商品：请先补充库存，或拒绝换货并说明原因，买家可改申请退款。")


class TooManyPictures(Conflict):
    """409: nine pictures are there already."""

    code = "too_many_pictures"
    field = "file"
