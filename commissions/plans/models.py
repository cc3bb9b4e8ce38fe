"""The commission plan: what a mall pays, in versions that never change."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.catalogue.models import Category, Product, Sku
from mall.staff.models import User
from mall.tenancy.models import MallForeignKey, MallModel


class PlanVersion(MallModel):
    """One version of a mall's plan. Orders keep the version they were placed under."""

    class Attribution(models.TextChoices):
        LAST_CLICK = "last_click", _("最后点击")
        BOUND_FIRST = "bound_first", _("绑定优先")

    version = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    order_levels_bps = ArrayField(models.PositiveIntegerField(), default=list)
    click_fen = models.BigIntegerField(default=0)
    registration_fen = models.BigIntegerField(default=0)
    budget_month_fen = models.BigIntegerField(null=True, blank=True)
    click_cap_day_fen = models.BigIntegerField(null=True, blank=True)
    registration_cap_day_fen = models.BigIntegerField(null=True, blank=True)
    ceiling_bps = models.PositiveIntegerField(default=3000)
    hold_days = models.PositiveIntegerField(default=7)
    attribution = models.CharField(max_length=12, choices=Attribution.choices, default=Attribution.LAST_CLICK)
    attribution_window_days = models.PositiveIntegerField(default=15)
    click_pays = models.CharField(max_length=4, default="new")
    self_purchase_earns = models.BooleanField(default=False)
    count_staff_visits = models.BooleanField(default=False)
    include_freight = models.BooleanField(default=False)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "version"], name="commissions_plan_version_once"),
            models.CheckConstraint(
                condition=Q(order_levels_bps__len__lte=3), name="commissions_plan_at_most_three_levels"
            ),
            models.CheckConstraint(
                condition=Q(click_fen__gte=0, registration_fen__gte=0), name="commissions_plan_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(click_fen=0, registration_fen=0) | Q(budget_month_fen__isnull=False),
                name="commissions_plan_heads_need_budget",
            ),
            models.CheckConstraint(condition=Q(ceiling_bps__lte=10_000), name="commissions_plan_ceiling_sane"),
            models.CheckConstraint(
                condition=Q(attribution__in=["last_click", "bound_first"]), name="commissions_plan_attribution_known"
            ),
            models.CheckConstraint(
                condition=Q(click_pays__in=["new", "all"]), name="commissions_plan_click_pays_known"
            ),
        ]
        indexes = [models.Index(fields=["mall", "-valid_from"], name="commissions_plan_newest")]


class PlanOverride(MallModel):
    """Rates of a plan version for one category, product or SKU; the narrowest scope wins."""

    plan = MallForeignKey(PlanVersion, related_name="overrides", db_index=False)
    category = MallForeignKey(Category, null=True, blank=True)
    product = MallForeignKey(Product, null=True, blank=True)
    sku = MallForeignKey(Sku, null=True, blank=True)
    order_levels_bps = ArrayField(models.PositiveIntegerField(), null=True, blank=True)
    order_levels_fen = ArrayField(models.BigIntegerField(), null=True, blank=True, help_text="flat, per piece")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["mall", "plan", "category", "product", "sku"],
                name="commissions_override_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=False, product__isnull=True, sku__isnull=True)
                | Q(category__isnull=True, product__isnull=False, sku__isnull=True)
                | Q(category__isnull=True, product__isnull=True, sku__isnull=False),
                name="commissions_override_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(order_levels_bps__isnull=True) ^ Q(order_levels_fen__isnull=True),
                name="commissions_override_rate_or_flat",
            ),
            models.CheckConstraint(
                condition=(Q(order_levels_bps__isnull=True) | Q(order_levels_bps__len__lte=3))
                & (Q(order_levels_fen__isnull=True) | Q(order_levels_fen__len__lte=3)),
                name="commissions_override_at_most_three_levels",
            ),
        ]
