"""The account of the demo's first mall with the pretended WeChat."""

from __future__ import annotations

import json
from pathlib import Path

from mall.malls.selectors import all_malls
from mall.payments.wechat.accounts import Credentials, save_account
from mall.payments.wechat.models import WeChatAccount
from mall.tenancy.context import mall_scope


def give_account(slug: str, papers: Path) -> bool:
    """Enter the papers into the mall, unless somebody has entered others; whether they are in force."""
    told = json.loads(papers.read_text())["papers"]
    mall_id = next(row.id for row in all_malls() if row.slug == slug)
    with mall_scope(mall_id):
        known = WeChatAccount.objects.first()
        if known is not None and known.mchid != told["mchid"]:
            return False
        if known is None:
            save_account(credentials=Credentials(**told))
    return True
