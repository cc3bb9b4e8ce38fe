"""The floor's addresses, by face."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from commissions.ledger import dashboard as ledger_dashboard
from commissions.ledger.api import MerchantLedgerAudit
from commissions.payouts import api as payouts
from commissions.payouts import dashboard as payouts_dashboard
from commissions.payouts import merchant_api as account
from commissions.plans import dashboard as plans_dashboard
from commissions.plans.api import MerchantPlan
from commissions.promotion import urls as promotion_urls
from commissions.settlement import api as settlement
from commissions.settlement import dashboard as settlement_dashboard
from commissions.settlement import merchant_api as settlement_merchant
from commissions.settlement import today as today_dashboard
from commissions.settlement.today_api import TodayCommissions

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
    path("merchant/today/commissions", TodayCommissions.as_view(), name="merchant-today-commissions"),
    path("merchant/commissions", settlement_merchant.MerchantCommissions.as_view(), name="merchant-commissions"),
    path(
        "merchant/commissions/<str:commission_id>/explanation",
        settlement_merchant.MerchantExplanation.as_view(),
        name="merchant-commission-explanation",
    ),
    path("merchant/members/<str:member_id>/balance", account.MemberBalance.as_view(), name="merchant-member-balance"),
    path("merchant/members/<str:member_id>/write-off", account.WriteOff.as_view(), name="merchant-write-off"),
    path("merchant/ledger/audit", MerchantLedgerAudit.as_view(), name="ledger-audit"),
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = [
    *plans_dashboard.urlpatterns,
    *settlement_dashboard.urlpatterns,
    *today_dashboard.urlpatterns,
    *payouts_dashboard.urlpatterns,
    *ledger_dashboard.urlpatterns,
]
page_urlpatterns: list[URLPattern | URLResolver] = [*promotion_urls.page_urlpatterns]
