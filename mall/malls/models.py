"""A mall: one merchant's own shop, the tenant everything else belongs to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.tenancy.context import require_mall_id
from mall.tenancy.models import MallModel, PublicIdField, require_own_row


class ThisMall(models.Manager):
    """The mall in force, and no other. Raises MallNotSet outside of any mall."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(pk=require_mall_id("mall.Mall"))


class Mall(models.Model):
    """One tenant. Its row is visible only while acting for it (row-level security on its id)."""

    class Status(models.TextChoices):
        OPEN = "open", _("营业中")
        SUSPENDED = "suspended", _("已停用")

    public_id = PublicIdField(unique=True)
    slug = models.SlugField(max_length=40, db_index=False)
    name = models.CharField(max_length=60)
    notice = models.CharField(max_length=200, blank=True)
    service_phone = models.CharField(max_length=20, blank=True)
    service_wechat = models.CharField(max_length=40, blank=True)
    service_hours = models.CharField(max_length=60, blank=True)
    licence = models.CharField(max_length=120, blank=True, help_text="the business licence as it must be shown")
    returns_promise = models.CharField(max_length=200, blank=True)
    returns_address = models.CharField(max_length=300, blank=True)
    # What payment costs the merchant, and the least he wants to keep of a promotion's price.
    payment_fee_bps = models.PositiveIntegerField(default=60)
    promotion_margin_bps = models.PositiveIntegerField(default=0)
    # mall.sealing: the address of the group's robot. Written, never shown again.
    webhook_sealed = models.TextField(blank=True)
    rules_accepted_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    brand_color = models.CharField(max_length=7, default="#07c160")
    phone_proof_required = models.BooleanField(default=True)
    four_eyes_payouts = models.BooleanField(default=False)
    unpaid_close_minutes = models.PositiveIntegerField(default=30)
    auto_receive_days = models.PositiveIntegerField(default=10)
    after_sales_days = models.PositiveIntegerField(default=7)
    payout_min_fen = models.BigIntegerField(default=100)
    bank_instructions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()

    objects = ThisMall()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="mall_slug_once"),
            models.CheckConstraint(condition=Q(status__in=["open", "suspended"]), name="mall_status_known"),
            models.CheckConstraint(condition=Q(payout_min_fen__gte=1), name="mall_payout_min_positive"),
            models.CheckConstraint(
                condition=Q(payment_fee_bps__lt=10_000, promotion_margin_bps__lt=10_000), name="mall_promotion_bps_sane"
            ),
            models.CheckConstraint(condition=Q(brand_color__regex=r"^#[0-9a-fA-F]{6}$"), name="mall_brand_color_hex"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        require_own_row(self, self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        require_own_row(self, self.pk)
        return super().delete(*args, **kwargs)


class MallHost(MallModel):
    """A host name that leads to a mall; one of them is where its links point."""

    host = models.CharField(max_length=253)
    is_primary = models.BooleanField(default=False)

    class Meta(MallModel.Meta):
        constraints = [
            # Installation-wide on purpose: the host name is what decides the mall.
            models.UniqueConstraint(fields=["host"], name="mall_host_once"),
            models.UniqueConstraint(fields=["mall"], condition=Q(is_primary=True), name="mall_host_one_primary"),
            models.CheckConstraint(condition=Q(host=models.functions.Lower("host")), name="mall_host_lower_case"),
        ]

    def __str__(self) -> str:
        return self.host
