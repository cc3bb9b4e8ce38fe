"""What attribution asks of the floor above: the mall's rules at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mall.ports import port


@dataclass(frozen=True, slots=True)
class AttributionRules:
    """The part of a mall's plan that decides who is credited, as it stood at one moment.

    levels: how deep the chain of referrers is frozen, 1..3; how many of them are paid is not
    decided here. version: of the plan they are taken from; it grows with time and stands in the traces.
    """

    policy: Literal["last_click", "bound_first"] = "last_click"
    window_days: int = 15
    self_purchase_earns: bool = False
    count_staff_visits: bool = False
    click_pays: Literal["new", "all"] = "new"
    levels: int = 2
    # Two versions may say the same with a third between them that does not.
    version: int = 0


def _default_rules(at: datetime) -> AttributionRules:
    """The rules in force at a moment (UTC)."""
    return AttributionRules()


attribution_rules = port("referrals.attribution.ports.attribution_rules", _default_rules)
