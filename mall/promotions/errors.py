"""What is refused about promotions."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, Missing


class BadPromotion(BadInput):
    """400: a promotion nobody could mean; `field` says where."""


class CostRequired(BadInput):
    """400: without a cost price there is no floor."""

    code = "cost_required"
    field = "sku"
    message = _("请先填写成本价，再设置促销价。")


class BelowFloor(BadInput):
    """400: the price would lose money; `basis` is the computation."""

    code = "below_floor"
    field = "price_fen"

    def __init__(self, message: str | Promise, *, basis: dict[str, Any], field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.more = {"basis": basis}


class SellsAtLoss(BadInput):
    """400: in the worst order it loses money, and nobody has said why; `basis` is the computation."""

    code = "sells_at_a_loss"
    field = "loss_reason"

    def __init__(self, message: str | Promise, *, basis: dict[str, Any]) -> None:
        super().__init__(message)
        self.more = {"basis": basis}


class SkuNotThere(Missing):
    """404: no such SKU in this mall."""

    field = "sku"


class TimedAlready(Conflict):
    """409: the SKU has a limited-time price in those days; `conflict` is its id."""

    code = "timed_already"
    field = "sku"

    def __init__(self, message: str | Promise, *, conflict: str) -> None:
        super().__init__(message)
        self.more = {"conflict": conflict}


class PromotionClosed(Conflict):
    """409: it is over, and what is over does not come back."""

    code = "promotion_closed"
    message = _("活动已结束，不能再修改；请新建一个活动。")


class ExtendedAlready(Conflict):
    """409: an end that keeps moving is no end."""

    code = "extended_already"
    field = "ends_at"
    message = _("活动只能延期一次，请在结束后新建活动。")
