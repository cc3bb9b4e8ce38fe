"""What is refused about orders."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, DomainError, Missing


class BadOrder(BadInput):
    """400: lines, address or note cannot be meant; `field` says which."""


class SkuMissing(Missing):
    """404: no such SKU in this mall."""

    field = "lines"
    message = _("购买的商品规格不存在，请刷新商品页后重新选择。")


class NotOnSale(Conflict):
    """409: withdrawn since it was looked at."""

    code = "not_on_sale"
    field = "lines"
    message = _("商品已下架或该规格已停售，请换一个再下单。")


class OutOfStock(Conflict):
    """409: fewer pieces are left than were asked for; nothing is reserved."""

    code = "out_of_stock"
    field = "lines"
    message = _("商品库存不足，请减少数量后再下单。")


class OverPurchaseLimit(Conflict):
    """409: more pieces of a product than one order may have."""

    code = "over_purchase_limit"
    field = "lines"


class NoDelivery(Conflict):
    """409: the goods are not sent to this region."""

    code = "no_delivery"
    field = "address"


class PriceChanged(Conflict):
    """409: the order costs something else than the buyer has seen; `quote` is what it costs now."""

    code = "price_changed"
    message = _("价格有变动，请确认新的金额后再下单。")

    def __init__(self, quote: Any) -> None:
        super().__init__()
        self.quote = quote


class WrongState(Conflict):
    """409: the order has moved on, or is not there yet."""

    code = "wrong_state"
    message = _("订单当前的状态不允许此操作，请刷新后再试。")


class IdempotencyKeyRequired(BadInput):
    """400: a POST that costs money came without a key."""

    code = "idempotency_key_required"
    field = "Idempotency-Key"
    message = _("缺少 Idempotency-Key 请求头：请为每次操作生成一个唯一的值，重试时沿用同一个值。")


class BadIdempotencyKey(BadInput):
    """400: a key nobody could have meant."""

    code = "idempotency_key_invalid"
    field = "Idempotency-Key"
    message = _("Idempotency-Key 须为 1 到 120 个可见的 ASCII 字符。")


class IdempotencyKeyReused(DomainError):
    """422: the key belongs to another request."""

    code = "idempotency_key_reused"
    status = 422
    field = "Idempotency-Key"
    message = _("这个 Idempotency-Key 已用于内容不同的请求，请为新的操作换一个值。")


class ShipmentsHaveErrors(Conflict):
    """409: some parcels are wrong, and the good ones alone were not asked for. The answer lists them."""

    code = "shipments_have_errors"
    message = _("有不能发货的包裹，一个也没有发出：请改正后重发，或只发正确的（only_good）。")

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__()
        self.more = {"result": found}
