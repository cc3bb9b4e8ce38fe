"""The mall's rules at many moments, asked for as seldom as a batch allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from referrals.attribution.ports import AttributionRules, attribution_rules


def rules_at_each(moments: Iterable[datetime]) -> dict[datetime, AttributionRules]:
    """{moment: the rules in force then}; two questions for a batch within which the plan did not change.

    Versions grow with time, so where both ends of a stretch have the same version, so has all between.
    """
    ordered = sorted(set(moments))
    found: dict[datetime, AttributionRules] = {}
    _fill(ordered, 0, len(ordered) - 1, found)
    return found


def _fill(ordered: list[datetime], first: int, last: int, found: dict[datetime, AttributionRules]) -> None:
    if first > last:
        return
    for end in (first, last):
        if ordered[end] not in found:
            found[ordered[end]] = attribution_rules(ordered[end])
    if found[ordered[first]] == found[ordered[last]]:
        for between in range(first + 1, last):
            found[ordered[between]] = found[ordered[first]]
        return
    middle = (first + last) // 2
    _fill(ordered, first, middle, found)
    _fill(ordered, middle + 1, last, found)
