"""How an order looks to its buyer: words, colours, and what he may do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.aftersales.models import Refund
from mall.catalogue.models import ProductPicture
from mall.catalogue.selectors import picture_url
from mall.orders.models import Order, OrderLine, OrderStatus
from mall.reviews.models import Review

STATUS_NAMES = {
    OrderStatus.AWAITING_PAYMENT: _("待付款"),
    OrderStatus.PAID: _("待发货"),
    OrderStatus.SHIPPED: _("待收货"),
    OrderStatus.RECEIVED: _("已收货"),
    OrderStatus.COMPLETED: _("已完成"),
    OrderStatus.CANCELLED: _("已取消"),
    OrderStatus.CLOSED: _("已关闭"),
}
ADVICE = {
    OrderStatus.AWAITING_PAYMENT: _("请在规定时间内付款，逾期订单会自动关闭。"),
    OrderStatus.PAID: _("商家正在备货，发货后这里会显示物流信息。"),
    OrderStatus.SHIPPED: _("商品正在路上，收到后请确认收货。"),
    OrderStatus.RECEIVED: _("感谢您的购买，如有问题可申请售后。"),
    OrderStatus.COMPLETED: _("订单已完成，感谢您的购买。"),
    OrderStatus.CANCELLED: _("订单已取消。"),
    OrderStatus.CLOSED: _("订单已关闭。"),
}
SIGNS = {
    OrderStatus.AWAITING_PAYMENT: "wallet",
    OrderStatus.PAID: "box",
    OrderStatus.SHIPPED: "truck",
    OrderStatus.RECEIVED: "done",
    OrderStatus.COMPLETED: "done",
    OrderStatus.CANCELLED: "close",
    OrderStatus.CLOSED: "close",
}
TONES = {
    OrderStatus.AWAITING_PAYMENT: "tag_bad",
    OrderStatus.PAID: "tag_warm",
    OrderStatus.SHIPPED: "tag_warm",
    OrderStatus.RECEIVED: "tag_ok",
    OrderStatus.COMPLETED: "tag_ok",
}
STEP_NAMES = {
    "": _("提交订单"),
    OrderStatus.AWAITING_PAYMENT: _("提交订单"),
    OrderStatus.PAID: _("付款成功"),
    OrderStatus.SHIPPED: _("商家已发货"),
    OrderStatus.RECEIVED: _("确认收货"),
    OrderStatus.COMPLETED: _("订单完成"),
    OrderStatus.CANCELLED: _("订单取消"),
    OrderStatus.CLOSED: _("订单关闭"),
}
LATE = _("超过付款时间，订单已自动关闭；仍想购买请点“再次购买”。")
REFUNDABLE = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.RECEIVED)

REVIEWABLE = (OrderStatus.RECEIVED, OrderStatus.COMPLETED)

REFUND_NAMES = {"requested": _("待处理"), "refunded": _("已退款"), "rejected": _("已拒绝")}
REFUND_TONES = {"requested": "tag_warm", "refunded": "tag_ok", "rejected": "tag_bad"}


def dress(orders: Sequence[Order]) -> Sequence[Order]:
    """Give each order what the templates ask of it. Two statements, however many orders there are."""
    lines: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in lines_with_pictures().filter(order__in=lines):
        line.picture = picture_url(line.cover)
        line.product_public_id = line.product.public_id
        lines[line.order_id].append(line)
    for order in orders:
        order.shown_lines = lines[order.pk]
        order.pieces = sum(line.quantity for line in order.shown_lines)
        order.is_late = was_late(order)
        status = OrderStatus.CLOSED if order.is_late else OrderStatus(order.status)
        order.status_name, order.sign, order.tone = STATUS_NAMES[status], SIGNS[status], TONES.get(status, "")
        order.advice = LATE if order.is_late else ADVICE[status]
        order.may_pay = order.may_cancel = status == OrderStatus.AWAITING_PAYMENT
        order.may_receive = order.status == OrderStatus.SHIPPED
        order.may_refund = order.status in REFUNDABLE and order.refunded_fen < order.total_fen
        order.may_review = order.status in REVIEWABLE and any(
            not line.is_reviewed and line.refunded_quantity < line.quantity for line in order.shown_lines
        )
        order.may_invoice = order.paid_at is not None and order.refunded_fen < order.total_fen
        order.may_buy_again = status != OrderStatus.AWAITING_PAYMENT
    return orders


def was_late(order: Order) -> bool:
    """Whether an order ran out of its time to be paid, also while the timer that closes it has not come round."""
    if order.status == OrderStatus.AWAITING_PAYMENT:
        return order.expires_at <= clock.now()
    return order.status == OrderStatus.CLOSED and order.paid_at is None


def lines_with_pictures() -> QuerySet[OrderLine]:
    """Order lines with their product, its first picture, and whether they have been reviewed."""
    cover = ProductPicture.objects.filter(product=OuterRef("product")).order_by("position", "id").values("file")[:1]
    return (
        OrderLine.objects.select_related("product")
        .annotate(cover=Subquery(cover), is_reviewed=Exists(Review.objects.filter(line=OuterRef("pk"))))
        .order_by("position", "id")
    )


def steps(order: Order) -> list[dict[str, Any]]:
    """What has happened to an order, newest first."""
    changes = order.changes.order_by("-id").values_list("after", "at")
    return [{"name": STEP_NAMES.get(after, after), "at": at} for after, at in changes]


def refunds(order: Order) -> list[Refund]:
    """The order's refunds, newest first, with what the template asks of each."""
    found = list(Refund.objects.filter(order=order).order_by("-id"))
    for refund in found:
        refund.status_name, refund.tone = REFUND_NAMES[refund.status], REFUND_TONES[refund.status]
        # What staff wrote down of a transfer is theirs; why they refused is the buyer's.
        refund.why = refund.decision_note if refund.status == "rejected" else ""
    return found
