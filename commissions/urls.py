"""The floor's addresses, by face."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from commissions.ledger.api import MerchantLedgerAudit
from commissions.payouts import api as payouts
from commissions.plans.api import MerchantPlan
from commissions.settlement import api as settlement

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("commissions", settlement.CommissionList.as_view(), name="commissions"),
    path(
        "commissions/<str:commission_id>/explanation",
        settlement.CommissionExplanation.as_view(),
        name="commission-explanation",
    ),
    path("balance", payouts.Balance.as_view(), name="balance"),
    path("payees", payouts.Payees.as_view(), name="payees"),
    path("payouts", payouts.Payouts.as_view(), name="payouts"),
    path("merchant/plan", MerchantPlan.as_view(), name="merchant-plan"),
    path("merchant/payouts", payouts.MerchantPayouts.as_view(), name="merchant-payouts"),
    path("merchant/payouts/<str:payout_id>/approve", payouts.MerchantPayoutApprove.as_view(), name="payout-approve"),
    path("merchant/payouts/<str:payout_id>/settle", payouts.MerchantPayoutSettle.as_view(), name="payout-settle"),
    path("merchant/payouts/<str:payout_id>/reject", payouts.MerchantPayoutReject.as_view(), name="payout-reject"),
    path("merchant/ledger/audit", MerchantLedgerAudit.as_view(), name="ledger-audit"),
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = []
page_urlpatterns: list[URLPattern | URLResolver] = []
