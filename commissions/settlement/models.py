"""What a conversion pays: the computation that is kept, and one commission per level."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from commissions.plans.models import PlanVersion
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField
from members.models import Member
from referrals.clicks.models import Reason
from referrals.conversions.models import Conversion, ConversionKind


class Settlement(MallModel):
    """The computation of one conversion under its plan version; its row is the conversion's lock.

    The trace holds everything the amounts follow from, so that the order can be computed again
    years later. revision counts the journals posted for it and makes their keys.
    """

    conversion = MallForeignKey(Conversion, db_index=False)
    plan = MallForeignKey(PlanVersion, db_index=False)
    revision = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True, help_text="why it pays nothing")
    trace = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "conversion"], name="commissions_settlement_once")]


class Commission(MallModel):
    """What one beneficiary earns at one level of one conversion.

    The amounts are running totals of what the ledger has posted; the state follows from them
    and from released_at, it is not stored.
    """

    public_id = PublicIdField()
    conversion = MallForeignKey(Conversion, db_index=False)
    kind = models.CharField(max_length=12, choices=ConversionKind.choices)
    level = models.PositiveSmallIntegerField()
    beneficiary = MallForeignKey(Member, db_index=False)
    base_fen = models.BigIntegerField(help_text="what still stands after refunds")
    rate_bps = models.PositiveIntegerField(null=True, help_text="null where flat, or where lines differ")
    accrued_fen = models.BigIntegerField()
    reversed_fen = models.BigIntegerField(default=0)
    occurred_at = models.DateTimeField()
    releases_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_reason = models.CharField(max_length=100, blank=True)
    ended_reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="commissions_commission_public_id_once"),
            models.UniqueConstraint(
                fields=["mall", "conversion", "beneficiary", "level"], name="commissions_commission_once"
            ),
            models.UniqueConstraint(fields=["mall", "conversion", "level"], name="commissions_commission_level_once"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=3), name="commissions_commission_level_bounded"
            ),
            models.CheckConstraint(
                condition=Q(kind="order") | Q(level=1), name="commissions_commission_heads_level_1_only"
            ),
            models.CheckConstraint(
                condition=Q(accrued_fen__gt=0, reversed_fen__gte=0, reversed_fen__lte=F("accrued_fen")),
                name="commissions_commission_amounts_sane",
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "beneficiary", "-id"], name="commissions_of_beneficiary"),
            models.Index(
                fields=["mall", "releases_at"],
                condition=Q(released_at__isnull=True, releases_at__isnull=False),
                name="commissions_to_release",
            ),
        ]

    @property
    def amount_fen(self) -> int:
        """What stands after reversals."""
        return self.accrued_fen - self.reversed_fen

    @property
    def state(self) -> str:
        """pending, available, reversed or held."""
        if self.amount_fen == 0:
            return "reversed"
        if self.released_at is not None:
            return "available"
        return "held" if self.held_at is not None else "pending"


class CapUsage(MallModel):
    """What a promoter has used of his daily cap on clicks or registrations."""

    member = MallForeignKey(Member, db_index=False)
    kind = models.CharField(max_length=12, choices=ConversionKind.choices)
    day = models.DateField()
    used_fen = models.BigIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "member", "kind", "day"], name="commissions_cap_once"),
            models.CheckConstraint(condition=Q(used_fen__gte=0), name="commissions_cap_not_negative"),
        ]


class BudgetUsage(MallModel):
    """What a mall has used of a month's budget for clicks and registrations."""

    month = models.DateField(help_text="its first day, in the mall's time zone")
    used_fen = models.BigIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "month"], name="commissions_budget_once"),
            models.CheckConstraint(condition=Q(used_fen__gte=0), name="commissions_budget_not_negative"),
        ]
