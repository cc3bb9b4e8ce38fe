"""Orders: what was bought, by whom, for how much, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Product, Sku
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class OrderStatus(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("待付款")
    PAID = "paid", _("待发货")
    SHIPPED = "shipped", _("待收货")
    RECEIVED = "received", _("已收货")
    COMPLETED = "completed", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    CLOSED = "closed", _("已关闭")


class Order(MallModel):
    """One order. Its status moves only through mall.orders.transitions, by compare-and-set."""

    # Set by who has just placed it and would only read them again.
    placed_lines: list[OrderLine] | None = None

    public_id = PublicIdField()
    number = models.CharField(max_length=32)
    buyer = MallForeignKey(Buyer, db_index=False)
    status = models.CharField(max_length=20, choices=OrderStatus.choices, default=OrderStatus.AWAITING_PAYMENT)
    goods_fen = models.BigIntegerField()
    discount_fen = models.BigIntegerField(default=0)
    freight_fen = models.BigIntegerField(default=0)
    total_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    # The referrals floor's visitor key as it came with the order; opaque down here.
    visitor_key = models.CharField(max_length=64, blank=True)
    # Staff may be told apart from customers only at this moment (count_staff_visits, self-purchase).
    placed_by_staff = models.BooleanField(default=False)
    carrier = models.CharField(max_length=40, blank=True)
    tracking_number = models.CharField(max_length=40, blank=True)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_order_public_id_once"),
            models.UniqueConstraint(fields=["mall", "number"], name="mall_order_number_once"),
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="mall_order_status_known"),
            models.CheckConstraint(
                condition=Q(total_fen=F("goods_fen") - F("discount_fen") + F("freight_fen")), name="mall_order_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("total_fen")), name="mall_order_refund_bounded"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting_payment", "cancelled", "closed"]) | Q(paid_at__isnull=False),
                name="mall_order_paid_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "buyer", "-id"], name="mall_order_of_buyer"),
            models.Index(fields=["mall", "status", "-id"], name="mall_order_by_status"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(MallModel):
    """One SKU of an order. paid_fen is what the line really paid after its share of every discount."""

    public_id = PublicIdField()
    order = MallForeignKey(Order, related_name="lines")
    sku = MallForeignKey(Sku)
    product = MallForeignKey(Product)
    name = models.CharField(max_length=120)
    specs = models.JSONField(default=dict)
    quantity = models.PositiveIntegerField()
    price_fen = models.BigIntegerField(help_text="of one piece, as sold")
    paid_fen = models.BigIntegerField(help_text="of the whole line, without freight")
    freight_fen = models.BigIntegerField(default=0, help_text="the line's share of the order's freight")
    refunded_fen = models.BigIntegerField(default=0)
    refunded_quantity = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_line_public_id_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="mall_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, refunded_fen__gte=0, refunded_fen__lte=F("paid_fen") + F("freight_fen")),
                name="mall_line_refund_bounded",
            ),
        ]


class OrderAddress(MallModel):
    """Where an order goes. Personal data, kept apart so that it can be erased."""

    order = MallForeignKey(Order, related_name="addresses", db_index=False)
    name = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    province = models.CharField(max_length=40)
    city = models.CharField(max_length=40)
    district = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "order"], name="mall_order_address_once")]


class OrderChange(MallModel):
    """One step of an order's life, with who took it."""

    order = MallForeignKey(Order, related_name="changes", db_index=False)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    actor = models.CharField(max_length=60, help_text="buyer:<id>, staff:<id> or system")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "order", "id"], name="mall_order_changes")]


class IdempotencyKey(MallModel):
    """The answer a POST that costs money gave first, under the key its client chose."""

    principal = models.CharField(max_length=60, help_text="buyer:<id> or staff:<id>")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 over method, path and body")
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status; null while it is being worked on")
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "principal", "key"], name="mall_idempotency_once")]
