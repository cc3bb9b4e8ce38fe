"""What `make demo` fills in: both malls have something to look at, and their books balance."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from commissions.ledger.audit import audit
from commissions.payouts.models import Payout
from commissions.settlement.models import Commission
from config.demo.seeding import seed
from mall.malls.selectors import all_malls
from mall.tenancy.context import mall_scope


@pytest.mark.django_db(transaction=True)
def test_the_history_has_paid_every_kind_and_both_levels_in_both_malls(settings) -> None:
    settings.SANDBOX_ALLOWED = True
    described = seed(lambda _line: None)
    slugs = [mall["slug"] for mall in described["malls"]]
    ids = {mall.slug: mall.id for mall in all_malls() if mall.slug in slugs}
    assert sorted(ids) == sorted(slugs) == ["home", "tea"]
    for mall_id in ids.values():
        assert audit(mall_id).balanced
        with mall_scope(mall_id):
            earned = Commission.objects.values_list("kind", "level").annotate(fen=Sum("accrued_fen"))
            assert {(kind, level) for kind, level, fen in earned if fen} == {
                ("click", 1), ("order", 1), ("order", 2), ("registration", 1),
            }  # fmt: skip
            assert Commission.objects.filter(reversed_fen__gt=0).exists(), "the refund took its share back"
            assert Payout.objects.filter(status="settled").exists()
    again = seed(lambda _line: None)
    assert again == described, "seeding again changes nothing"
