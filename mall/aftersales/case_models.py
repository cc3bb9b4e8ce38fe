"""After-sales cases (售后单): what a buyer complains of, and the steps until it is settled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.aftersales.models import Refund
from mall.orders.models import Order, OrderLine
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Case(MallModel):
    """One complaint about lines of an order. While it is open the order releases no commission.

    refund: the money it claims, filed together with it, so that nothing else can claim it; empty for
    exchange and repair. deadline_at: when the next step is due, or the clock takes it.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("仅退款")
        RETURN = "return", _("退货退款")
        EXCHANGE = "exchange", _("换货")
        REPAIR = "repair", _("维修")

    class Status(models.TextChoices):
        REQUESTED = "requested", _("待商家处理")
        AWAITING_RETURN = "awaiting_return", _("待买家寄回")
        RETURNING = "returning", _("买家已寄回")
        RESENDING = "resending", _("商家处理中")
        RESENT = "resent", _("商家已寄出")
        DONE = "done", _("已完成")
        REJECTED = "rejected", _("已拒绝")
        WITHDRAWN = "withdrawn", _("已撤销")

    public_id = PublicIdField()
    order = MallForeignKey(Order, related_name="cases")
    number = models.CharField(max_length=32)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.REQUESTED)
    refund = MallForeignKey(Refund, null=True, blank=True, db_index=False)
    reason = models.CharField(max_length=200)
    decision_note = models.CharField(max_length=200, blank=True)
    return_to = models.CharField(max_length=300, blank=True, help_text="where the goods go back to")
    return_carrier = models.CharField(max_length=40, blank=True)
    return_number = models.CharField(max_length=40, blank=True)
    resend_carrier = models.CharField(max_length=40, blank=True)
    resend_number = models.CharField(max_length=40, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_case_public_id_once"),
            models.UniqueConstraint(fields=["mall", "number"], name="mall_case_number_once"),
            models.UniqueConstraint(fields=["mall", "refund"], name="mall_case_refund_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["refund", "return", "exchange", "repair"]), name="mall_case_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, status__in=["done", "rejected", "withdrawn"])
                | Q(
                    closed_at__isnull=True,
                    status__in=["requested", "awaiting_return", "returning", "resending", "resent"],
                ),
                name="mall_case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["refund", "return"], refund__isnull=False)
                | Q(kind__in=["exchange", "repair"], refund__isnull=True),
                name="mall_case_money_by_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "status", "-id"], name="mall_case_by_status"),
            models.Index(fields=["mall", "order"], condition=Q(closed_at__isnull=True), name="mall_case_open"),
            models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="mall_case_due"),
        ]

    @property
    def is_overdue(self) -> bool:
        """Whether the merchant let his time pass: the clock has taken the deadline of his turn away."""
        merchants_turn = self.status in {self.Status.REQUESTED, self.Status.RETURNING, self.Status.RESENDING}
        return merchants_turn and self.deadline_at is None


class CaseLine(MallModel):
    """The pieces of one order line that a case is about."""

    case = MallForeignKey(Case, related_name="lines", db_index=False)
    line = MallForeignKey(OrderLine)
    quantity = models.PositiveIntegerField()

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "case", "line"], name="mall_case_line_once"),
        ]


class CasePicture(MallModel):
    """Evidence; shown to the buyer and to staff only."""

    case = MallForeignKey(Case, related_name="pictures", db_index=False)
    file = models.CharField(max_length=200, help_text="Path below MEDIA_ROOT, beginning with the mall's id")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "case", "position"], name="mall_case_picture_once"),
        ]


class CaseStep(MallModel):
    """One step of a case, with who took it."""

    case = MallForeignKey(Case, related_name="steps", db_index=False)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    actor = models.CharField(max_length=60, help_text="buyer:<id>, staff:<id> or system")
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "case", "id"], name="mall_case_steps")]
