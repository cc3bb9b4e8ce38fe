"""Conversions: the clicks, registrations and orders that links brought, attributed once and for all."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.orders.models import Order
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField
from members.models import Member
from referrals.clicks.models import Click, Reason
from referrals.links.models import ShareLink


class ConversionKind(models.TextChoices):
    CLICK = "click", _("点击")
    REGISTRATION = "registration", _("注册")
    ORDER = "order", _("订单")


class Conversion(MallModel):
    """Who is credited for one click, registration or order; frozen when it happened.

    promoter is who brought it, also where he is the buyer himself and earns nothing by it. level_1..level_3
    are the beneficiaries as attribution saw them (level 1 the promoter, then his referrers), empty where
    a level is the buyer himself; how many of them are paid, and how much, is the commissions floor's business.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=12, choices=ConversionKind.choices)
    # One row per click: every index is paid for by the thousand, so there are those that answer a question.
    click = MallForeignKey(Click, null=True, blank=True, db_index=False)
    member = MallForeignKey(Member, null=True, blank=True, db_index=False, help_text="the member who registered")
    order = MallForeignKey(Order, null=True, blank=True, db_index=False)
    link = MallForeignKey(ShareLink, null=True, blank=True, db_index=False)
    rule = models.CharField(max_length=20, help_text="last_click, bound, direct, self or none")
    promoter = MallForeignKey(Member, null=True, blank=True, db_index=False)
    level_1 = MallForeignKey(Member, null=True, blank=True, db_index=False)
    level_2 = MallForeignKey(Member, null=True, blank=True, db_index=False)
    level_3 = MallForeignKey(Member, null=True, blank=True, db_index=False)
    customer = MallForeignKey(
        Member, null=True, blank=True, db_index=False, help_text="who clicked, joined or bought, if a member"
    )
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True, help_text="why it cannot pay at all")
    trace = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="referrals_conversion_public_id_once"),
            models.UniqueConstraint(fields=["mall", "click"], name="referrals_conversion_click_once"),
            models.UniqueConstraint(
                fields=["mall", "member"], condition=Q(kind="registration"), name="referrals_conversion_member_once"
            ),
            models.UniqueConstraint(fields=["mall", "order"], name="referrals_conversion_order_once"),
            models.CheckConstraint(
                condition=Q(kind="click", click__isnull=False, member__isnull=True, order__isnull=True)
                | Q(kind="registration", click__isnull=True, member__isnull=False, order__isnull=True)
                | Q(kind="order", click__isnull=True, member__isnull=True, order__isnull=False),
                name="referrals_conversion_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(kind="order") | Q(level_2__isnull=True, level_3__isnull=True),
                name="referrals_conversion_heads_level_1_only",
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "promoter", "-id"], name="referrals_conversion_of_owner"),
            models.Index(fields=["mall", "kind", "-id"], name="referrals_conversion_by_kind"),
            models.Index(fields=["mall", "link"], name="referrals_conversion_of_link"),
        ]
