"""What the price pipeline is told and what it answers. Plain values: no rows, no clock, fen throughout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Step = Literal["limited", "member", "threshold", "coupon"]
# A region's parts from wide to narrow: province, city, district.
Region = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limited:
    """A limited-time price that holds now and has enough pieces left for the line."""

    id: int
    price_fen: int
    floor_fen: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of a SKU. category_ids: the product's category and all above it.

    member_fen: the member price, None for whoever is no member. freight: the id of the template, None when
    the line travels free.
    """

    sku_id: int
    product_id: int
    quantity: int
    list_fen: int
    category_ids: frozenset[int] = frozenset()
    member_fen: int | None = None
    limited: Limited | None = None
    weight_g: int = 0
    freight: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """For which goods an offer is meant: one product, one category with what is below it, or everything."""

    product_id: int | None = None
    category_id: int | None = None

    def covers(self, line: Line) -> bool:
        """Whether the line is among them."""
        if self.product_id is not None:
            return line.product_id == self.product_id
        return self.category_id is None or self.category_id in line.category_ids


@dataclass(frozen=True, slots=True)
class Threshold:
    """off_fen off whoever buys for threshold_fen within the scope (满减)."""

    id: int
    threshold_fen: int
    off_fen: int
    scope: Scope = Scope()
    label: str = ""


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """One coupon of a wallet: off_fen, or off_bps of the base up to off_max_fen. expires: orders equal ones."""

    id: int
    threshold_fen: int = 0
    off_fen: int | None = None
    off_bps: int | None = None
    off_max_fen: int | None = None
    scope: Scope = Scope()
    expires: float = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class FreightPrice:
    """One rule of a template. regions: "浙江省" or "浙江省/杭州市"; none: everywhere else."""

    regions: tuple[str, ...] = ()
    is_excluded: bool = False
    first_units: int = 1
    first_fen: int = 0
    extra_units: int = 1
    extra_fen: int = 0


@dataclass(frozen=True, slots=True)
class FreightTerms:
    """A freight template: by piece or by weight in grams; free from free_above_fen of its goods' money."""

    prices: tuple[FreightPrice, ...]
    by_weight: bool = False
    free_above_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one step took off one line."""

    step: Step
    amount_fen: int
    label: str = ""
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its price: price_fen of one piece as sold, paid_fen of all of them after every share."""

    line: Line
    price_fen: int
    paid_fen: int
    freight_fen: int
    steps: tuple[Taken, ...]
    # The limited price the line is really sold at.
    limited: Limited | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """The whole order: goods_fen - discount_fen + freight_fen = total_fen, each the sum over the lines.

    undeliverable: SKU ids that do not go to this region. coupon_lost_fen: what the coupon could not take because
    a limited-time price stood on its floor.
    """

    lines: tuple[PricedLine, ...]
    goods_fen: int
    discount_fen: int
    freight_fen: int
    coupon_taken_fen: int = 0
    coupon_lost_fen: int = 0
    undeliverable: frozenset[int] = frozenset()

    @property
    def total_fen(self) -> int:
        """What the buyer pays."""
        return self.goods_fen - self.discount_fen + self.freight_fen


@dataclass(frozen=True, slots=True)
class Offers:
    """What holds in the mall at this moment. region None: not known yet, freight is left out."""

    thresholds: tuple[Threshold, ...] = ()
    freight: dict[int, FreightTerms] = field(default_factory=dict)
    region: Region | None = None
