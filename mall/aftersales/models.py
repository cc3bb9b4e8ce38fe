"""After-sales: refunds, per line and partial."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.orders.models import Order, OrderLine
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Refund(MallModel):
    """A buyer's claim on part of what he paid. Only a refunded one has moved money."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("待处理")
        REFUNDED = "refunded", _("已退款")
        REJECTED = "rejected", _("已拒绝")

    public_id = PublicIdField()
    order = MallForeignKey(Order, related_name="refunds")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    decision_note = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=32)
    requested_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_refund_public_id_once"),
            models.UniqueConstraint(fields=["mall", "number"], name="mall_refund_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "refunded", "rejected"]), name="mall_refund_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="mall_refund_amount_positive"),
        ]
        indexes = [models.Index(fields=["mall", "status", "-id"], name="mall_refund_by_status")]


class RefundLine(MallModel):
    """The part of a refund that falls on one order line."""

    refund = MallForeignKey(Refund, related_name="lines", db_index=False)
    line = MallForeignKey(OrderLine)
    amount_fen = models.BigIntegerField()
    quantity = models.PositiveIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "refund", "line"], name="mall_refund_line_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="mall_refund_line_positive"),
        ]
