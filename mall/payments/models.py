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


class TransferProof(MallModel):
    """What somebody shows of a bank transfer: a picture, the bank's serial number, and what staff found of it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("待核对")
        ACCEPTED = "accepted", _("已到账")
        REFUSED = "refused", _("未通过")

    public_id = PublicIdField()
    payment = MallForeignKey(Payment, related_name="proofs")
    # Shown to its payer and to staff only. Path below MEDIA_ROOT, beginning with the mall's id.
    file = models.CharField(max_length=200, blank=True)
    serial = models.CharField(max_length=64, blank=True)
    uploaded_by = models.CharField(max_length=60, help_text="buyer:<id> or staff:<id>")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    received_fen = models.BigIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    uploaded_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_proof_public_id_once"),
            # One transfer pays one order, whoever shows it.
            models.UniqueConstraint(
                fields=["mall", "serial"],
                condition=~Q(serial="") & ~Q(status="refused"),
                name="mall_proof_serial_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "accepted", "refused"]), name="mall_proof_status_known"
            ),
            models.CheckConstraint(
                condition=Q(received_fen__isnull=True) | Q(received_fen__gt=0), name="mall_proof_received_positive"
            ),
        ]
