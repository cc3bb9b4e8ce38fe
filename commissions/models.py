"""Django looks here for the floor's models; each lives in the room of its noun."""

from commissions.ledger.models import Account, AccountKind, Entry, Journal
from commissions.payouts.models import Payee, Payout, PayoutStatus
from commissions.plans.models import PlanOverride, PlanVersion
from commissions.settlement.models import BudgetUsage, CapUsage, Commission, Settlement

__all__ = [
    "Account",
    "AccountKind",
    "BudgetUsage",
    "CapUsage",
    "Commission",
    "Entry",
    "Journal",
    "Payee",
    "Payout",
    "PayoutStatus",
    "PlanOverride",
    "PlanVersion",
    "Settlement",
]
