"""Money is an integer of fen (分), rates are integers of basis points; there are no floats and no Decimals."""

from __future__ import annotations

from collections.abc import Sequence

BPS_FULL = 10_000
# The largest single amount anybody may enter: 100 million yuan. Sums stay far inside bigint.
FEN_MAX = 10_000_000_000


def floor_share(base_fen: int, rate_bps: int) -> int:
    """The part of base_fen that rate_bps makes, rounded down. Both must be >= 0."""
    if base_fen < 0 or rate_bps < 0:
        raise ValueError(f"negative share: {base_fen} fen at {rate_bps} bps")
    return base_fen * rate_bps // BPS_FULL


def split_exactly(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Cut total_fen in proportion to the weights; the parts always sum to the total.

    Largest remainder (Hamilton): everyone gets the floor, what is left goes fen by fen to the
    largest remainders, ties to the earlier. All weights 0: everything to the first.
    """
    if not weights:
        raise ValueError("nothing to split over")
    if total_fen < 0 or min(weights) < 0:
        raise ValueError("amounts and weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        return [total_fen] + [0] * (len(weights) - 1)
    parts = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for i in by_remainder[: total_fen - sum(parts)]:
        parts[i] += 1
    return parts


def yuan(fen: int) -> str:
    """Fen as people read them: 123456 → '1,234.56'."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
