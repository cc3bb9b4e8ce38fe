"""Numbers people read out on the phone: the mall's day, then random digits that tell nobody how much is sold."""

from __future__ import annotations

import secrets
from datetime import datetime

from mall.clock import mall_day

DIGITS = 12


def random_digits() -> str:
    """The digits behind the day."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def new_number(prefix: str, at: datetime, timezone_name: str) -> str:
    """`prefix`, the day as YYYYMMDD, and random digits: for payments and refunds. A unique key guards it."""
    return f"{prefix}{mall_day(at, timezone_name):%Y%m%d}{random_digits()}"
