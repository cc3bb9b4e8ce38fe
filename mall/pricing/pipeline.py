"""The price pipeline: limited-time price → member price → threshold discount → coupon → freight.

Pure functions over facts. Each calculator takes the lines as the ones before it left them and notes what it took
from each; shares go by largest remainder, so every sum is exact to the fen. Lines are looked at in the order of
their SKUs whatever order they came in: a rounding fen must not depend on how a cart is sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mall.money import floor_share, split_exactly
from mall.pricing.facts import CouponTerms, FreightTerms, Limited, Line, Offers, Priced, PricedLine, Region, Step, Taken


class OutOfScope(Exception):
    """The coupon is for other goods."""


class BelowThreshold(Exception):
    """The coupon asks for more than its goods cost; missing_fen says how much more."""

    def __init__(self, missing_fen: int) -> None:
        super().__init__(missing_fen)
        self.missing_fen = missing_fen


class Work:
    """A line on its way through the steps."""

    __slots__ = ("freight_fen", "limited", "line", "paid_fen", "room_fen", "steps", "unit_fen")

    def __init__(self, line: Line) -> None:
        self.line = line
        self.unit_fen = line.list_fen
        self.paid_fen = self.room_fen = line.list_fen * line.quantity
        self.limited: Limited | None = None
        self.freight_fen = 0
        self.steps: list[Taken] = []

    def reprice(self, unit_fen: int, step: Step, label: str = "", source_id: int | None = None) -> None:
        """Sell each piece at another price."""
        taken = (self.unit_fen - unit_fen) * self.line.quantity
        self.steps.append(Taken(step, taken, label, source_id))
        self.unit_fen = unit_fen
        self.paid_fen = self.room_fen = unit_fen * self.line.quantity

    def take(self, amount_fen: int, step: Step, label: str, source_id: int) -> None:
        """Take a share of a discount off the line."""
        self.steps.append(Taken(step, amount_fen, label, source_id))
        self.paid_fen -= amount_fen
        self.room_fen -= amount_fen

    def copy(self) -> Work:
        """The same line, to try something on."""
        other = Work.__new__(Work)
        other.line, other.unit_fen, other.paid_fen, other.room_fen = (
            self.line, self.unit_fen, self.paid_fen, self.room_fen,
        )  # fmt: skip
        other.limited, other.freight_fen, other.steps = self.limited, self.freight_fen, list(self.steps)
        return other


def limited_prices(works: Sequence[Work], _offers: Offers) -> None:
    """A limited-time price holds where it is lower; no later discount goes below its floor."""
    for work in works:
        limited = work.line.limited
        if limited is not None and limited.price_fen < work.unit_fen:
            work.reprice(limited.price_fen, "limited", limited.label, limited.id)
            work.limited = limited
            work.room_fen = max(0, limited.price_fen - limited.floor_fen) * work.line.quantity


def member_prices(works: Sequence[Work], _offers: Offers) -> None:
    """A member's price holds where it is lower still; the line is no limited-time offer then."""
    for work in works:
        price_fen = work.line.member_fen
        if price_fen is not None and price_fen < work.unit_fen:
            work.steps.clear()
            work.unit_fen, work.limited = work.line.list_fen, None
            work.reprice(price_fen, "member")


def threshold_discounts(works: Sequence[Work], offers: Offers) -> None:
    """The largest discount first; a line counts for one only."""
    free = list(works)
    for offer in sorted(offers.thresholds, key=lambda one: (-one.off_fen, one.threshold_fen, one.id)):
        covered = [work for work in free if offer.scope.covers(work.line)]
        base_fen = sum(work.paid_fen for work in covered)
        if not covered or base_fen < offer.threshold_fen:
            continue
        share_out(min(offer.off_fen, base_fen), covered, "threshold", offer.label, offer.id)
        taken = {id(work) for work in covered}
        free = [work for work in free if id(work) not in taken]


def apply_coupon(works: Sequence[Work], coupon: CouponTerms) -> tuple[int, int]:
    """(taken, lost) of one coupon, in fen; its base is what its goods still cost. Raises OutOfScope, BelowThreshold."""
    covered = [work for work in works if coupon.scope.covers(work.line)]
    if not covered:
        raise OutOfScope
    base_fen = sum(work.paid_fen for work in covered)
    if base_fen < coupon.threshold_fen:
        raise BelowThreshold(coupon.threshold_fen - base_fen)
    if coupon.off_bps is not None:
        off_fen = floor_share(base_fen, coupon.off_bps)
        if coupon.off_max_fen is not None:
            off_fen = min(off_fen, coupon.off_max_fen)
    else:
        off_fen = min(coupon.off_fen or 0, base_fen)
    taken = share_out(off_fen, covered, "coupon", coupon.label, coupon.id)
    return taken, off_fen - taken


def share_out(off_fen: int, works: Sequence[Work], step: Step, label: str, source_id: int) -> int:
    """Take off_fen off the lines in proportion to what they cost; answers how much could be taken.

    What a line on its floor cannot give is lost. Were it to fall to the others, they would give more than any offer
    was checked for, down to nothing.
    """
    taken_fen = 0
    for work, part in zip(works, split_exactly(off_fen, [work.paid_fen for work in works]), strict=True):
        given = min(part, work.room_fen)
        if given:
            work.take(given, step, label, source_id)
            taken_fen += given
    return taken_fen


# The order is the rule: who comes later sees what is left.
BEFORE_COUPON: tuple[Callable[[Sequence[Work], Offers], None], ...] = (
    limited_prices,
    member_prices,
    threshold_discounts,
)


def begin(lines: Sequence[Line], offers: Offers) -> list[Work]:
    """The lines, by SKU, after every step before the coupon."""
    works = [Work(line) for line in sorted(lines, key=lambda line: line.sku_id)]
    for calculate in BEFORE_COUPON:
        calculate(works, offers)
    return works


def finish(
    works: Sequence[Work], lines: Sequence[Line], offers: Offers, *, taken_fen: int = 0, lost_fen: int = 0
) -> Priced:
    """Freight, and the sums; the lines in the order they came in."""
    undeliverable = freight(works, offers)
    by_sku = {work.line.sku_id: work for work in works}
    priced = tuple(
        PricedLine(
            work.line, work.unit_fen, work.paid_fen, work.freight_fen, tuple(s for s in work.steps if s.amount_fen),
            work.limited,
        )
        for work in (by_sku[line.sku_id] for line in lines)
    )  # fmt: skip
    goods_fen = sum(line.price_fen * line.line.quantity for line in priced)
    return Priced(
        lines=priced,
        goods_fen=goods_fen,
        discount_fen=goods_fen - sum(line.paid_fen for line in priced),
        freight_fen=sum(line.freight_fen for line in priced),
        coupon_taken_fen=taken_fen,
        coupon_lost_fen=lost_fen,
        undeliverable=undeliverable,
    )


def price(lines: Sequence[Line], offers: Offers, coupon: CouponTerms | None = None) -> Priced:
    """Price an order; a SKU stands in one line only. Raises OutOfScope, BelowThreshold about the coupon."""
    works = begin(lines, offers)
    taken, lost = apply_coupon(works, coupon) if coupon is not None else (0, 0)
    return finish(works, lines, offers, taken_fen=taken, lost_fen=lost)


def freight(works: Sequence[Work], offers: Offers) -> frozenset[int]:
    """Put the freight on the lines, template by template; answers the SKUs that do not go to the region."""
    if offers.region is None:
        return frozenset()
    groups: dict[int, list[Work]] = {}
    for work in works:
        work.freight_fen = 0
        if work.line.freight is not None:
            groups.setdefault(work.line.freight, []).append(work)
    undeliverable: set[int] = set()
    for template in sorted(groups):
        group = groups[template]
        amount_fen = freight_of_group(group, offers.freight[template], offers.region)
        if amount_fen is None:
            undeliverable.update(work.line.sku_id for work in group)
            continue
        for work, part in zip(group, split_exactly(amount_fen, [work.paid_fen for work in group]), strict=True):
            work.freight_fen = part
    return frozenset(undeliverable)


def freight_of_group(group: Sequence[Work], terms: FreightTerms, region: Region) -> int | None:
    """What one template's goods cost to send, in fen; None where they are not sent."""
    names = ["/".join(region[:depth]) for depth in range(len(region), 0, -1)]
    found = next((one for name in names for one in terms.prices if name in one.regions), None)
    found = found or next((one for one in terms.prices if not one.regions), None)
    if found is None or found.is_excluded:
        return None
    if terms.free_above_fen is not None and sum(work.paid_fen for work in group) >= terms.free_above_fen:
        return 0
    units = sum(work.line.quantity * (work.line.weight_g if terms.by_weight else 1) for work in group)
    more = max(0, units - found.first_units)
    return found.first_fen + -(-more // found.extra_units) * found.extra_fen
