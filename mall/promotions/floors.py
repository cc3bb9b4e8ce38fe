"""The price below which a promotion loses money: cost, fees and the largest commission, with the margin on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from mall.catalogue.models import Sku
from mall.malls.models import Mall
from mall.money import BPS_FULL, yuan
from mall.promotions.errors import CostRequired
from mall.promotions.ports import largest_commission
from mall.tenancy.context import require_mall_id


@dataclass(frozen=True, slots=True)
class Floor:
    """What one piece costs its merchant when it is sold at price_fen. Fen; fee_bps and margin_bps as they stood."""

    price_fen: int
    cost_fen: int
    fee_fen: int
    commission_fen: int
    fee_bps: int
    margin_bps: int

    @property
    def break_even_fen(self) -> int:
        """Where nothing is earned and nothing lost."""
        return self.cost_fen + self.fee_fen + self.commission_fen

    @property
    def floor_fen(self) -> int:
        """Break-even with the mall's margin, rounded up."""
        return -(-self.break_even_fen * (BPS_FULL + self.margin_bps) // BPS_FULL)

    def basis(self) -> dict[str, Any]:
        """The computation as it is kept and answered."""
        return {**asdict(self), "break_even_fen": self.break_even_fen, "floor_fen": self.floor_fen}

    def sentence(self) -> str:
        """The computation as people read it."""
        return _(
            "成本 ¥%(cost)s + 支付手续费 ¥%(fee)s + 最高佣金 ¥%(commission)s = 保本价 ¥%(even)s，"
            "加利润 %(margin)s%% 后底价为 ¥%(floor)s"
        ) % {
            "cost": yuan(self.cost_fen),
            "fee": yuan(self.fee_fen),
            "commission": yuan(self.commission_fen),
            "even": yuan(self.break_even_fen),
            "margin": f"{self.margin_bps / 100:g}",
            "floor": yuan(self.floor_fen),
        }


def floors_at(prices_fen: Mapping[Sku, int]) -> dict[int, Floor]:
    """SKU id → its floor at the price given for it, under the live plan. SKUs with their product.

    Raises CostRequired when one of them has no cost price.
    """
    for sku in prices_fen:
        if sku.cost_fen is None:
            raise CostRequired(
                _("“%(name)s %(specs)s”没有填写成本价，无法计算底价；请先在商品里填写成本价。")
                % {"name": sku.product.name, "specs": sku}
            )
    mall = Mall.objects.only("payment_fee_bps", "promotion_margin_bps").get(pk=require_mall_id("A price floor"))
    commissions = largest_commission(prices_fen)
    return {
        sku.pk: Floor(
            price_fen=price_fen,
            cost_fen=sku.cost_fen or 0,
            fee_fen=-(-price_fen * mall.payment_fee_bps // BPS_FULL),
            commission_fen=commissions[sku.pk],
            fee_bps=mall.payment_fee_bps,
            margin_bps=mall.promotion_margin_bps,
        )
        for sku, price_fen in prices_fen.items()
    }


def floor_at(sku: Sku, price_fen: int) -> Floor:
    """One SKU's floor at a price. Raises CostRequired."""
    return floors_at({sku: price_fen})[sku.pk]


def least_allowed(floor: Floor, *, has_reason: bool, is_clearance: bool) -> int:
    """The lowest price that may be asked: the floor, break-even for a reason, the cost price to clear the shelf."""
    if has_reason and is_clearance:
        return floor.cost_fen
    return floor.break_even_fen if has_reason else floor.floor_fen
