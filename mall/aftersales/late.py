"""Money that came for an order nobody wants any more: it is owed back from the first moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mall.aftersales.claims import Claim, left_of
from mall.aftersales.filing import file_refund
from mall.aftersales.models import Refund
from mall.orders.models import Order

if TYPE_CHECKING:
    from mall.payments.models import Payment


def owe_back(*, order: Order, payment: Payment) -> Refund:
    """Ask for a refund of the whole order in the buyer's name. The order's row must be locked."""
    claims = [Claim(left.line, left.amount_fen, left.quantity) for left in left_of(order).values() if left.amount_fen]
    return file_refund(
        order=order,
        claims=claims,
        reason=_("付款 %(number)s 到账时订单已关闭，应退回全款") % {"number": payment.number},
    )
