"""The ledger: accounts, journals and entries in integer fen of CNY. Append-only (triggers).

Signs: an entry's amount is positive where the account's balance grows. A member's balance is what
the mall owes him; his debt is negative. Every journal sums to 0, so the mall's accounts carry the
other side. Only commissions.ledger.posting writes these tables.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.tenancy.models import MallForeignKey, MallModel
from members.models import Member


class AccountKind(models.TextChoices):
    """The first four are a member's, with a maintained balance; the last three are the mall's, without."""

    PENDING = "pending", _("待结算")
    AVAILABLE = "available", _("可提现")
    IN_TRANSIT = "in_transit", _("提现中")
    DEBT = "debt", _("待抵扣")
    EXPENSE = "expense", _("佣金支出")
    PAID_OUT = "paid_out", _("已付佣金")
    WRITE_OFF = "write_off", _("坏账核销")


MEMBER_KINDS = ("pending", "available", "in_transit", "debt")
MALL_KINDS = ("expense", "paid_out", "write_off")


class Account(MallModel):
    """A place money stands. The mall's own accounts keep no balance: theirs would be the hot row."""

    kind = models.CharField(max_length=12, choices=AccountKind.choices)
    member = MallForeignKey(Member, null=True, blank=True, db_index=False)
    currency = models.CharField(max_length=3, default="CNY")
    balance_fen = models.BigIntegerField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["mall", "member", "kind"], name="commissions_account_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(currency="CNY"), name="commissions_account_cny"),
            models.CheckConstraint(
                condition=Q(kind__in=MEMBER_KINDS, member__isnull=False, balance_fen__isnull=False)
                | Q(kind__in=MALL_KINDS, member__isnull=True, balance_fen__isnull=True),
                name="commissions_account_owner",
            ),
            models.CheckConstraint(
                condition=Q(balance_fen__isnull=True)
                | Q(kind="debt", balance_fen__lte=0)
                | (~Q(kind="debt") & Q(balance_fen__gte=0)),
                name="commissions_account_never_negative",
            ),
        ]


class Journal(MallModel):
    """One balanced movement of money, made by one event under one key."""

    event_type = models.CharField(max_length=24, help_text="accrue, reverse, release, payout_hold, …")
    event_key = models.CharField(max_length=64)
    conversion_id = models.BigIntegerField(null=True, blank=True)
    payout_id = models.BigIntegerField(null=True, blank=True)
    entry_count = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "event_type", "event_key"], name="commissions_journal_once"),
            models.CheckConstraint(condition=Q(entry_count__gte=2), name="commissions_journal_two_entries"),
        ]
        indexes = [models.Index(fields=["mall", "conversion_id"], name="commissions_journal_conversion")]


class Entry(MallModel):
    """One side of a journal: so many fen into (+) or out of (-) one account."""

    journal = MallForeignKey(Journal, db_index=False)
    account = MallForeignKey(Account, db_index=False)
    currency = models.CharField(max_length=3, default="CNY")
    amount_fen = models.BigIntegerField()

    class Meta(MallModel.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="commissions_entry_not_zero"),
            models.CheckConstraint(condition=Q(currency="CNY"), name="commissions_entry_cny"),
        ]
        indexes = [
            models.Index(fields=["mall", "journal"], name="commissions_entry_journal"),
            models.Index(fields=["mall", "account", "id"], name="commissions_entry_account"),
        ]
