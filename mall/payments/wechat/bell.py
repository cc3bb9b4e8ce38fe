"""The doorbell of what is to be asked of WeChat."""

from __future__ import annotations

from django.db import transaction

from mall.events import bell


def ring(mall_id: int) -> None:
    """Wake a worker once this is committed; a bell that is lost costs the time to beat's next sweep."""
    transaction.on_commit(lambda: _ring(mall_id), robust=True)


def _ring(mall_id: int) -> None:
    from mall.payments.wechat.tasks import ask_wechat_of_mall

    bell.ring(ask_wechat_of_mall, mall_id=mall_id)
