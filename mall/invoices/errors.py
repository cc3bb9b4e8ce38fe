"""What is refused about invoices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadInvoice(BadInput):
    """400: a title, tax number or e-mail that cannot be meant; `field` says which."""


class NothingToInvoice(Conflict):
    """409: not paid, or all of it refunded."""

    code = "nothing_to_invoice"
    message = _("订单付款后才能申请发票；已全额退款的订单不能开票。")


class InvoiceDecided(Conflict):
    """409: issued already."""

    code = "invoice_decided"
    message = _("这张发票已开具，如需更改请联系客服。")
