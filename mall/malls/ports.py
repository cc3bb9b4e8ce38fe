"""What the floors above add to a new mall."""

from __future__ import annotations

from mall.ports import port


def _nothing_more(mall_id: int) -> None:
    """Give a new mall its defaults; called inside its scope and transaction."""


mall_created = port("mall.malls.ports.mall_created", _nothing_more)
