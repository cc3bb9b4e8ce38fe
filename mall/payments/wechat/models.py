"""WeChat Pay: a mall's merchant account, what was asked of WeChat, what WeChat told, and the bills of both compared."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.aftersales.models import Refund
from mall.buyers.models import Buyer
from mall.payments.models import Payment
from mall.tenancy.models import MallForeignKey, MallModel


class WeChatAccount(MallModel):
    """The merchant's account with WeChat Pay; one of a mall. `sealed` opens through accounts.py only."""

    appid = models.CharField(max_length=32)
    mini_appid = models.CharField(max_length=32, blank=True)
    mchid = models.CharField(max_length=32)
    merchant_serial = models.CharField(max_length=64)
    # mall.sealing: private_key, api_v3_key, platform_keys {serial: PEM}. Written, never shown again.
    sealed = models.TextField()
    is_active = models.BooleanField(default=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall"], name="mall_wechat_account_once")]


class WeChatIdentity(MallModel):
    """A buyer as one of the mall's WeChat apps knows him. One openid is one buyer inside a mall."""

    buyer = MallForeignKey(Buyer, db_index=False)
    appid = models.CharField(max_length=32)
    openid = models.CharField(max_length=128)
    linked_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "appid", "openid"], name="mall_wechat_identity_once"),
        ]
        indexes = [models.Index(fields=["mall", "buyer"], name="mall_wechat_identity_of_buyer")]


class WeChatTrade(MallModel):
    """What WeChat was told of a payment, and when it is to be asked next; no due_at: nothing is open."""

    payment = MallForeignKey(Payment, db_index=False)
    trade_type = models.CharField(max_length=10)
    appid = models.CharField(max_length=32)
    mchid = models.CharField(max_length=32)
    openid = models.CharField(max_length=128, blank=True)
    # WeChat's word: NOTPAY, SUCCESS, CLOSED, …
    state = models.CharField(max_length=20, blank=True)
    times_asked = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "payment"], name="mall_wechat_trade_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mall_wechat_trade_due"),
        ]


class WeChatRefund(MallModel):
    """Money on its way back through WeChat. Written before the first call, so that its number is fixed.

    refund: the after-sales refund it carries out; empty for a second payment of an order, which goes back at once.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("待提交")
        PROCESSING = "processing", _("退款中")
        SUCCEEDED = "succeeded", _("已退款")
        FAILED = "failed", _("退款失败")

    payment = MallForeignKey(Payment)
    refund = MallForeignKey(Refund, null=True, blank=True)
    number = models.CharField(max_length=32)
    amount_fen = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    provider_reference = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    times_asked = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    succeeded_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "number"], name="mall_wechat_refund_number_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="mall_wechat_refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "processing", "succeeded", "failed"]),
                name="mall_wechat_refund_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mall_wechat_refund_due"),
        ]


class Notification(MallModel):
    """What a provider sent us, as it came. Only a verified one is acted on, once; forged ones are samples."""

    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    notify_id = models.CharField(max_length=64)
    body = models.BinaryField()
    headers = models.JSONField()
    verified = models.BooleanField(default=False)
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            # Only among the verified: a forger who guessed an id must not keep the real one out.
            models.UniqueConstraint(
                fields=["mall", "provider", "notify_id"], condition=Q(verified=True), name="mall_notification_once"
            ),
        ]
        indexes = [models.Index(fields=["mall", "-received_at"], name="mall_notification_by_time")]


class ForgedNotifications(MallModel):
    """How many notifications of a day did not verify; the first of them are kept as samples."""

    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "day"], name="mall_forged_notifications_once")]


class Bill(MallModel):
    """WeChat's trade bill of a day, compared with our books."""

    day = models.DateField()
    payments = models.PositiveIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    refunds = models.PositiveIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, help_text="SHA-1 of the file, as WeChat gave it")
    compared_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "day"], name="mall_bill_once")]


class BillDifference(MallModel):
    """Where a bill and our books do not say the same."""

    class Kind(models.TextChoices):
        OURS_MISSING = "ours_missing", _("账单有，商城没有")
        THEIRS_MISSING = "theirs_missing", _("商城有，账单没有")
        AMOUNT_DIFFERS = "amount_differs", _("金额不一致")

    class Subject(models.TextChoices):
        PAYMENT = "payment", _("付款")
        REFUND = "refund", _("退款")

    bill = MallForeignKey(Bill, related_name="differences", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    subject = models.CharField(max_length=8, choices=Subject.choices)
    number = models.CharField(max_length=64)
    provider_reference = models.CharField(max_length=64, blank=True)
    ours_fen = models.BigIntegerField(null=True, blank=True)
    theirs_fen = models.BigIntegerField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "bill", "subject", "number"], name="mall_bill_difference_once"),
        ]
