"""What `make demo` fills in: both malls have something to look at, and their books balance."""

from __future__ import annotations

import pytest
from django.db.models import F, Sum

from commissions.ledger.audit import audit
from commissions.payouts.models import Payout
from commissions.settlement.models import Commission
from config.demo.seeding import seed
from mall.catalogue.models import Product
from mall.malls.selectors import all_malls
from mall.reviews.models import Review, ReviewPicture
from mall.tenancy.context import mall_scope
from referrals.conversions.models import Conversion


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
            _is_reviewed_by_people_who_earn_nobody_anything()
    again = seed(lambda _line: None)
    assert again == described, "seeding again changes nothing"


def _is_reviewed_by_people_who_earn_nobody_anything() -> None:
    """A third of the goods at least has a word, of all kinds; their orders paid nobody."""
    reviews = Review.objects.all()
    goods = Product.objects.filter(status=Product.Status.ON_SALE).count()
    assert 3 * reviews.values("product").distinct().count() >= goods
    assert set(reviews.values_list("stars", flat=True)) == {2, 3, 4, 5}
    assert ReviewPicture.objects.filter(review__in=reviews).values("review").distinct().count() >= 5
    assert reviews.exclude(followup_text="").filter(followup_at__gt=F("created_at")).exists()
    assert reviews.exclude(reply="").filter(replied_at__gt=F("created_at")).exists()
    assert not reviews.filter(created_at__lt=F("line__order__received_at")).exists()
    theirs = Conversion.objects.filter(order__in=reviews.values("line__order"))
    assert set(theirs.values_list("reason", "promoter", "customer")) == {("no_referrer", None, None)}
    assert not Commission.objects.filter(conversion__in=theirs).exists()
