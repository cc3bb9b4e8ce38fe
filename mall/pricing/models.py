"""What each step of the price pipeline took from an order line, kept for good."""

from __future__ import annotations

from django.db import models

from mall.orders.models import OrderLine
from mall.tenancy.models import MallForeignKey, MallModel


class LineStep(MallModel):
    """One step's part of one line: limited price, member price, threshold discount, coupon or freight share."""

    line = MallForeignKey(OrderLine, related_name="steps", db_index=False)
    step = models.CharField(max_length=20, help_text="limited, member, threshold, coupon")
    amount_fen = models.BigIntegerField(help_text="what the step took off the line, 0 and more")
    label = models.CharField(max_length=80, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True, help_text="the promotion or coupon that took it")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "line", "step"], name="mall_line_step_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gte=0), name="mall_line_step_not_negative"),
        ]
