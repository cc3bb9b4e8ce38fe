"""Payments of orders, whatever the provider."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.orders.models import Order
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Payment(MallModel):
    """One attempt to pay an order. At most one of an order succeeds (partial unique key)."""

    class Status(models.TextChoices):
        PENDING = "pending", _("待确认")
        SUCCEEDED = "succeeded", _("已支付")
        FAILED = "failed", _("失败")

    public_id = PublicIdField()
    order = MallForeignKey(Order, related_name="payments")
    provider = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    amount_fen = models.BigIntegerField()
    # Our number for it towards the provider, fixed before the first call.
    number = models.CharField(max_length=32)
    provider_reference = models.CharField(max_length=64, blank=True)
    payer = models.CharField(max_length=128, blank=True, help_text="openid or account, where the provider tells")
    instructions = models.JSONField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    succeeded_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_payment_public_id_once"),
            models.UniqueConstraint(fields=["mall", "number"], name="mall_payment_number_once"),
            models.UniqueConstraint(
                fields=["mall", "order"], condition=Q(status="succeeded"), name="mall_payment_succeeds_once"
            ),
            models.UniqueConstraint(
                fields=["mall", "provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="mall_payment_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "succeeded", "failed"]), name="mall_payment_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="mall_payment_amount_not_negative"),
        ]
