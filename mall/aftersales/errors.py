"""What is refused about refunds."""

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


class AlreadyDecided(Conflict):
    """409: the refund was approved or rejected before."""

    code = "refund_not_requested"
    message = _("这笔退款已经处理过，请刷新后再看。")


class RefundFailed(Conflict):
    """409: the provider did not send the money back."""

    code = "refund_failed"
    message = _("支付渠道没有完成退款，请稍后再试。")
