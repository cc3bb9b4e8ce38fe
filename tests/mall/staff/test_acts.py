"""The audit log in words: no act and no detail shows a merchant what only programmers call so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mall.staff.acts import ACTS, detail_in_words

ROOT = Path(__file__).resolve().parents[3]
# How the services say what was done.
_SAID = re.compile(r'(?:action=|\b_log\(|\b_done\()\s*"([a-z_]+\.[a-z_]+)"')


def test_every_act_that_is_recorded_has_a_name():
    sources = [
        path for floor in ("mall", "members", "referrals", "commissions") for path in (ROOT / floor).rglob("*.py")
    ]
    said = {name for path in sources for name in _SAID.findall(path.read_text())}
    assert len(said) > 30
    assert said - ACTS.keys() == set()


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"floor_fen": 9_000, "price_fen": 10_000}, [("限时价", "¥100.00"), ("底价", "¥90.00")]),
        ({"kind": "percent"}, [("类型", "折扣券")]),
        ({"kind": "repair", "order": 7}, [("类型", "维修"), ("订单编号", "7")]),
        ({"ends_at": "2026-03-01T16:00:00+00:00"}, [("结束时间", "2026-03-02 00:00")]),
        ({"is_active": True, "mchid": "1900000001"}, [("商户号", "1900000001"), ("启用", "是")]),
        ({"floor": {"cost_fen": 500, "margin_bps": 150}}, [("底价计算", "成本 ¥5.00，利润 1.5%")]),
        ({"buyers": 3, "reason": ""}, [("人数", "3")]),
    ],
)
def test_details_are_told_in_words(detail, words):
    assert detail_in_words(detail) == words
