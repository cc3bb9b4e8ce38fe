"""Notices to staff: what has come in and waits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mall import clock
from mall.tenancy.models import MallModel


class StaffNotice(MallModel):
    """Something the merchant should see: a new order, a refund, a paused promotion. One per cause."""

    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    text = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    # When the group's robot is to be told next; empty once it knows, or where there is none.
    push_due_at = models.DateTimeField(null=True, blank=True)
    times_pushed = models.PositiveSmallIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "kind", "subject_id"], name="mall_notice_once")]
        indexes = [
            models.Index(fields=["mall", "-id"], name="mall_notice_newest"),
            models.Index(fields=["push_due_at"], condition=Q(push_due_at__isnull=False), name="mall_notice_due"),
        ]
