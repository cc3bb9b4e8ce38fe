"""The promoters' pages of this floor."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from commissions.payouts import pages as payouts
from commissions.plans import pages as plans
from commissions.promotion import pages as promotion
from commissions.settlement import pages as settlement

page_urlpatterns: list[URLPattern | URLResolver] = [
    path("promote", promotion.promotion, name="promotion"),
    path("fragments/promotion", promotion.live_part, name="promotion-live"),
    path("promote/commissions", settlement.commissions, name="commissions"),
    path("promote/commissions/<uuid:commission_id>", settlement.commission, name="commission"),
    path("promote/conversions", settlement.conversions, name="conversions"),
    path("promote/payouts", payouts.payouts, name="payouts"),
    path("promote/payouts/request", payouts.request_one, name="payout-request"),
    path("promote/payees", payouts.add_account, name="payees"),
    path("how-it-pays", plans.how_it_pays, name="how-it-pays"),
]
