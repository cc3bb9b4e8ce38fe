"""Which coupon of a wallet serves an order best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mall.pricing.facts import CouponTerms, Line, Offers, Priced
from mall.pricing.pipeline import BelowThreshold, OutOfScope, apply_coupon, begin, finish


@dataclass(frozen=True, slots=True)
class Tried:
    """What one coupon would do: priced is None where it does not fit; missing_fen: how much short of its threshold."""

    coupon: CouponTerms
    priced: Priced | None = None
    missing_fen: int | None = None


def try_coupons(lines: Sequence[Line], offers: Offers, coupons: Sequence[CouponTerms]) -> list[Tried]:
    """Each coupon tried on the order, in the order given. The steps before the coupon are done once."""
    before = begin(lines, offers)
    tried = []
    for coupon in coupons:
        works = [work.copy() for work in before]
        try:
            taken, lost = apply_coupon(works, coupon)
        except OutOfScope:
            tried.append(Tried(coupon))
        except BelowThreshold as short:
            tried.append(Tried(coupon, missing_fen=short.missing_fen))
        else:
            tried.append(Tried(coupon, finish(works, lines, offers, taken_fen=taken, lost_fen=lost)))
    return tried


def best_of(tried: Sequence[Tried], without: Priced) -> Tried | None:
    """The one with the lowest total; of equal ones that which ends first, then the older.

    None: no coupon makes the order cheaper than it is without one. (A coupon can cost the free freight.)
    """
    cheaper = [one for one in tried if one.priced is not None and one.priced.total_fen < without.total_fen]
    return min(cheaper, key=_rank, default=None)


def _rank(one: Tried) -> tuple[int, float, int]:
    total_fen = one.priced.total_fen if one.priced is not None else 0
    return total_fen, one.coupon.expires, one.coupon.id
