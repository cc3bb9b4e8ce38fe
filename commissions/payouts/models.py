"""Payouts: money on its way from the mall to a member."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField
from members.models import Member


class Payee(MallModel):
    """Where a member wants his money. Name, account and bank are encrypted at rest."""

    public_id = PublicIdField()
    member = MallForeignKey(Member)
    method = models.CharField(max_length=10, default="bank")
    sealed = models.TextField(help_text="encrypted JSON: name, account, bank")
    masked = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="commissions_payee_public_id_once"),
            models.CheckConstraint(condition=Q(method__in=["bank"]), name="commissions_payee_method_known"),
        ]


class PayoutStatus(models.TextChoices):
    REQUESTED = "requested", _("待审核")
    APPROVED = "approved", _("待打款")
    SETTLED = "settled", _("已到账")
    REJECTED = "rejected", _("已退回")


class Payout(MallModel):
    """One withdrawal: requested (money held), approved, then settled with evidence, or rejected."""

    public_id = PublicIdField()
    number = models.CharField(max_length=32, help_text="fixed before the first transfer call")
    member = MallForeignKey(Member, db_index=False)
    payee = MallForeignKey(Payee)
    amount_fen = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=PayoutStatus.choices, default=PayoutStatus.REQUESTED)
    evidence = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="commissions_payout_public_id_once"),
            models.UniqueConstraint(fields=["mall", "number"], name="commissions_payout_number_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="commissions_payout_positive"),
            models.CheckConstraint(condition=Q(status__in=PayoutStatus.values), name="commissions_payout_status_known"),
            models.CheckConstraint(
                condition=~Q(status="settled") | ~Q(evidence=""), name="commissions_payout_settled_has_evidence"
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "status", "-id"], name="commissions_payout_by_status"),
            models.Index(fields=["mall", "member", "-id"], name="commissions_payout_of_member"),
        ]
