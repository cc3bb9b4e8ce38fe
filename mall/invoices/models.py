"""Invoice requests (发票): asked for by the buyer, issued by the merchant outside, marked here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.orders.models import Order
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class InvoiceRequest(MallModel):
    """What a buyer wants on the invoice of an order, and whether it has been issued."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("待开票")
        ISSUED = "issued", _("已开票")
        REFUSED = "refused", _("未开票")

    public_id = PublicIdField()
    order = MallForeignKey(Order, db_index=False)
    title = models.CharField(max_length=100)
    tax_number = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    number = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_invoice_public_id_once"),
            models.UniqueConstraint(fields=["mall", "order"], name="mall_invoice_order_once"),
        ]

    @property
    def worth_fen(self) -> int:
        """What the invoice is about: what is still paid."""
        return self.order.total_fen - self.order.refunded_fen
