"""The doorbell of what is to be asked of WeChat."""

from __future__ import annotations

from django.db import transaction


def ring(mall_id: int) -> None:
    """Wake a worker once this is committed; a bell that is lost costs the time to beat's next sweep."""
    transaction.on_commit(lambda: _ring(mall_id), robust=True)


def _ring(mall_id: int) -> None:
    from mall.payments.wechat.tasks import ask_wechat_of_mall

    try:
        ask_wechat_of_mall.apply_async(kwargs={"mall_id": mall_id}, retry=False)
    except OSError:
        return
    except Exception as error:
        if error.__class__.__module__.split(".")[0] not in {"kombu", "redis", "celery", "amqp"}:
            raise
