"""Freight templates (运费模板): by piece or by weight, region by region."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class FreightTemplate(MallModel):
    """How the freight of a parcel is computed. One of a mall may be its default."""

    class ChargeBy(models.TextChoices):
        PIECE = "piece", _("按件数")
        WEIGHT = "weight", _("按重量（克）")

    public_id = PublicIdField()
    name = models.CharField(max_length=40)
    charge_by = models.CharField(max_length=8, choices=ChargeBy.choices, default=ChargeBy.PIECE)
    free_above_fen = models.BigIntegerField(null=True, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_freight_public_id_once"),
            models.UniqueConstraint(fields=["mall", "name"], name="mall_freight_name_once"),
            models.UniqueConstraint(fields=["mall"], condition=Q(is_default=True), name="mall_freight_one_default"),
            models.CheckConstraint(condition=Q(charge_by__in=["piece", "weight"]), name="mall_freight_charge_known"),
        ]

    def __str__(self) -> str:
        return self.name


class FreightRule(MallModel):
    """One price of a template. regions: full names, 浙江省 or 浙江省/杭州市; empty: everywhere else."""

    template = MallForeignKey(FreightTemplate, related_name="rules")
    regions = ArrayField(models.CharField(max_length=80), default=list)
    is_excluded = models.BooleanField(default=False, help_text="no delivery there")
    first_units = models.PositiveIntegerField(default=1, help_text="pieces or grams")
    first_fen = models.BigIntegerField(default=0)
    extra_units = models.PositiveIntegerField(default=1)
    extra_fen = models.BigIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(first_units__gt=0, extra_units__gt=0, first_fen__gte=0, extra_fen__gte=0),
                name="mall_freight_rule_sane",
            )
        ]
